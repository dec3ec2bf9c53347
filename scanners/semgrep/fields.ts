import { invalid } from '../invalid.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** `where` names the place in the report for people, such as `results[3].extra`. */
export function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${where} is not an object`);
  return value as Fields;
}

export function optionalFields(value: unknown, where: string): Fields | undefined {
  return value === undefined || value === null ? undefined : fieldsOf(value, where);
}

/** A text that must be there and not empty. */
export function textOf(fields: Fields, name: string, where: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw invalid(`${where}.${name} is not a text`);
  return value;
}

/** Undefined also for null and for an empty text. */
export function optionalText(fields: Fields, name: string, where: string): string | undefined {
  const value = fields[name];
  return value === undefined || value === null || value === '' ? undefined : textOf(fields, name, where);
}

export function countOf(fields: Fields, name: string, where: string): number {
  const value = fields[name];
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw invalid(`${where}.${name} is not a number from 0`);
  return value as number;
}
