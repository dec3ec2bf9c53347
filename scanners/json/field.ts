import { invalid } from '../invalid.ts';
import type { Json } from './shape.ts';

/** The field's text; undefined when it is not there. Throws `invalid` for anything else. */
export function textOf(owner: Json, key: string, where: string): string | undefined {
  const value = owner[key];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`has ${where}.${key} that is no text`);
}

/** The field's whole number; undefined when it is not there. Throws `invalid` for anything else. */
export function integerOf(owner: Json, key: string, where: string): number | undefined {
  const value = owner[key];
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value)) return value as number;
  throw invalid(`has ${where}.${key} that is no whole number`);
}

/** The field's object; undefined when it is not there. Throws `invalid` for anything else. */
export function objectOf(owner: Json, key: string, where: string): Json | undefined {
  const value = owner[key];
  if (value === undefined || isObject(value)) return value;
  throw invalid(`has ${where}.${key} that is no object`);
}

/** The field's list; undefined when it is not there. Throws `invalid` for anything else. */
export function listAt(owner: Json, key: string, where: string): readonly unknown[] | undefined {
  const value = owner[key];
  if (value === undefined || Array.isArray(value)) return value;
  throw invalid(`has ${where}.${key} that is no list`);
}

/** The field's word, one of `words`; undefined when it is not there. Throws `invalid` for anything else. */
export function wordOf<W extends string>(owner: Json, key: string, words: readonly W[], where: string): W | undefined {
  const value = owner[key];
  if (value === undefined) return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw invalid(`has ${where}.${key} that is none of ${words.join(', ')}`);
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

/** One line, not too long, for people; undefined when nothing is left. */
export function lineOf(text: string | undefined): string | undefined {
  const line = text
    ?.split(/[\r\n]/, 1)[0]
    ?.replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
  return line === '' ? undefined : line;
}

/** A link that people can follow, and nothing else that looks like one. */
export function linkOf(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\/[^\s"'<>]{1,500}$/.test(text) ? text : undefined;
}

/** The names of many fields, with blanks between them. */
export function fieldNames(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}
