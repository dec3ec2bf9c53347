import { ask } from './call.ts';
import type { Connection } from './connection.ts';
import { digestOf } from './content.ts';
import { answerInvalid } from './failure.ts';
import { follow } from './redirect.ts';

/** Uploads the blob in one piece, unless it is there (distribution spec, "POST then PUT"). Throws as `ask` does. `about`: see `Call`. */
export async function pushBlob(connection: Connection, content: Buffer, about: string): Promise<void> {
  const digest = digestOf(content);
  // A storage that is asked on the registry's behalf may not know HEAD. What is sent twice does no harm.
  const also = [400, 403, 404, 405];
  const head = await ask(connection, { method: 'HEAD', to: `blobs/${digest}`, about, also });
  if (head.status === 200) return;
  const begun = await ask(connection, { method: 'POST', to: 'blobs/uploads/', about });
  const place = follow(connection, about, begun.url, begun.headers.get('location'));
  // What the query holds is the registry's own, to be sent back as it is.
  place.search += `${place.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
  const headers = { 'content-type': 'application/octet-stream' };
  await ask(connection, { method: 'PUT', to: place, about, headers, body: content });
}

/**
 * Stores a manifest under a tag or its digest. Returns what the registry says of the manifest's subject: its digest, if it has the
 * referrers API. Throws as `ask` does, and RegistryAnswerInvalid when the registry has stored something else.
 */
export async function pushManifest(
  connection: Connection,
  reference: string,
  manifest: { mediaType: string; content: Buffer },
  about: string,
): Promise<string | undefined> {
  const { headers } = await ask(connection, {
    method: 'PUT',
    to: `manifests/${reference}`,
    about,
    headers: { 'content-type': manifest.mediaType },
    body: manifest.content,
  });
  const stored = headers.get('docker-content-digest');
  if (stored !== null && stored !== digestOf(manifest.content))
    throw answerInvalid(connection, about, `it has stored the manifest as ${stored.slice(0, 100)}`);
  return headers.get('oci-subject') ?? undefined;
}
