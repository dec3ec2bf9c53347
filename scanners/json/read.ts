import Tokenizer from '@streamparser/json/tokenizer.js';
import { invalid } from '../invalid.ts';
import { openStructure, type Visitor } from './structure.ts';

export type { Path, Visitor } from './structure.ts';

/** A single text or number of a report is far shorter; and so is what stands between two of them. */
const MAX_TOKEN_BYTES = 8 * 1024 * 1024;
const BYTE_ORDER_MARK = 0xef;
/** Of the size of a chunk: measured, smaller ones are slower. */
const STRING_BUFFER = 64 * 1024;

/**
 * Reads one JSON value from a stream of bytes in UTF-8 and shows it to the visitor piece by piece. Holds a chunk, one path, the keys of
 * the objects on it, and the value that is just taken.
 *
 * Throws `invalid` for what is empty, cut off, not JSON, more than one value, begins with a byte order mark, has a key twice in one
 * object (parsers differ in which one they believe), is nested deeper than 100, or holds a piece that is too large. What the visitor
 * throws is thrown.
 */
export async function readJson(chunks: AsyncIterable<Uint8Array>, visitor: Visitor): Promise<void> {
  const structure = openStructure(visitor);
  const tokenizer = new Tokenizer({ stringBufferSize: STRING_BUFFER });
  let [bytes, lastToken] = [0, 0];
  let thrown: { error: unknown } | undefined;
  tokenizer.onToken = ({ token, value, offset }) => {
    lastToken = offset;
    try {
      structure.token(token, value, offset);
    } catch (error) {
      thrown = { error };
      throw error;
    }
  };
  /** The tokenizer's own messages quote the text: they are not told. */
  const attempt = (work: () => void, reason: string): void => {
    try {
      work();
    } catch {
      throw thrown === undefined ? invalid(reason) : thrown.error;
    }
  };

  for await (const chunk of chunks) {
    if (bytes === 0 && chunk[0] === BYTE_ORDER_MARK) throw invalid('is not JSON: it begins with a byte order mark');
    attempt(() => tokenizer.write(chunk), 'is not JSON');
    bytes += chunk.length;
    if (bytes - lastToken > MAX_TOKEN_BYTES) throw invalid(`holds a text of more than ${MAX_TOKEN_BYTES} bytes`);
  }
  attempt(() => tokenizer.end(), 'is cut off');
  structure.end();
}
