import type { Finding } from '../finding.ts';
import { chargeOf, type Charge, type Known } from './charge.ts';
import type { Judged, Outcome, Sighting } from './decision.ts';
import { defenceOf, type Defence, type Evidence } from './excuse.ts';
import type { Group, Seen } from './group.ts';
import { compareText } from './order.ts';
import { oneLine } from './sentence.ts';

export interface Judgement {
  judged: Judged;
  /** For the reason of one that blocks: what was said for it and does not hold. */
  notes: readonly string[];
  waivers: readonly (Defence['waivers'][number] & { fingerprint: string })[];
}

const none: readonly never[] = [];

interface Heard {
  seen: Seen;
  charge: Charge;
  defence: Defence;
}

/** Judges one weakness by all its sightings: it passes only when each of them does. */
export function judgeGroup(group: Group, known: Known, evidence: Evidence): Judgement {
  const heard: Heard[] = group.seen.map((seen) => {
    const charge = chargeOf(group, seen, known, evidence.policy);
    return { seen, charge, defence: defenceOf(group, seen, charge, evidence) };
  });
  // The first of those that weigh most; a group has at least one.
  const main = heard.toSorted((a, b) => weightOf(b) - weightOf(a))[0] as Heard;
  const waivers = heard.flatMap(({ seen, defence }) =>
    defence.waivers.map((one) => ({ ...one, fingerprint: seen.finding.fingerprint })),
  );
  // Most have none, and one empty list is enough for all of those.
  return {
    judged: judgedOf(group, known, main),
    notes: main.defence.notes.length === 0 ? none : [...new Set(main.defence.notes)],
    waivers: waivers.length === 0 ? none : waivers,
  };
}

function weightOf({ charge, defence }: Heard): number {
  if (!charge.accused) return 0;
  return defence.excuse === undefined ? 2 : 1;
}

function outcomeOf({ charge, defence: { excuse } }: Heard): Outcome {
  if (!charge.accused) return { blocks: false, by: charge.by, rule: charge.rule, why: sentence(charge.why) };
  if (excuse === undefined) return { blocks: true, by: charge.by, rule: charge.rule, why: sentence(charge.why) };
  return { blocks: false, by: excuse.by, rule: excuse.rule, why: sentence(excuse.why) };
}

function sentence(text: string): string {
  return `${oneLine(text).replace(/\.$/, '')}.`;
}

function judgedOf(group: Group, known: Known, main: Heard): Judged {
  const all = group.seen.map(({ finding }) => finding);
  const { finding } = main.seen;
  const scores = all.flatMap(({ score }) => score ?? []);
  const fixedIn = finding.fixedIn ?? all.find((one) => one.fixedIn !== undefined)?.fixedIn;
  const isShared = group.seen.some(({ tool }) => tool !== main.seen.tool);
  const id = isShared ? sharedName(finding) : finding.id;
  const { aliases: _, ...rest } = finding;
  const aliases = aliasesOf(id, all);
  return {
    ...rest,
    id,
    severity: group.severity,
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(fixedIn === undefined ? {} : { fixedIn, fixState: 'fixed' as const }),
    ...(scores.length === 0 ? {} : { score: Math.max(...scores) }),
    tools: group.seen.map(sightingOf),
    outcome: outcomeOf(main),
    ...known,
  };
}

function sightingOf({ tool, finding: { id, severity, location, fingerprint, suppressed } }: Seen): Sighting {
  const told = suppressed === undefined ? {} : { suppressed };
  return { tool, id, severity, path: location.path, fingerprint, ...told };
}

/** Of several tools' names the one that most know: CVE, then GHSA, then the tool's own. Always a name that this sighting has itself. */
function sharedName({ id, aliases = [] }: Finding): string {
  const names = [id, ...aliases.toSorted(compareText)];
  return names.find((name) => /^CVE-/i.test(name)) ?? names.find((name) => /^GHSA-/i.test(name)) ?? id;
}

/** Every other name that a tool gives it, each once. */
function aliasesOf(id: string, all: readonly Finding[]): string[] {
  if (all.every((one) => one.id === id && (one.aliases ?? []).every((name) => name === id))) return [];
  const byName = new Map(
    all.flatMap((one) => [one.id, ...(one.aliases ?? [])]).map((name) => [name.toUpperCase(), name]),
  );
  byName.delete(id.toUpperCase());
  return [...byName.values()].toSorted(compareText);
}
