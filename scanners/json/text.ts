import { isUtf8 } from 'node:buffer';
import { invalid } from '../invalid.ts';
import { openRecall } from './recall.ts';

/** Texts in quotes. One is read at a time, and it may go on in later bytes. */
export interface Texts {
  /** All that follows is about these bytes, which begin at a multiple of four. Those of a text that goes on are the first of them. */
  use(bytes: Buffer): void;
  /**
   * Where the text that begins at `open` has its closing quote; -1 when it goes on beyond the bytes. Then this is to be asked again with
   * more of them, and looks only at what is new. Throws `invalid` for what is not JSON or not UTF-8.
   */
  close(open: number): number;
  /** What the text says whose end was found last. */
  read(open: number, close: number): string;
}

/** What a byte is inside of a text. */
const [PLAIN, QUOTE, ESCAPE, WIDE, CONTROL] = [0, 1, 2, 3, 4];
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20) return CONTROL;
  if (byte >= 0x80) return WIDE;
  return byte === 0x22 ? QUOTE : byte === 0x5c ? ESCAPE : PLAIN;
});
const escapes: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const hexDigits: ReadonlySet<number> = new Set(Buffer.from('0123456789abcdefABCDEF'));
const UNICODE = 0x75;

export function openTexts(): Texts {
  const recall = openRecall();
  let bytes: Buffer = Buffer.alloc(0);
  let words: Int32Array = new Int32Array(0);
  /** How much of a text that goes on is known already, and what it has. */
  let seen = 0;
  let [isAscii, hasEscape] = [true, false];

  return {
    use(next) {
      bytes = next;
      words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    },
    close(open) {
      if (seen === 0) [isAscii, hasEscape] = [true, false];
      let at = open + 1 + seen;
      while (at < bytes.length) {
        const kind = kinds[bytes[at] as number];
        if (kind === QUOTE) {
          seen = 0;
          if (!isAscii && !isUtf8(bytes.subarray(open, at))) throw invalid('is not JSON');
          return at;
        }
        if (kind === PLAIN) {
          at = at % 4 === 3 ? plainFrom(words, at + 1) : at + 1;
        } else if (kind === WIDE) {
          isAscii = false;
          at++;
        } else if (kind === ESCAPE) {
          const length = escapeLength(bytes, at);
          if (at + length > bytes.length) break;
          hasEscape = true;
          at += length;
        } else throw invalid('is not JSON');
      }
      seen = at - open - 1;
      return -1;
    },
    read(open, close) {
      // What escapes mean, halves of pairs among them, is JSON.parse's to say.
      if (hasEscape) return JSON.parse(bytes.toString('utf8', open, close + 1)) as string;
      return isAscii ? recall(bytes, open + 1, close) : bytes.toString('utf8', open + 1, close);
    },
  };
}

/**
 * Where plain bytes end that begin at `from`, a multiple of four; or up to three before. It looks at four at a time: what is subtracted
 * sets the highest bit of a byte that is below a blank, a quote or a backslash, and it is set in what is not ASCII.
 */
function plainFrom(words: Int32Array, from: number): number {
  let at = from >> 2;
  for (; at < words.length; at++) {
    const word = words[at] as number;
    const found = (word - 0x20202020) | ((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101) | word;
    if ((found & 0x80808080) !== 0) break;
  }
  return at << 2;
}

/** In bytes; also of one that is not all there. */
function escapeLength(bytes: Buffer, at: number): number {
  const kind = bytes[at + 1];
  if (kind === undefined || escapes.has(kind)) return 2;
  if (kind !== UNICODE) throw invalid('is not JSON');
  for (const digit of bytes.subarray(at + 2, at + 6)) if (!hexDigits.has(digit)) throw invalid('is not JSON');
  return 6;
}
