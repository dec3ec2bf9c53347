import type { Baseline } from './baseline.ts';
import type { Judged, Read, WaiverReport } from './decision.ts';
import type { Epss } from './epss.ts';
import { DAY, instantText } from './instant.ts';
import type { Kev } from './kev.ts';
import { nameText, oneLine } from './sentence.ts';
import { categories, type Policy } from './schema.ts';

interface Facts {
  policy: Policy;
  now: number;
  reads: readonly Read[];
  findings: readonly Judged[];
  waivers: WaiverReport;
  baseline: Baseline | undefined;
  kev: Kev | undefined;
  epss: Epss | undefined;
  /** Every report of the policy is there. */
  isComplete: boolean;
}

/** So many are named; the findings list them all. */
const named = 5;

/** What does not block and should be known, and what is missing beside the reports though the policy needs it. */
export function warningsOf(facts: Facts): { invalid: string[]; warnings: string[] } {
  const { reads, waivers } = facts;
  const catalogues = [kevAge(facts), epssAge(facts)];
  return {
    invalid: catalogues.flatMap((one) => one.invalid ?? []),
    warnings: [
      ...reads.flatMap(({ name, parsed }) =>
        parsed.valid ? parsed.scan.warnings.map((text) => oneLine(`${name}: ${text}`)) : [],
      ),
      ...catalogues.flatMap((one) => one.warning ?? []),
      ...baselineWarnings(facts),
      ...exploited(facts),
      ...unrated(facts),
      ...suppressed(facts),
      ...[...waivers.expired, ...waivers.tooLong, ...waivers.unused, ...waivers.endingSoon].map(({ note }) => note),
    ],
  };
}

interface Said {
  invalid?: string;
  warning?: string;
}

function kevAge({ policy, now, kev }: Facts): Said {
  const what = 'the catalogue of known exploited vulnerabilities';
  return ageOf(what, kev?.file, kev?.releasedAt, { ...policy.kev, key: 'kev' }, now);
}

function epssAge({ policy, now, epss }: Facts): Said {
  return ageOf('the exploit prediction scores', epss?.file, epss?.scoredAt, { ...policy.epss, key: 'epss' }, now);
}

function ageOf(
  what: string,
  file: string | undefined,
  at: number | undefined,
  rule: { whenMissing: 'ignore' | 'warn' | 'invalid'; maxAgeDays: number; key: string },
  now: number,
): Said {
  if (file === undefined || at === undefined) {
    if (rule.whenMissing === 'ignore') return {};
    const text = `There is no file with ${what}, so nothing was compared with it (${rule.key}.whenMissing: ${rule.whenMissing}).`;
    return rule.whenMissing === 'warn' ? { warning: text } : { invalid: text };
  }
  if (now - at <= rule.maxAgeDays * DAY) return {};
  const limit = `older than ${rule.maxAgeDays} days (${rule.key}.maxAgeDays)`;
  return { warning: `${file} is of ${instantText(at)}, ${limit}: fetch ${what} again.` };
}

function baselineWarnings({ policy, findings, baseline, isComplete }: Facts): string[] {
  const comparing = categories.filter((category) => policy.categories[category].newOnly);
  if (baseline === undefined) {
    const list = comparing.map((category) => `categories.${category}.newOnly`).join(', ');
    return comparing.length === 0 ? [] : [`There is no baseline, so every finding counts as new (${list}).`];
  }
  if (comparing.length === 0) return [`${baseline.file} does not count: no category of the policy has newOnly.`];
  // What a report that is missing would find is not gone.
  if (!isComplete) return [];
  const seen = new Set(findings.flatMap(({ tools }) => tools.map(({ fingerprint }) => fingerprint)));
  const gone = [...baseline.fingerprints.keys()].filter((fingerprint) => !seen.has(fingerprint)).length;
  if (gone === 0) return [];
  return [
    `${baseline.file} lists ${countText(gone)} no longer there: write it again, so that they block if they come back.`,
  ];
}

function countText(count: number): string {
  return count === 1 ? '1 finding that is' : `${count} findings that are`;
}

function exploited({ policy, findings }: Facts): string[] {
  return findings
    .filter(({ kev, outcome }) => kev !== undefined && !outcome.blocks)
    .map((judged) => {
      const why = judged.outcome.by === 'belowThreshold' ? `kev.found: ${policy.kev.found}` : judged.outcome.rule;
      return oneLine(
        `${nameText(judged)} is known to be exploited since ${judged.kev?.added ?? ''} and does not block (${why}).`,
      );
    });
}

function unrated({ findings }: Facts): string[] {
  const groups = Map.groupBy(
    findings.filter(({ outcome }) => outcome.by === 'unrated'),
    ({ outcome }) => outcome.rule,
  );
  return Array.from(
    groups,
    ([rule, group]) =>
      `${namesText(group)} no severity from any tool and ${group.length === 1 ? 'does' : 'do'} not block (${rule}).`,
  );
}

function namesText(group: readonly Judged[]): string {
  const ids = group.slice(0, named).map(({ id }) => oneLine(id));
  const more = group.length > named ? ` and ${group.length - named} more` : '';
  return group.length === 1
    ? `1 finding has (${ids.join()})`
    : `${group.length} findings have (${ids.join(', ')}${more})`;
}

function suppressed({ findings }: Facts): string[] {
  const groups = Map.groupBy(
    findings.filter(({ outcome }) => outcome.by === 'suppressed'),
    ({ outcome }) => outcome.rule,
  );
  return Array.from(groups, ([rule, group]) => {
    const count = group.length === 1 ? '1 finding does' : `${group.length} findings do`;
    return `${count} not block because the tool was told not to count ${group.length === 1 ? 'it' : 'them'} (${rule}).`;
  });
}
