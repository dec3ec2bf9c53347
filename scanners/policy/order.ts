import { rankOf, type Severity } from '../finding.ts';

/** By code units, so the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The worst that a tool rates; `unknown` when none does. */
export function worst(all: readonly Severity[]): Severity {
  const rated = all.filter((severity) => severity !== 'unknown');
  return rated.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ?? 'unknown';
}
