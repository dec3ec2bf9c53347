import { invalid } from '../invalid.ts';
import { isObject } from '../json/field.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A name that may be shown: one that is longer or stranger could be anything. */
const PLAIN_NAME = /^[\w$@./-]{1,60}$/;

/** Where something is in the report, as in `applications[0].vulnerabilities[2]`. */
export function placeOf(path: readonly (string | number)[]): string {
  let place = '';
  for (const step of path) {
    if (typeof step === 'number') place += `[${step}]`;
    else if (PLAIN_NAME.test(step)) place += place === '' ? step : `.${step}`;
    else place += '.…';
  }
  return place === '' ? 'the top' : place;
}

export function fieldsAt(value: unknown, place: string): Fields {
  if (isObject(value)) return value;
  throw invalid(`is no report of snyk: ${place} is not an object`);
}

/** The text of a field that is always there. */
export function textOf(fields: Fields, name: string, place: string): string {
  const text = optionalTextOf(fields, name, place);
  if (text === undefined) throw invalid(`is no report of snyk: ${place} has no ${name}`);
  return text;
}

/** The text of a field that may be absent, null or empty. */
export function optionalTextOf(fields: Fields, name: string, place: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalid(`is no report of snyk: ${name} of ${place} is not a text`);
  return value;
}

/** The texts of a list that may be absent or null; what in it is no text is left out. */
export function textsOf(fields: Fields, name: string, place: string): string[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`is no report of snyk: ${name} of ${place} is not a list`);
  return value.filter((one): one is string => typeof one === 'string' && one !== '');
}
