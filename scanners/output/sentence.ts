import { plain } from './plain.ts';

/** A sentence of ours with data in it. What is data is written so that it stays data, whatever the reader: each writer has its own way. */
export type Sentence = readonly (string | Data)[];

export interface Data {
  data: string;
}

export function data(text: string, length?: number): Data {
  return { data: plain(text, length) };
}

/** `a, b and 3 more`, of at most `most` names. */
export function listed(names: readonly string[], most = 5): Sentence {
  const shown = names.slice(0, names.length === most + 1 ? most + 1 : most);
  const parts = shown.flatMap((name, at) => (at === 0 ? [data(name, 80)] : [', ', data(name, 80)]));
  return shown.length === names.length ? parts : [...parts, ` and ${count(names.length - shown.length)} more`];
}

/** `1 finding`, `12,000 findings`. */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A number with its thousands apart. */
export function count(number: number): string {
  return number.toLocaleString('en-GB');
}

export function toText(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : part.data)).join('');
}
