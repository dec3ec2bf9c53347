import { createHash } from 'node:crypto';
import { ask } from './call.ts';
import type { Connection } from './connection.ts';
import { ACCEPT } from './media-type.ts';

/** Registries take manifests of at most 4 MiB (distribution spec); configs and bundles are smaller. */
export const MAX_BYTES = 4 * 1024 * 1024;

export type Content = { bytes: Buffer; contentType: string } | { problem: string };

/** `sha256:…` */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * What the registry has under the digest, once its bytes are those of the digest; or in one clause what is wrong with them. Undefined when
 * it has nothing. Throws as `ask` does. `about`: what it is for, see `Call`.
 */
export async function fetchContent(
  connection: Connection,
  kind: 'manifests' | 'blobs',
  digest: string,
  about: string,
): Promise<Content | undefined> {
  const { status, headers, body, complete } = await ask(connection, {
    method: 'GET',
    to: `${kind}/${encodeURIComponent(digest).replace('%3A', ':')}`,
    about,
    headers: kind === 'manifests' ? { accept: ACCEPT } : {},
    also: [404],
    maxBytes: MAX_BYTES,
  });
  if (status === 404) return undefined;
  if (!complete) return { problem: `${digest} is larger than 4 MiB` };
  const found = digestOf(body);
  if (found !== digest) return { problem: `the digest of ${digest} is ${found}` };
  return { bytes: body, contentType: mediaTypeIn(headers) };
}

/** The media type of an answer without its parameters, in lower case; empty when it names none. */
export function mediaTypeIn(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
