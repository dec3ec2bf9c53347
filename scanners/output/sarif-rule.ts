import type { Category, Severity } from '../finding.ts';

export type Level = 'error' | 'warning' | 'note';

/** A reportingDescriptor of SARIF 2.1.0 (section 3.49), with what GitHub requires of one. */
export interface SarifRule {
  id: string;
  shortDescription: { text: string };
  fullDescription: { text: string };
  help: { text: string };
  /** Absent for what no tool rates: GitHub then shows a warning. */
  defaultConfiguration?: { level: Level };
  properties: { tags: string[]; 'security-severity'?: string };
}

/** GitHub's bands; 0.0 is no severity. https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support */
const bands: Readonly<Record<Exclude<Severity, 'unknown'>, { from: number; below: number; standard: string }>> = {
  critical: { from: 9, below: 10.01, standard: '9.5' },
  high: { from: 7, below: 9, standard: '8.0' },
  medium: { from: 4, below: 7, standard: '5.5' },
  low: { from: 0.1, below: 4, standard: '2.0' },
  info: { from: 0, below: 0.1, standard: '0.0' },
};

/**
 * The number that GitHub makes a severity of: the score where it is of the tool's severity, else the middle of that severity's band. The
 * severity is what was judged by, and a score of another source may be of another band. Undefined for what nobody rates.
 */
export function securitySeverity(severity: Severity, score: number | undefined): string | undefined {
  if (severity === 'unknown') return undefined;
  const { from, below, standard } = bands[severity];
  // Not rounded up: 8.96 is high.
  const text = score === undefined ? standard : (Math.floor(score * 10) / 10).toFixed(1);
  const value = Number(text);
  return value >= from && value < below ? text : standard;
}

/** How GitHub colours it. What blocks is an error, or it would not fail the check of a pull request. */
export function levelOf(severity: Severity, blocks: boolean): Level | undefined {
  if (blocks || severity === 'critical' || severity === 'high') return 'error';
  if (severity === 'medium') return 'warning';
  return severity === 'unknown' ? undefined : 'note';
}

interface Described {
  name: string;
  title: string;
  category: Category;
  severity: Severity;
  score: number | undefined;
  level: Level | undefined;
}

/** GitHub takes so many rules of a run. */
const MOST_RULES = 25_000;

/**
 * The rules of a run. GitHub rates a rule, not a result, so findings of one rule that are rated differently get one rule for each
 * rating: the first keeps the name, the next is `name/severity`, a part of it (section 3.27.5).
 */
export function ruleList(): { rules: SarifRule[]; indexOf: (described: Described) => number | undefined } {
  const rules: SarifRule[] = [];
  const byKey = new Map<string, number>();
  const ids = new Set<string>();
  return {
    rules,
    indexOf(described) {
      const { name, title, category, severity, score, level } = described;
      const rating = securitySeverity(severity, score);
      const key = JSON.stringify([name, category, severity, rating, level]);
      const known = byKey.get(key);
      if (known !== undefined) return known;
      if (rules.length >= MOST_RULES) return undefined;
      const candidates = [
        name,
        `${name}/${severity}`,
        `${name}/${category}/${severity}`,
        `${name}/${category}/${severity}/${rating ?? ''}`,
      ];
      const id = candidates.find((one) => !ids.has(one)) ?? `${name}/${rules.length}`;
      ids.add(id);
      byKey.set(key, rules.length);
      rules.push({
        id,
        shortDescription: { text: title },
        fullDescription: { text: title },
        help: { text: help[category] },
        ...(level === undefined ? {} : { defaultConfiguration: { level } }),
        properties: { tags: ['security', category], ...(rating === undefined ? {} : { 'security-severity': rating }) },
      });
      return rules.length - 1;
    },
  };
}

const help: Readonly<Record<Category, string>> = {
  secret: 'Revoke the secret, then take it out of the code: whoever has read the repository has it.',
  vulnerability: 'Upgrade the package to the version that no longer has it, or replace the package.',
  code: 'Change the code. Where it is no weakness, waive it in the policy with a reason.',
  misconfiguration: 'Change the setting that the rule names.',
  licence: 'Replace the package by something whose licence is allowed.',
  web: 'Change what the running app answers.',
};
