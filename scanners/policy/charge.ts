import { rankOf, type Severity } from '../finding.ts';
import type { Outcome } from './decision.ts';
import type { Epss } from './epss.ts';
import type { Group, Seen } from './group.ts';
import type { Kev, KevEntry } from './kev.ts';
import type { Policy, Threshold } from './schema.ts';

/** What a finding comes to before anything excuses it. */
export interface Charge {
  accused: boolean;
  by: Outcome['by'];
  rule: string;
  why: string;
}

/** What is known of a vulnerability beyond the reports. */
export interface Known {
  kev?: KevEntry;
  epss?: number;
}

/** By any name that any tool gives it: the earliest entry, the highest score. */
export function knownOf(group: Group, kev: Kev | undefined, epss: Epss | undefined): Known {
  if ((kev ?? epss) === undefined || group.seen[0]?.finding.category !== 'vulnerability') return {};
  const names = [...group.names].toSorted();
  const entries = names.flatMap((name) => kev?.entries.get(name) ?? []);
  const scores = names.flatMap((name) => epss?.scores.get(name) ?? []);
  const first = entries.toSorted((a, b) => (a.added < b.added ? -1 : a.added > b.added ? 1 : 0))[0];
  return {
    ...(first === undefined ? {} : { kev: first }),
    ...(scores.length === 0 ? {} : { epss: Math.max(...scores) }),
  };
}

/** Whether a sighting of the weakness blocks as the policy has it, and by which setting. */
export function chargeOf(group: Group, { finding }: Seen, known: Known, policy: Policy): Charge {
  const { category } = finding;
  if (known.kev !== undefined && policy.kev.found === 'block') {
    const why = `It is known to be exploited: in CISA’s catalogue since ${known.kev.added}`;
    return { accused: true, by: 'kev', rule: 'kev.found: block', why };
  }
  if (category === 'secret') {
    return { accused: true, by: 'secret', rule: 'categories.secret.block: any', why: 'Any secret blocks' };
  }
  const rules = policy.categories[category];
  const at = `categories.${category}`;
  const unfixed = category === 'vulnerability' && group.isUnfixed ? policy.categories.vulnerability.unfixed : undefined;
  const level = unfixed ?? rules.block;
  const setting = `${at}.${unfixed === undefined ? 'block' : 'unfixed'}: ${level}`;
  if (reaches(level, group.severity)) {
    return { accused: true, by: 'threshold', rule: setting, why: `Its severity is ${group.severity}` };
  }
  const { block } = policy.epss;
  if (known.epss !== undefined && block !== undefined && known.epss >= block) {
    const why = `The probability that it is exploited within 30 days is ${known.epss}`;
    return { accused: true, by: 'epss', rule: `epss.block: ${block}`, why };
  }
  // A tool that does not rate it is not answered by another one that rates it low.
  const isUnrated = finding.severity === 'unknown';
  if (isUnrated && rules.unknown === 'block' && unfixed !== 'never') {
    return { accused: true, by: 'unknown', rule: `${at}.unknown: block`, why: 'Its tool gives it no severity' };
  }
  if (unfixed !== undefined && reaches(rules.block, group.severity)) {
    return { accused: false, by: 'unfixed', rule: setting, why: 'There is no fix for it' };
  }
  if (group.severity === 'unknown') {
    return {
      accused: false,
      by: 'unrated',
      rule: `${at}.unknown: ${rules.unknown}`,
      why: 'Its tool gives it no severity',
    };
  }
  return { accused: false, by: 'belowThreshold', rule: setting, why: `Its severity is ${group.severity}` };
}

function reaches(level: Threshold, severity: Severity): boolean {
  if (level === 'any' || level === 'never') return level === 'any';
  return severity !== 'unknown' && rankOf(severity) <= rankOf(level);
}
