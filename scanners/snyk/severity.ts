import { severityOf, worse, type Severity } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { optionalOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

const WORDS = new Set(['critical', 'high', 'medium', 'low']);

/**
 * Snyk's own rating. `severity` alone knew no critical until 2021 and says high for it; `severityWithCritical` is never less than it.
 * `none` is what Snyk rates as no risk.
 */
export function ratingOf(fields: Json, place: string): Severity {
  const words = ['severityWithCritical', 'severity'].map((name) => optionalOf(fields, name, place));
  const ratings = words.filter((word) => word !== undefined).map((word) => severityOfWord(word, place));
  if (ratings.length === 0) throw invalid(`has no ${place}.severity`);
  return ratings.reduce((a, b) => worse(a, b));
}

export function severityOfWord(word: string, place: string): Severity {
  if (word === 'none') return 'info';
  if (!WORDS.has(word)) throw invalid(`is no report of snyk: ${place} has a severity that snyk does not have`);
  return severityOf(word);
}
