import type { EndOfLife, Outcome, Read } from './decision.ts';
import type { Seen } from './group.ts';
import { compareText } from './order.ts';
import { oneLine } from './sentence.ts';
import type { Policy, Waiver } from './schema.ts';
import { endOf, standingOf, timeText, waiverIndex, type Standing } from './waiver.ts';

/** A scanner does not rate this; a waiver of it may last as long as one for a high finding. */
const rated = 'high';

export interface EndOfLifeJudgement {
  judged: EndOfLife;
  sentence: string;
  waivers: { waiver: Waiver; standing: Standing; isTaken: boolean; fingerprint: string }[];
}

/** Images whose operating system gets no more updates, each once: their packages have holes that no scanner lists any more. */
export function endsOfLife(reads: readonly Read[], policy: Policy, now: number): EndOfLifeJudgement[] {
  const found = new Map<string, EndOfLifeJudgement>();
  for (const { tool, name, parsed } of reads) {
    const os = parsed.valid ? parsed.scan.os : undefined;
    if (os?.isEndOfLife !== true) continue;
    const subject = (parsed.valid ? parsed.scan.subject?.name : undefined) ?? name;
    const id = `end-of-life:${os.family}-${os.name}`.replaceAll(/\s+/g, '-');
    found.set(`${id} ${tool} ${subject}`, judge({ id, tool, subject }, policy, now));
  }
  return Array.from(found)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, judgement]) => judgement);
}

function judge(place: Omit<EndOfLife, 'outcome'>, policy: Policy, now: number): EndOfLifeJudgement {
  const { id, tool, subject } = place;
  const finding = {
    id,
    rule: id,
    category: 'misconfiguration',
    severity: rated,
    location: { path: subject },
    fingerprint: id,
  } as const;
  const seen: Seen = { tool, finding };
  const about = waiverIndex(policy.waivers)(seen).map((waiver) => ({
    waiver,
    standing: standingOf(waiver, [rated], policy, now),
  }));
  const held = about.find(({ standing }) => standing.state === 'holds')?.waiver;
  const blocks = policy.eol === 'block' && held === undefined;
  const outcome: Outcome =
    policy.eol === 'block' && held !== undefined
      ? {
          blocks,
          by: 'waiver',
          rule: 'waivers',
          why: oneLine(`${held.owner} waives it until ${timeText(endOf(held))}: ${held.reason}`),
        }
      : { blocks, by: 'eol', rule: `eol: ${policy.eol}`, why: 'Its makers end its updates.' };
  const notes = blocks ? about.flatMap(({ standing }) => standing.note ?? []) : [];
  const verb = blocks ? 'blocks by' : policy.eol === 'block' ? 'is waived in spite of' : 'is let through by';
  const what = `The operating system of ${subject} (${id.slice('end-of-life:'.length)}, says ${tool}) gets no more updates, which ${verb} eol: ${policy.eol}.`;
  return {
    judged: { ...place, outcome },
    sentence: [what, ...(blocks ? ['Build on a base image that is still maintained.'] : []), ...notes]
      .map((text) => oneLine(text))
      .join(' '),
    waivers: about.map((one) => ({
      ...one,
      isTaken: policy.eol === 'block' && one.standing.state === 'holds',
      fingerprint: id,
    })),
  };
}
