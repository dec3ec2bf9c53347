import { invalid } from '../invalid.ts';

/** A number, true, false or null that begins in the bytes. `end` is -1 when it may go on beyond them. */
export interface PlainValue {
  end: number;
  value: number | boolean | null;
}

const grammar = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const inNumbers: ReadonlySet<number> = new Set(Buffer.from('+-.eE0123456789'));
const words: ReadonlyMap<number, readonly [word: Buffer, value: boolean | null]> = new Map(
  ([true, false, null] as const).map((value) => {
    const word = Buffer.from(String(value));
    return [word[0] as number, [word, value]];
  }),
);

/** Reads what begins at `from` into `into`. Throws `invalid` for what is no value of JSON. */
export function readPlainValue(bytes: Buffer, from: number, into: PlainValue): void {
  const known = words.get(bytes[from] as number);
  into.end = -1;
  if (known !== undefined) {
    const [word, value] = known;
    const there = bytes.subarray(from, from + word.length);
    if (!word.subarray(0, there.length).equals(there)) throw invalid('is not JSON');
    if (there.length < word.length) return;
    into.end = from + word.length;
    into.value = value;
    return;
  }
  let end = from;
  while (end < bytes.length && inNumbers.has(bytes[end] as number)) end++;
  if (end === from) throw invalid('is not JSON');
  if (end === bytes.length) return;
  const number = numberOf(bytes.toString('latin1', from, end));
  if (number === undefined) throw invalid('is not JSON');
  into.end = end;
  into.value = number;
}

/** The number that the text says; undefined for a text that is none. */
export function numberOf(text: string): number | undefined {
  return grammar.test(text) ? Number(text) : undefined;
}
