import type { Clock, Registry, RegistryCredential } from '../../core/ports.ts';
import { readBundles } from './bundles.ts';
import { openConnection, type Connection } from './connection.ts';
import { manifestCache } from './manifest-cache.ts';
import { readManifest } from './manifest.ts';
import { resolveTag } from './resolve-tag.ts';
import { tokenStore } from './tokens.ts';

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
 * A token serves all calls with the same credential as long as it is good, and what a digest is is asked for once.
 */
export function registry({ clock, secret = '(app.pull is not set)', timeoutMs }: RegistryOptions): Registry {
  const tokens = tokenStore(clock);
  const manifests = manifestCache();
  const open = (image: string, credential: RegistryCredential | undefined, signal: AbortSignal): Connection =>
    openConnection({ clock, secret, timeoutMs, tokens, actions: 'pull' }, image, credential, signal);
  return {
    digest: async (image, tag, credential, signal) => resolveTag(open(image, credential, signal), tag),
    manifest: async (image, digest, credential, signal) => {
      const connection = open(image, credential, signal);
      signal.throwIfAborted();
      // What one credential may see is not for another one.
      return manifests(`${connection.identity} ${digest}`, () => readManifest(connection, digest));
    },
    bundles: async (image, digest, predicateType, credential, signal) =>
      readBundles(open(image, credential, signal), digest, predicateType),
  };
}
