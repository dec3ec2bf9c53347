import type { Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { merged } from '../tell-apart.ts';

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
  /** Of a secret: what differs for another one at the same place. It orders them, and goes into no fingerprint. */
  apart: string | undefined;
}

/**
 * Names the findings. The tool's own fingerprint goes before the place, but only where it really tells one from another: some tools
 * write the same for all ("requires login"). Secrets at the same place are numbered. One finding that is there twice counts as `merged`
 * says: a second run must not hide the first.
 */
export function nameAll(all: readonly Identified[]): Finding[] {
  const placesOf = new Map<string, string | undefined>();
  const secretsAt = new Map<string, Set<string>>();
  const keyed = all.map(({ finding, what, prints, place, apart }) => {
    const steady = fingerprintOf('sarif', ...what, prints);
    const exact = fingerprintOf('sarif', ...what, prints, ...place);
    // `undefined`: at more than one place.
    placesOf.set(steady, !placesOf.has(steady) || placesOf.get(steady) === exact ? exact : undefined);
    if (apart !== undefined) secretsAt.set(exact, (secretsAt.get(exact) ?? new Set()).add(apart));
    return { finding, hasPrints: prints !== undefined, steady, exact, apart };
  });
  const numbers = new Map(Array.from(secretsAt, ([exact, secrets]) => [exact, numbered(secrets)]));
  const named = new Map<string, Finding>();
  for (const { finding, hasPrints, steady, exact, apart } of keyed) {
    const number = apart === undefined ? 0 : (numbers.get(exact)?.get(apart) ?? 0);
    const whole = number === 0 ? exact : fingerprintOf('sarif', exact, number);
    const fingerprint = hasPrints && placesOf.get(steady) !== undefined ? steady : whole;
    const known = named.get(fingerprint);
    const own = { ...finding, fingerprint };
    named.set(fingerprint, known === undefined ? own : merged(known, own));
  }
  return [...named.values()];
}

function numbered(secrets: ReadonlySet<string>): Map<string, number> {
  return new Map([...secrets].sort().map((secret, number) => [secret, number]));
}
