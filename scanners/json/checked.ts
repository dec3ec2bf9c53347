import { invalid } from '../invalid.ts';
import { isObject } from './field.ts';
import type { Path } from './read.ts';

/** An object of a report as it was read. */
export type Fields = Readonly<Record<string, unknown>>;

/** A report that is not as its tool writes it. `what` tells what is wrong at `path`, never what stands there. */
export function damaged(path: Path, what: string): Error {
  return invalid(`is damaged, or of a version that is not known: ${placeOf(path)} ${what}`);
}

/** `value` as an object. The path is its own. */
export function objectAt(value: unknown, path: Path): Fields {
  if (!isObject(value)) throw damaged(path, 'is no object');
  return value;
}

/** A list of objects, or of whatever `read` takes; none if it is absent. */
export function listAt<T>(fields: Fields, key: string, path: Path, read: (value: unknown, path: Path) => T): T[] {
  const value = fields[key];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw damaged([...path, key], 'is no list');
  return (value as unknown[]).map((one, at) => read(one, [...path, key, at]));
}

/** A member that is an object; undefined if it is absent. */
export function optionalObject(fields: Fields, key: string, path: Path): Fields | undefined {
  return fields[key] === undefined ? undefined : objectAt(fields[key], [...path, key]);
}

/** A text that must be there and not be empty. `path` is that of the object. */
export function text(fields: Fields, key: string, path: Path): string {
  const value = optionalText(fields, key, path);
  if (value === undefined) throw damaged([...path, key], 'is missing');
  return value;
}

/** A text; undefined if it is absent or empty, which many tools write for "none". */
export function optionalText(fields: Fields, key: string, path: Path): string | undefined {
  return fields[key] === undefined ? undefined : textAt(fields[key], [...path, key]) || undefined;
}

/** `value` as a text, that may be empty. The path is its own. */
export function textAt(value: unknown, path: Path): string {
  if (typeof value !== 'string') throw damaged(path, 'is no text');
  return value;
}

/** A number of a line; undefined if it is absent or 0. */
export function optionalLine(fields: Fields, key: string, path: Path): number | undefined {
  const value = fields[key];
  if (value === undefined || value === 0) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw damaged([...path, key], 'is no line');
  return value;
}

/** Throws `invalid` for a member that is an object or a list and is not one of these: it could hold findings. */
export function onlyKnown(fields: Fields, known: ReadonlySet<string>, path: Path): void {
  for (const [key, value] of Object.entries(fields))
    if (typeof value === 'object' && value !== null && !known.has(key))
      throw damaged([...path, key.slice(0, 60)], 'is not known');
}

/** For people: one line of at most 200 characters. */
export function oneLine(words: string): string {
  const line = words.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** The same without what is undefined. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** `Results[0].Vulnerabilities[2].Severity`; places in lists count from 0, as programs that read JSON count. */
function placeOf(path: Path): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return place.startsWith('.') ? place.slice(1) : place || 'all of it';
}
