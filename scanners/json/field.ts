import { invalid } from '../invalid.ts';
import type { Json } from './shape.ts';

/** The field's place in the report, as one writes it. */
export function fieldAt(where: string, key: string): string {
  return where === '' ? key : `${where}.${key}`;
}

/** Why a report with this at this place is not as its tool writes it. `what` says what it is not (`no text`), never what it is. */
export function wrongAt(place: string, what: string): Error {
  return invalid(`has ${place} that is ${what}`);
}

/** The value as a text. Throws `invalid` for anything else. */
export function textAt(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw wrongAt(place, 'no text');
}

/** The field's text; undefined when it is not there. Throws `invalid` for anything else. */
export function textOf(owner: Json, key: string, where: string): string | undefined {
  const value = owner[key];
  return value === undefined || typeof value === 'string' ? value : textAt(value, fieldAt(where, key));
}

/** The same; undefined also for an empty text, which many tools write for "none". */
export function filledOf(owner: Json, key: string, where: string): string | undefined {
  return textOf(owner, key, where) || undefined;
}

/** The same; undefined also for null, where the tool writes that for "none". */
export function optionalOf(owner: Json, key: string, where: string): string | undefined {
  return owner[key] === null ? undefined : filledOf(owner, key, where);
}

/** A text that must be there and not be empty. */
export function requiredOf(owner: Json, key: string, where: string): string {
  const text = filledOf(owner, key, where);
  if (text === undefined) throw invalid(`has no ${fieldAt(where, key)}`);
  return text;
}

/** The field's whole number; undefined when it is not there. Throws `invalid` for anything else. */
export function integerOf(owner: Json, key: string, where: string): number | undefined {
  const value = owner[key];
  if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
  throw wrongAt(fieldAt(where, key), 'no whole number');
}

/** The field's number of a line; undefined when it is not there, or 0. Throws `invalid` for anything else. */
export function lineNumberOf(owner: Json, key: string, where: string): number | undefined {
  const line = integerOf(owner, key, where);
  if (line !== undefined && line < 0) throw wrongAt(fieldAt(where, key), 'no line');
  return line || undefined;
}

/** The value as an object. Throws `invalid` for anything else. */
export function objectAt(value: unknown, place: string): Json {
  if (isObject(value)) return value;
  throw wrongAt(place, 'no object');
}

/** The field's object; undefined when it is not there. Throws `invalid` for anything else. */
export function objectOf(owner: Json, key: string, where: string): Json | undefined {
  const value = owner[key];
  return value === undefined || isObject(value) ? value : objectAt(value, fieldAt(where, key));
}

/** What is read of each member of the field's list; nothing when it is not there. Throws `invalid` for anything else. */
export function eachOf<T>(owner: Json, key: string, where: string, read: (value: unknown, place: string) => T): T[] {
  const [list, place] = [owner[key], fieldAt(where, key)];
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw wrongAt(place, 'no list');
  return list.map((one: unknown, at) => read(one, `${place}[${at}]`));
}

/** The field's word, one of `words`; undefined when it is not there. Throws `invalid` for anything else. */
export function wordOf<W extends string>(owner: Json, key: string, words: readonly W[], where: string): W | undefined {
  const value = owner[key];
  if (value === undefined) return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw wrongAt(fieldAt(where, key), `none of ${words.join(', ')}`);
  return word;
}

/**
 * Whether the object has a field that its format does not know. One that is an object or a list makes the report invalid: it may be
 * what the report is about, misspelt. Of a plain value the caller says whether it matters.
 */
export function hasUnknown(owner: Json, known: ReadonlySet<string>, where: string): boolean {
  const unknown = Object.keys(owner).filter((key) => !known.has(key));
  if (unknown.some((key) => typeof owner[key] === 'object' && owner[key] !== null))
    throw invalid(`has a field in ${where} that this version cannot read`);
  return unknown.length > 0;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value, if it is a text that is not empty. For what decides nothing. */
export function plain(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One line of at most 200 characters, for people; undefined when nothing is left. */
export function oneLine(text: string | undefined): string | undefined {
  // Most are one line: no copy of those.
  const line = text === undefined || /^\S+(?: \S+)*$/.test(text) ? text : text.replaceAll(/\s+/g, ' ').trim();
  return line !== undefined && line.length > 200 ? `${beginning(line, 199)}…` : line || undefined;
}

/** The same of the first line only: what follows it may be anything. */
export function firstLine(text: string | undefined): string | undefined {
  const end = text?.search(/[\r\n]/) ?? -1;
  return oneLine(text === undefined || end === -1 ? text : beginning(text, end));
}

/** The first so many characters, as a text of their own: what `slice` gives holds the whole text in memory. */
function beginning(text: string, length: number): string {
  return [text.slice(0, 1), text.slice(1, length)].join('');
}

/** A link that people can follow, and nothing else that looks like one. */
export function linkOf(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\/[^\s"'<>]{1,500}$/.test(text) ? text : undefined;
}

/** The names of many fields, with blanks between them. */
export function fieldNames(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}

/** The same without what is undefined. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there: Record<string, unknown> = {};
  for (const key of Object.keys(fields) as (keyof T & string)[])
    if (fields[key] !== undefined) there[key] = fields[key];
  return there as never;
}
