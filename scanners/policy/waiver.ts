import type { Severity } from '../finding.ts';
import type { Seen } from './group.ts';
import { namesOf, purlOf } from './group.ts';
import { matchesGlob } from './glob.ts';
import { DAY, instantOf, instantText } from './instant.ts';
import { coversPackage, parsePurl } from './purl.ts';
import type { Policy, Waiver } from './schema.ts';

/** What a waiver is worth for a finding at one instant. */
export interface Standing {
  state: 'holds' | 'expired' | 'tooLong' | 'notYet';
  /** A sentence when it does not hold. */
  note?: string;
}

/** Whether the waiver is about this sighting, whatever the time. Only what is named has to fit, and all of it. */
function isAbout(waiver: Waiver, seen: Seen): boolean {
  const { finding } = seen;
  const { id, fingerprint, category, path } = waiver;
  if (finding.category === 'secret' && fingerprint === undefined) return false;
  if (fingerprint !== undefined && fingerprint !== finding.fingerprint) return false;
  if (category !== undefined && category !== finding.category) return false;
  if (id !== undefined && ![...namesOf(finding), ruleOf(seen)].includes(id.toUpperCase())) return false;
  if (waiver.package !== undefined && waiver.package !== finding.package) return false;
  if (waiver.purl !== undefined) {
    // A finding that names no package is not in this one.
    const [pattern, actual] = [parsePurl(waiver.purl), purlOf(finding)];
    if (pattern === undefined || actual === undefined || !coversPackage(pattern, actual)) return false;
  }
  return path === undefined || matchesGlob(path, finding.location.path);
}

/** Finds the waivers that are about a sighting, in the order of the policy, without trying each of a thousand on each of a million. */
export function waiverIndex(waivers: readonly Waiver[]): (seen: Seen) => Waiver[] {
  const byKey = new Map<string, number[]>();
  for (const [at, { id, fingerprint = '' }] of waivers.entries()) {
    const key = id?.toUpperCase() ?? fingerprint;
    byKey.set(key, [...(byKey.get(key) ?? []), at]);
  }
  return (seen) => {
    if (byKey.size === 0) return [];
    const keys = [...namesOf(seen.finding), ruleOf(seen), seen.finding.fingerprint];
    const found = new Set(keys.flatMap((key) => byKey.get(key) ?? []));
    return [...found]
      .toSorted((a, b) => a - b)
      .flatMap((at) => waivers[at] ?? [])
      .filter((waiver) => isAbout(waiver, seen));
  };
}

function ruleOf({ finding: { rule } }: Seen): string {
  return rule.trim().toUpperCase();
}

/** When the waiver ends, in milliseconds: at that instant it no longer holds. */
export function endOf({ expires }: Pick<Waiver, 'expires'>): number {
  // What the schema let through is a time; one that is none has ended.
  return instantOf(expires) ?? Number.NEGATIVE_INFINITY;
}

/** What the waiver is worth for a weakness that tools rate so. Of several ratings the one with the shortest time counts. */
export function standingOf(waiver: Waiver, rated: readonly Severity[], policy: Policy, now: number): Standing {
  const end = endOf(waiver);
  if (now >= end) return { state: 'expired', note: `The waiver of ${waiver.owner} ended at ${timeText(end)}.` };
  const { maxDays } = policy.waiverRules;
  const severity = rated.toSorted((a, b) => maxDays[a] - maxDays[b])[0] ?? 'critical';
  const days = lengthOf(waiver, now) / DAY;
  if (days <= maxDays[severity]) {
    const begin = beginOf(waiver) ?? now;
    if (begin <= now) return { state: 'holds' };
    return {
      state: 'notYet',
      note: `The waiver of ${waiver.owner} begins at ${timeText(begin)} and does not count yet.`,
    };
  }
  const note = `The waiver of ${waiver.owner} does not count: it lasts ${Math.ceil(days)} days, and waiverRules.maxDays.${severity} is ${maxDays[severity]}.`;
  return { state: 'tooLong', note };
}

/** From when it was created, or from now where it does not say. A waiver of the future counts from now too. */
export function lengthOf(waiver: Waiver, now: number): number {
  return endOf(waiver) - Math.min(beginOf(waiver) ?? now, now);
}

/** When it was created, in milliseconds: it holds from then on. Undefined where it does not say. */
export function beginOf({ created }: Waiver): number | undefined {
  return created === undefined ? undefined : (instantOf(created) ?? Number.NEGATIVE_INFINITY);
}

export function timeText(ms: number): string {
  return Number.isFinite(ms) ? instantText(ms) : 'an unknown time';
}
