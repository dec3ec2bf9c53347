import { fail } from '../../core/errors.ts';
import type { Clock, Registry, RegistryCredential } from '../../core/ports.ts';
import { readBundles } from './bundles.ts';
import { ask } from './call.ts';
import { openConnection, type Connection } from './connection.ts';
import { DIGEST } from './descriptor.ts';
import { readManifest } from './manifest.ts';
import { ACCEPT } from './media-type.ts';

export interface RegistryOptions {
  clock: Clock;
  /** Name of the secret that the credential comes from, for hints; undefined when none is configured. */
  secret: string | undefined;
  /** How long one answer may take; 10 s unless told otherwise. */
  timeoutMs?: number;
}

/**
 * An OCI registry over TLS, with Bearer tokens or basic authentication as it asks for them (distribution spec, token flow).
 * A registry with a CA of its own is trusted as every other TLS server of the process is: by Node's NODE_EXTRA_CA_CERTS.
 */
export function registry({ clock, secret = '(app.pull is not set)', timeoutMs }: RegistryOptions): Registry {
  const open = (image: string, credential: RegistryCredential | undefined, signal: AbortSignal): Connection =>
    openConnection({ clock, secret, timeoutMs, actions: 'pull' }, image, credential, signal);
  return {
    digest: async (image, tag, credential, signal) => resolveTag(open(image, credential, signal), tag),
    manifest: async (image, digest, credential, signal) => readManifest(open(image, credential, signal), digest),
    bundles: async (image, digest, predicateType, credential, signal) =>
      readBundles(open(image, credential, signal), digest, predicateType),
  };
}

async function resolveTag(connection: Connection, tag: string): Promise<string> {
  const about = `${connection.image}:${tag}`;
  const { headers } = await ask(connection, {
    method: 'HEAD',
    to: `manifests/${encodeURIComponent(tag)}`,
    about,
    headers: { accept: ACCEPT },
  });
  const digest = headers.get('docker-content-digest');
  if (digest !== null && DIGEST.test(digest)) return digest;
  throw fail('RegistryUnreachable', `${connection.host} names no digest for ${about}.`, { registry: connection.host });
}
