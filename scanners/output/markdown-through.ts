import type { Decision, EndOfLife, Judged } from '../policy/decision.ts';
import { capped } from './capped.ts';
import { blockingOf, invalidReasons } from './finding-text.ts';
import { block, code, moreOf, sentence } from './markdown-text.ts';
import { hasFix, nextSteps } from './next-step.ts';
import { counted } from './sentence.ts';
import { waiverSnippet } from './waiver-snippet.ts';

const limit = { rows: 50, bytes: 120_000 };
/** Entries to copy; each is below 8 KB. */
const snippets = 10;

/** What to do about each thing that blocks, and the waivers to paste. */
export function throughSection(decision: Decision, policyFile: string): string[] {
  const { findings, endOfLife } = blockingOf(decision);
  const invalid = invalidReasons(decision).length;
  if (findings.length + endOfLife.length + invalid === 0) return [];
  const { steps, more } = nextSteps(findings, limit.rows);
  const all = [
    ...(invalid === 0
      ? []
      : [
          `Run each scanner named above again, so that it writes a whole report, and give the gate all that ${code(policyFile)} expects.`,
        ]),
    ...(endOfLife.length === 0
      ? []
      : [
          `Build on a base image that still gets updates, instead of ${code(endOfLife.map(({ id }) => id).join(', '))}.`,
        ]),
    ...steps.map((step) => sentence(step)),
  ];
  const kept = capped(all, limit, (step, at) => `${at + 1}. ${step}`);
  const isUnfixed = (one: Judged): boolean => one.category === 'vulnerability' && !hasFix(one);
  const unfixed = findings.filter(isUnfixed);
  const others = [...endOfLife, ...findings.filter((one) => !isUnfixed(one))];
  return [
    '### How to get it through',
    kept.shown.join('\n'),
    ...moreOf(kept.more + more, 'step'),
    ...waiverPart('What has no fix can be waived for a time', unfixed, decision, policyFile),
    ...waiverPart('For a false alarm, or a risk to be borne for a time', others, decision, policyFile),
  ];
}

function waiverPart(
  title: string,
  findings: readonly (Judged | EndOfLife)[],
  decision: Decision,
  policyFile: string,
): string[] {
  if (findings.length === 0) return [];
  const { text, more } = waiverSnippet(findings, decision.decidedBy.at, snippets);
  return [
    `<details><summary>${title}: what to paste into ${code(policyFile)}</summary>`,
    'Fill in `owner` and `reason`, let it end as soon as it can, and have somebody review it.',
    block(text, 'yaml'),
    ...(more === 0 ? [] : [`${counted(more, 'more finding')} would have entries of the same form.`]),
    '</details>',
  ];
}
