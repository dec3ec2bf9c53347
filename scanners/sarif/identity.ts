import type { Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { byWeight } from '../tell-apart.ts';

type Part = string | number | undefined;

/** A finding, and what tells it from others. */
export interface Identified {
  finding: Omit<Finding, 'fingerprint'>;
  /** Tool, rule and file. */
  what: readonly Part[];
  /** The tool's own fingerprint. */
  prints: string | undefined;
  /** Lines, columns, commit, message: they change with any edit above. */
  place: readonly Part[];
}

/**
 * Names the findings. The tool's own fingerprint goes before the place, but only where it really tells one from another: some tools
 * write the same for all ("requires login"). Of one finding that is there twice the one that is not suppressed is kept, and of two
 * such the worse: a second run must not hide the first.
 */
export function nameAll(all: readonly Identified[]): Finding[] {
  const placesOf = new Map<string, string | undefined>();
  const keyed = all.map((one) => {
    const steady = fingerprintOf('sarif', ...one.what, one.prints);
    const exact = fingerprintOf('sarif', ...one.what, one.prints, ...one.place);
    // `undefined`: at more than one place.
    placesOf.set(steady, !placesOf.has(steady) || placesOf.get(steady) === exact ? exact : undefined);
    return { finding: one.finding, hasPrints: one.prints !== undefined, steady, exact };
  });
  const named = new Map<string, Finding>();
  for (const { finding, hasPrints, steady, exact } of keyed) {
    const fingerprint = hasPrints && placesOf.get(steady) !== undefined ? steady : exact;
    const known = named.get(fingerprint);
    if (known === undefined || byWeight(finding, known) < 0) named.set(fingerprint, { ...finding, fingerprint });
  }
  return [...named.values()];
}
