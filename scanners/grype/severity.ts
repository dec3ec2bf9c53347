import type { Severity } from '../finding.ts';
import { invalid } from '../invalid.ts';

/** Grype's words. Negligible is less than Low: the distribution's own security team will not act on it. */
const words: ReadonlyMap<string, Severity> = new Map([
  ['Critical', 'critical'],
  ['High', 'high'],
  ['Medium', 'medium'],
  ['Low', 'low'],
  ['Negligible', 'info'],
  ['Unknown', 'unknown'],
]);

/**
 * Grype's severity as ours. It leaves the word out only when its database knows no more than the id, and then there is no data source
 * either; otherwise a report without it is broken.
 */
export function severityOf(word: unknown, dataSource: unknown, where: string): Severity {
  if (word === undefined && dataSource === '') return 'unknown';
  const severity = typeof word === 'string' ? words.get(word) : undefined;
  if (severity === undefined) throw invalid(`has ${where}.severity that is none of ${[...words.keys()].join(', ')}`);
  return severity;
}
