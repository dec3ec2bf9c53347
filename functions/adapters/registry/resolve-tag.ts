import { ask } from './call.ts';
import type { Connection } from './connection.ts';
import { digestOf, MAX_BYTES, mediaTypeIn } from './content.ts';
import { DIGEST } from './descriptor.ts';
import { answerInvalid } from './failure.ts';
import { mediaTypeOf } from './manifest.ts';
import { ACCEPT, INDEXES, MANIFESTS, SCHEMA_1 } from './media-type.ts';

/** What says that a registry does not do HEAD. */
const NO_HEAD = [405, 501];

/**
 * The digest of what the tag names now, an image or an index: by HEAD, which counts nowhere as a pull; where the registry does not do that
 * or names no digest, that of the bytes themselves. Throws as `ask` does, and RegistryAnswerInvalid for an image of docker's schema 1,
 * which no node runs, and for bytes that are no manifest or not those of the digest that comes with them.
 */
export async function resolveTag(connection: Connection, tag: string): Promise<string> {
  const about = `${connection.image}:${tag}`;
  const call = { to: `manifests/${encodeURIComponent(tag)}`, about, headers: { accept: ACCEPT } };
  const head = await ask(connection, { ...call, method: 'HEAD', also: NO_HEAD });
  const named = head.headers.get('docker-content-digest') ?? '';
  if (!NO_HEAD.includes(head.status) && DIGEST.test(named)) {
    const type = mediaTypeIn(head.headers);
    if (type.startsWith(SCHEMA_1)) throw answerInvalid(connection, about, `its media type is ${JSON.stringify(type)}`);
    return named;
  }
  const { body, complete, headers } = await ask(connection, { ...call, method: 'GET', maxBytes: MAX_BYTES });
  if (!complete) throw answerInvalid(connection, about, 'it is larger than 4 MiB');
  const type = mediaTypeOf({ bytes: body, contentType: mediaTypeIn(headers) });
  if ('problem' in type) throw answerInvalid(connection, about, type.problem);
  if (![...INDEXES, ...MANIFESTS].includes(type.value))
    throw answerInvalid(connection, about, `its media type is ${JSON.stringify(type.value)}`);
  const digest = digestOf(body);
  const claimed = headers.get('docker-content-digest') ?? digest;
  if (claimed !== digest)
    throw answerInvalid(connection, about, `it is sent as ${claimed}, and its digest is ${digest}`);
  return digest;
}
