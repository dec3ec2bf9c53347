import { invalid } from '../invalid.ts';
import type { Finding } from '../finding.ts';
import { eachOf, firstLine, hasUnknown, objectAt, present, textOf, wordOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

const kinds = ['inSource', 'external'] as const;
const known: ReadonlySet<string> = new Set(['guid', 'kind', 'status', 'justification', 'location', 'properties']);
const states = ['accepted', 'underReview', 'rejected'] as const;

/**
 * Whether a result is suppressed (sections 3.27.23 and 3.35): there is at least one suppression, and all of them are accepted, which
 * is what no status means. Throws `invalid` for what is no suppression.
 */
export function suppressionOf(result: Json, where: string): Finding['suppressed'] {
  if (result['suppressions'] === null) return undefined;
  const read = eachOf(result, 'suppressions', where, (value, place) => {
    const one = objectAt(value, place);
    const kind = wordOf(one, 'kind', kinds, place);
    if (kind === undefined) throw invalid(`has no ${place}.kind`);
    return {
      isInSource: kind === 'inSource',
      // A field that the standard does not know may be the status, misspelt.
      isAccepted: !hasUnknown(one, known, place) && (wordOf(one, 'status', states, place) ?? 'accepted') === 'accepted',
      reason: firstLine(textOf(one, 'justification', place)),
    };
  });
  // What stands beside the code is seen by whoever reads that.
  const told = read.find(({ isInSource }) => isInSource) ?? read[0];
  if (told === undefined || !read.every(({ isAccepted }) => isAccepted)) return undefined;
  return {
    by: told.isInSource ? 'a comment in the code' : 'a suppression outside the code',
    ...present({ reason: told.reason }),
    ...(told.isInSource ? { inSource: true } : {}),
  };
}
