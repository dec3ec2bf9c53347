import { invalid } from '../invalid.ts';
import { openStructure, type Visitor } from './structure.ts';
import { openTokens } from './tokens.ts';

export type { Path, Visitor } from './structure.ts';

const BYTE_ORDER_MARK = 0xef;

/**
 * Reads one JSON value from a stream of bytes in UTF-8 and shows it to the visitor piece by piece. Holds a chunk, one path, the keys of
 * the objects on it, and the value that is just taken; of what is skipped, no more than its keys.
 *
 * Throws `invalid` for what is empty, cut off, not JSON, more than one value, begins with a byte order mark, has a key twice in one
 * object (parsers differ in which one they believe), is nested deeper than 100, or holds a piece that is too large. What the visitor
 * throws is thrown. A chunk may be used for other bytes once the next one is asked for.
 */
export async function readJson(chunks: AsyncIterable<Uint8Array>, visitor: Visitor): Promise<void> {
  const structure = openStructure(visitor);
  const tokens = openTokens(structure);
  let isFirst = true;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    if (isFirst && chunk[0] === BYTE_ORDER_MARK) throw invalid('is not JSON: it begins with a byte order mark');
    isFirst = false;
    tokens.write(chunk);
  }
  tokens.end();
  structure.end();
}
