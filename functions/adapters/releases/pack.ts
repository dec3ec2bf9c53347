import { gunzipSync, gzipSync } from 'node:zlib';
import { fail } from '../../core/errors.ts';

/** DynamoDB's limit for an item is 400 KB, names and keys included. */
const MAX_BYTES = 380 * 1024;

/**
 * JSON, compressed, for one attribute of an item: manifests shrink to a tenth, and no rule of DynamoDB's maps (32 levels,
 * no empty keys) applies to them. `what` names it in the ManifestsTooLarge that is thrown when it is too large.
 */
export async function pack(what: string, value: unknown): Promise<Uint8Array> {
  const packed = gzipSync(JSON.stringify(value));
  if (packed.byteLength <= MAX_BYTES) return packed;
  const size = Math.ceil(packed.byteLength / 1024);
  throw fail(
    'ManifestsTooLarge',
    `${what} take ${size} KB compressed, and Hawser can keep at most ${MAX_BYTES / 1024} KB; move large data out of the manifests.`,
  );
}

/** What `pack` made of a value of type `T`. */
export async function unpack<T>(packed: Uint8Array): Promise<T> {
  return JSON.parse(gunzipSync(packed).toString()) as T;
}
