import { invalid } from '../invalid.ts';
import { numberOf, readPlainValue, type PlainValue } from './plain-value.ts';
import type { Structure } from './structure.ts';
import { openTexts } from './text.ts';

/** Takes bytes in pieces of any length and gives the structure what they say. */
export interface Tokens {
  /** The chunk may be used for other things after that. Throws `invalid`, and what the structure throws. */
  write(chunk: Uint8Array): void;
  /** After the last byte: throws `invalid` when something was begun. */
  end(): void;
}

/** A single text or number of a report is far shorter; and so is what stands between two of them. */
const MAX_TOKEN_BYTES = 8 * 1024 * 1024;
const [TAB, LINE_FEED, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export function openTokens(structure: Structure): Tokens {
  const texts = openTexts();
  const plain: PlainValue = { end: -1, value: null };
  /** Every chunk is copied to here, behind what was begun and goes on in it. */
  let room = Buffer.alloc(0);
  let begun = 0;
  /** Where `room` begins, and the last token, from the first byte of all. */
  let [offset, lastToken] = [0, 0];

  function append(chunk: Uint8Array): Buffer {
    const length = begun + chunk.length;
    if (length > room.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * room.length));
      room.copy(larger, 0, 0, begun);
      room = larger;
    }
    room.set(chunk, begun);
    return room.subarray(0, length);
  }

  /** One that begins here; returns where it ends, or -1 when the bytes end first. */
  function token(bytes: Buffer, at: number, byte: number): number {
    if (byte === QUOTE) {
      const close = texts.close(at);
      if (close === -1) return -1;
      structure.scalar(structure.isRead() ? texts.read(at, close) : '', offset + at);
      return close + 1;
    }
    if (byte === COMMA) structure.comma();
    else if (byte === COLON) structure.colon();
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) structure.open(byte === OPEN_OBJECT, offset + at);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) structure.close(byte === CLOSE_OBJECT);
    else {
      readPlainValue(bytes, at, plain);
      if (plain.end !== -1) structure.scalar(plain.value, offset + at);
      return plain.end;
    }
    return at + 1;
  }

  return {
    write(chunk) {
      const bytes = append(chunk);
      texts.use(bytes);
      let at = 0;
      while (at < bytes.length) {
        const byte = bytes[at] as number;
        if (byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB) {
          at++;
          continue;
        }
        const end = token(bytes, at, byte);
        if (end === -1) break;
        lastToken = offset + at;
        at = end;
      }
      room.copyWithin(0, at, bytes.length);
      begun = bytes.length - at;
      if (offset + bytes.length - lastToken > MAX_TOKEN_BYTES)
        throw invalid(`holds a text of more than ${MAX_TOKEN_BYTES} bytes`);
      offset += at;
    },
    end() {
      if (begun === 0) return;
      const text = room.toString('latin1', 0, begun);
      const number = numberOf(text);
      if (number === undefined)
        throw invalid(/^[-\d]/.test(text) && numberOf(`${text}0`) === undefined ? 'is not JSON' : 'is cut off');
      structure.scalar(number, offset);
    },
  };
}
