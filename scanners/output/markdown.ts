import type { Decision, EndOfLife, Judged } from '../policy/decision.ts';
import { capped } from './capped.ts';
import {
  blockingOf,
  fixOf,
  headline,
  invalidReasons,
  isExcused,
  nameOf,
  packageOf,
  placeOf,
  titleOf,
  toolsOf,
} from './finding-text.ts';
import { countSection, coverageSection } from './markdown-coverage.ts';
import { code, markdownTable, moreOf, prose, row } from './markdown-text.ts';
import { throughSection } from './markdown-through.ts';
import { count, counted } from './sentence.ts';

export interface MarkdownOptions {
  /** Where waivers go, as a person would open it. */
  policyFile: string;
}

/** GitHub refuses the whole summary of a step above 1 MiB. Together with the steps and the coverage these stay below it. */
const limits = {
  reasons: { rows: 50, bytes: 80_000 },
  blocking: { rows: 200, bytes: 300_000 },
  excused: { rows: 200, bytes: 150_000 },
  warnings: { rows: 50, bytes: 80_000 },
};

/**
 * The decision as the summary of a job on GitHub: the verdict, what blocks, how to get it through, what passes by whose word, warnings,
 * coverage, counts. Text of reports, policy and waivers is shown and does nothing: no link, image, mention, HTML or Markdown of it works.
 * Below 1 MiB; what is left out is counted.
 */
export function markdownSummary(decision: Decision, { policyFile }: MarkdownOptions): string {
  const sections = [
    `## ${headline(decision)}`,
    ...invalidSection(decision),
    ...blockingSection(decision),
    ...throughSection(decision, policyFile),
    ...excusedSection(decision),
    ...warningSection(decision),
    ...coverageSection(decision),
    countSection(decision),
    `Decided at ${code(decision.decidedBy.at, 40)} by the policy ${code(decision.decidedBy.policy.digest, 80)}.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function invalidSection(decision: Decision): string[] {
  const reasons = invalidReasons(decision);
  if (reasons.length === 0) return [];
  const { shown, more } = capped(reasons, limits.reasons, (reason) => `- ${prose(reason)}`);
  return ['### What is wrong with the reports', [...shown, ...moreOf(more, 'reason', '- ')].join('\n')];
}

function blockingSection(decision: Decision): string[] {
  const { findings, endOfLife } = blockingOf(decision);
  const all = [...findings, ...endOfLife];
  if (all.length === 0) return [];
  const { shown, more } = capped(all, limits.blocking, (one) => ('tools' in one ? findingRow(one) : systemRow(one)));
  const table = markdownTable(['Severity', 'What', 'Where', 'Version → fixed in', 'Why'], shown);
  return ['### What blocks', table, ...moreOf(more, 'row')];
}

function findingRow(finding: Judged): string {
  const title = titleOf(finding);
  const what = [`${code(nameOf(finding))} (${code(toolsOf(finding))})`, ...(title === undefined ? [] : [prose(title)])];
  const places = new Set(finding.tools.map(({ path }) => path)).size - 1;
  const where = `${code(placeOf(finding), 250)}${places > 0 ? ` and ${counted(places, 'other place')}` : ''}`;
  return row([finding.severity, what.join('<br>'), where, versionCell(finding), whyCell(finding)]);
}

function systemRow({ id, tool, subject, outcome }: EndOfLife): string {
  const what = `${code(id, 100)} (${code(tool, 80)})<br>The operating system gets no more updates.`;
  return row(['', what, code(subject, 160), '', whyCell({ outcome })]);
}

function versionCell(finding: Judged): string {
  const fix = fixOf(finding);
  const from = packageOf(finding);
  const to = fix === undefined ? '' : 'words' in fix ? fix.words : code(fix.version);
  return [...(from === undefined ? [] : [code(from)]), ...(to === '' ? [] : [to])].join(' → ');
}

function whyCell({ outcome }: Pick<Judged, 'outcome'>): string {
  return `${prose(outcome.why)} ${code(outcome.rule, 120)}`;
}

function excusedSection(decision: Decision): string[] {
  const all = [...decision.findings, ...decision.endOfLife].filter(isExcused);
  if (all.length === 0) return [];
  const { shown, more } = capped(all, limits.excused, (one) =>
    'tools' in one
      ? row([
          one.severity,
          code(nameOf(one)),
          code(placeOf(one), 250),
          `${by[one.outcome.by] ?? ''}${prose(one.outcome.why)}`,
        ])
      : row(['', code(one.id, 100), code(one.subject, 160), `${by[one.outcome.by] ?? ''}${prose(one.outcome.why)}`]),
  );
  const table = markdownTable(['Severity', 'What', 'Where', 'By whose word, and until when'], shown);
  return [`### What passes though it would block (${count(all.length)})`, table, ...moreOf(more, 'row')];
}

const by: Partial<Record<Judged['outcome']['by'], string>> = {
  waiver: 'Waiver: ',
  vex: 'VEX: ',
  baseline: 'Baseline: ',
  suppressed: 'Suppression: ',
};

function warningSection({ warnings }: Decision): string[] {
  if (warnings.length === 0) return [];
  const { shown, more } = capped(warnings, limits.warnings, (warning) => `- ${prose(warning)}`);
  return [`### Warnings (${count(warnings.length)})`, [...shown, ...moreOf(more, 'warning', '- ')].join('\n')];
}
