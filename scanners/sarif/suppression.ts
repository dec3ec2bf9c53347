import { invalid } from '../invalid.ts';
import { hasUnknown, isObject, lineOf, textOf, wordOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

const kinds = ['inSource', 'external'] as const;
const known: ReadonlySet<string> = new Set(['guid', 'kind', 'status', 'justification', 'location', 'properties']);
const states = ['accepted', 'underReview', 'rejected'] as const;

/**
 * Whether a result is suppressed (sections 3.27.23 and 3.35): there is at least one suppression, and all of them are accepted, which
 * is what no status means. Throws `invalid` for what is no suppression.
 */
export function suppressionOf(result: Json, where: string): { by: string; reason?: string } | undefined {
  const list = result['suppressions'];
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) throw invalid(`has ${where}.suppressions that is no list`);
  const read = list.map((one: unknown) => {
    if (!isObject(one)) throw invalid(`has ${where}.suppressions with what is no object`);
    const kind = wordOf(one, 'kind', kinds, `${where}.suppressions`);
    if (kind === undefined) throw invalid(`has ${where}.suppressions without a kind`);
    return {
      by: kind === 'inSource' ? 'a comment in the code' : 'a suppression outside the code',
      // A field that the standard does not know may be the status, misspelt.
      isAccepted:
        !hasUnknown(one, known, `${where}.suppressions`) &&
        (wordOf(one, 'status', states, `${where}.suppressions`) ?? 'accepted') === 'accepted',
      reason: lineOf(textOf(one, 'justification', `${where}.suppressions`)),
    };
  });
  const [first] = read;
  if (first === undefined || !read.every(({ isAccepted }) => isAccepted)) return undefined;
  return { by: first.by, ...(first.reason === undefined ? {} : { reason: first.reason }) };
}
