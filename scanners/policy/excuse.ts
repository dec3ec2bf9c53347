import { worse } from '../finding.ts';
import type { Baseline } from './baseline.ts';
import type { Charge } from './charge.ts';
import type { Group, Seen } from './group.ts';
import type { Policy, Waiver } from './schema.ts';
import type { Statements } from './statement.ts';
import { endOf, standingOf, timeText, type Standing } from './waiver.ts';

export interface Excuse {
  by: 'vex' | 'suppressed' | 'waiver' | 'baseline';
  rule: string;
  why: string;
}

/** What is said for one sighting of a weakness. */
export interface Defence {
  /** The first of what holds and is allowed. */
  excuse?: Excuse;
  /** Sentences: what was said for it and does not hold. */
  notes: string[];
  /** Every waiver that is about it. `isTaken`: it holds, and the policy lets it excuse this charge. */
  waivers: { waiver: Waiver; standing: Standing; isTaken: boolean }[];
}

export interface Evidence {
  policy: Policy;
  now: number;
  baseline: Baseline | undefined;
  statements: Statements;
  waiversAbout: (seen: Seen) => Waiver[];
}

/** What keeps a sighting from blocking. Each sighting is excused by itself: a waiver for one path is none for another. */
export function defenceOf(group: Group, seen: Seen, charge: Charge, evidence: Evidence): Defence {
  const { policy, now, baseline, statements } = evidence;
  const { finding } = seen;
  const rules = policy.categories[finding.category];
  const excuses: Excuse[] = [];
  const notes: string[] = [];

  const vex = charge.accused && finding.category === 'vulnerability' ? statements.about(finding) : undefined;
  if (vex !== undefined) excuses.push({ by: 'vex', rule: 'vex.authors', why: vex });
  if (finding.suppressed !== undefined) {
    const { by, reason, inSource = false } = finding.suppressed;
    const said = `${seen.tool} was told not to count it (${by}${reason === undefined ? '' : `: ${reason}`})`;
    const rule = `categories.${finding.category}.suppressions: ${rules.suppressions}`;
    if (rules.suppressions === 'honour' || (rules.suppressions === 'inSource' && inSource))
      excuses.push({ by: 'suppressed', rule, why: said });
    else notes.push(`${said}, which does not count (${rule}).`);
  }
  const waivers = evidence.waiversAbout(seen).map((waiver) => {
    const rated = group.seen.map((one) => one.finding.severity);
    return { waiver, standing: standingOf(waiver, rated, policy, now) };
  });
  const held = waivers.filter(({ standing }) => standing.state === 'holds').map(({ waiver }) => waiver);
  const longest = held.toSorted((a, b) => endOf(b) - endOf(a))[0];
  if (longest !== undefined) {
    const why = `${longest.owner} waives it until ${timeText(endOf(longest))}: ${longest.reason}`;
    excuses.push({ by: 'waiver', rule: 'waivers', why });
  }
  const before = rules.newOnly ? baseline?.fingerprints.get(finding.fingerprint) : undefined;
  if (before !== undefined && worse(before, finding.severity) !== before) {
    notes.push(`The baseline does not count: there it is ${before}.`);
  } else if (before !== undefined && baseline !== undefined) {
    const why = `It was there already at ${baseline.commit.slice(0, 12)}, where the baseline was made`;
    excuses.push({ by: 'baseline', rule: `categories.${finding.category}.newOnly: true`, why });
  }
  // So it is with most of many findings.
  if (excuses.length + waivers.length === 0) return { notes, waivers: [] };

  const allowed = excuses.filter(({ by }) => charge.by !== 'kev' || policy.kev.excusedBy.includes(nameOf(by)));
  const refused = excuses.filter((excuse) => !allowed.includes(excuse)).map(({ by }) => nameOf(by));
  if (refused.length > 0) notes.push(`What is exploited is not excused by ${refused.join(', ')} (kev.excusedBy).`);
  const mayWaive = allowed.some(({ by }) => by === 'waiver');
  const [excuse] = allowed;
  if (excuse === undefined) notes.push(...waivers.flatMap(({ standing }) => standing.note ?? []));
  return {
    ...(excuse === undefined ? {} : { excuse }),
    notes,
    waivers: waivers.map((one) => ({ ...one, isTaken: charge.accused && mayWaive && one.standing.state === 'holds' })),
  };
}

function nameOf(by: Excuse['by']): Policy['kev']['excusedBy'][number] {
  return by === 'suppressed' ? 'suppression' : by;
}
