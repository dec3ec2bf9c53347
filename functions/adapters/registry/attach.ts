import { fail } from '../../core/errors.ts';
import type { Clock, RegistryCredential } from '../../core/ports.ts';
import { openConnection, type Connection } from './connection.ts';
import { digestOf, fetchContent } from './content.ts';
import { answerInvalid } from './failure.ts';
import { listAtFallbackTag } from './fallback-tag.ts';
import { mediaTypeOf } from './manifest.ts';
import { BUNDLE, BUNDLE_PREDICATE, CREATED, OCI_EMPTY, OCI_MANIFEST } from './media-type.ts';
import { pushBlob, pushManifest } from './push.ts';

const EMPTY = Buffer.from('{}');

/**
 * Attaches a Sigstore bundle to an image as actions/attest does, so that `Registry.bundles` and others find it: a manifest whose subject
 * is the image, with the bundle as its only layer. `image`: `host/name` without tag. `digest`: of the image's manifest or index.
 * `fetch`: another one brings its own trust in TLS. `secret`: names the credential in errors. The same bundle with the same time is
 * attached once, however often it is called. Returns the digest of the manifest and how it will be found. Throws ImageNotFound,
 * ImageNameInvalid, RegistryUnauthorized, ImagePullDenied (it may not push), RegistryRateLimited, RegistryUnreachable and
 * RegistryAnswerInvalid, each with the registry's words.
 */
export async function attachBundle(
  options: { clock: Clock; secret?: string; timeoutMs?: number; fetch?: typeof fetch },
  target: { image: string; digest: string; credential: RegistryCredential | undefined },
  bundle: { text: string; predicateType: string; createdAt: Date },
  signal: AbortSignal,
): Promise<{ digest: string; foundBy: 'referrers' | 'tag' }> {
  const { image, digest: subject, credential } = target;
  const { secret = '(no credential)' } = options;
  const connection = openConnection({ ...options, secret, actions: 'pull,push' }, image, credential, signal);
  const about = `${image}@${subject}`;
  const described = await describeSubject(connection, subject, about);
  const blob = Buffer.from(bundle.text);
  for (const content of [EMPTY, blob]) await pushBlob(connection, content, about);

  const annotations = {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    [BUNDLE_PREDICATE]: bundle.predicateType,
    [CREATED]: bundle.createdAt.toISOString(),
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: BUNDLE,
    config: descriptor(OCI_EMPTY, EMPTY),
    layers: [descriptor(BUNDLE, blob)],
    subject: described,
    annotations,
  };
  const content = Buffer.from(JSON.stringify(manifest));
  const entry = { ...descriptor(OCI_MANIFEST, content), artifactType: BUNDLE, annotations };
  const known = await pushManifest(connection, entry.digest, { mediaType: OCI_MANIFEST, content }, about);
  if (known === subject) return { digest: entry.digest, foundBy: 'referrers' };
  await listAtFallbackTag(connection, subject, entry);
  return { digest: entry.digest, foundBy: 'tag' };
}

/** A descriptor of the image's manifest, from the manifest itself. */
async function describeSubject(connection: Connection, subject: string, about: string) {
  const content = await fetchContent(connection, 'manifests', subject, about);
  if (content === undefined) throw fail('ImageNotFound', `${connection.host} has no ${about}.`, { image: about });
  if ('problem' in content) throw answerInvalid(connection, about, content.problem);
  const type = mediaTypeOf(content);
  if ('problem' in type) throw answerInvalid(connection, about, type.problem);
  return descriptor(type.value, content.bytes);
}

function descriptor(mediaType: string, content: Buffer): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: digestOf(content), size: content.length };
}
