import { rankOf, severityOf, type Severity } from '../finding.ts';
import { invalid } from '../invalid.ts';
import type { Json } from '../json/shape.ts';

export const levels = ['none', 'note', 'warning', 'error'] as const;
export type Level = (typeof levels)[number];

export interface Rating {
  severity: Severity;
  /** 0 to 10. */
  score?: number;
}

const KEY = 'security-severity';

/**
 * What `security-severity` in a property bag says: a number (GitHub's bands, but 9.0 is critical, as Scorecard writes it) or a word.
 * Undefined when it is not there, or is what a tool writes when its own number is missing. Throws `invalid` for what is neither.
 */
export function ratingOf(bag: Json | undefined, where: string): Rating | undefined {
  const value = bag?.[KEY];
  if (value === undefined) return undefined;
  // Docker Scout writes a number also for what it does not rate.
  if (bag?.['cvssV3_severity'] === 'UNSPECIFIED') return { severity: 'unknown' };
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalid(`has ${where} with a ${KEY} that is neither a number nor a text`);
  const word = String(value).trim();
  if (/^(|undefined|null|nan)$/i.test(word)) return undefined;
  const score = Number(word);
  if (!Number.isFinite(score)) return { severity: severityOf(word) };
  // -1 stands for "not rated".
  if (score < 0) return undefined;
  return { severity: bandOf(score), ...(score > 10 ? {} : { score }) };
}

/** In the words of dependency-check, which without CVSS 3, and in older versions always, has no `security-severity`. */
export function wordedRating(bag: Json | undefined): Rating | undefined {
  const word = bag?.['cvssv3_baseSeverity'] ?? bag?.['cvssv2_severity'];
  return typeof word === 'string' ? { severity: severityOf(word) } : undefined;
}

function bandOf(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'info';
}

export function severityOfLevel(level: Level): Severity {
  return level === 'none' ? 'info' : severityOf(level);
}

/** The worst of them; undefined of none. What is not rated comes right after high. */
export function worstRating(ratings: readonly (Rating | undefined)[]): Rating | undefined {
  return ratings.reduce((worst, one) => {
    if (one === undefined || worst === undefined) return worst ?? one;
    return isWorse(one.severity, worst.severity) ? one : worst;
  }, undefined);
}

export function worstLevel(given: readonly (Level | undefined)[]): Level | undefined {
  return levels.findLast((level) => given.includes(level));
}

function isWorse(one: Severity, other: Severity): boolean {
  return rankOf(one) < rankOf(other);
}
