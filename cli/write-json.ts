import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** How many members of a list are written at once. */
const BATCH = 200;

/**
 * Writes the value as `JSON.stringify(value, null, 2)` gives it, with a line break behind it. The long lists of an object come in pieces: the
 * text of all at once can be larger than what it is made of. Waits for a reader that is slow, and ends when there is none any more.
 */
export async function writeJson(stream: Writable, value: unknown): Promise<void> {
  try {
    for (const piece of jsonPieces(value)) if (!stream.write(piece)) await once(stream, 'drain');
    stream.write('\n');
  } catch (error) {
    if (!isReaderGone(error)) throw error;
  }
}

/** Whether a stream could not be written to because its reader has closed it. */
export function isReaderGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

/** The same as texts that follow one another. */
export function* jsonPieces(value: unknown): Generator<string> {
  if (!isPlain(value) || !Object.values(value).some(isLong)) {
    yield JSON.stringify(value, null, 2);
    return;
  }
  let before = '{';
  for (const [key, member] of Object.entries(value)) {
    if (isLong(member)) {
      yield `${before}\n  ${JSON.stringify(key)}: [`;
      for (let at = 0; at < member.length; at += BATCH)
        yield `${at === 0 ? '' : ','}${inside(member.slice(at, at + BATCH))}`;
      yield '\n  ]';
    } else {
      const text = JSON.stringify({ [key]: member }, null, 2);
      // What JSON has no word for is left out.
      if (text === '{}') continue;
      yield `${before}${text.slice('{'.length, -'\n}'.length)}`;
    }
    before = ',';
  }
  yield '\n}';
}

/** What stands between the brackets of a list that is a member of the outermost object. */
function inside(list: readonly unknown[]): string {
  return JSON.stringify({ '': list }, null, 2).slice('{\n  "": ['.length, -'\n  ]\n}'.length);
}

function isLong(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > BATCH;
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !('toJSON' in value)
  );
}
