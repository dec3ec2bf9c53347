import type { Decision } from '../policy/decision.ts';
import { severities } from '../finding.ts';
import { wrap } from './columns.ts';
import { blockingOf, coverageText, headline, invalidReasons, isExcused, nameOf, placeOf } from './finding-text.ts';
import { nextSteps } from './next-step.ts';
import { plain, plainPath } from './plain.ts';
import { count, counted, toText } from './sentence.ts';
import { blockingTable, paint, type TerminalOptions } from './terminal-table.ts';

const limits = { steps: 20, excused: 20, sentences: 20, reports: 50 };

/**
 * The decision for a person at a terminal: the verdict, a table of what blocks, the reasons, the next steps, what passes by whose word,
 * warnings and coverage. No line is wider than `width`. Text of others moves no cursor, has no colour, and in the log of a job on GitHub
 * begins no workflow command.
 */
export function terminalText(decision: Decision, options: TerminalOptions): string {
  const width = Math.max(40, Math.floor(options.width));
  const { findings, endOfLife } = blockingOf(decision);
  const excused = [...decision.findings, ...decision.endOfLife].filter(isExcused);
  const steps = stepsOf(decision);
  const rules = new Map([...findings, ...endOfLife].map(({ outcome }) => [outcome.rule, outcome.why]));
  const lines = [
    ...wrap(headline(decision), width, '  ').map((text) =>
      paint(text, decision.verdict === 'pass' ? '1;32' : '1;31', options),
    ),
    ...listed(
      {
        title: 'What is wrong with the reports:',
        all: invalidReasons(decision),
        write: (one) => plain(one, 600),
        most: limits.sentences,
        noun: 'reason',
      },
      width,
    ),
    ...blockingTable([...endOfLife, ...findings], width, options),
    ...listed(
      {
        title: 'Why:',
        all: [...rules],
        write: ([rule, why]) => `${plain(rule, 120)}: ${countOf(decision, rule, why)}`,
        most: limits.sentences,
        noun: 'rule',
      },
      width,
    ),
    ...listed(
      {
        title: 'Next:',
        all: steps.all,
        write: (text, at) => `${at + 1}. ${text}`,
        most: limits.steps,
        noun: 'step',
        beyond: steps.more,
      },
      width,
    ),
    ...listed(
      {
        title: 'Passes though it would block:',
        all: excused,
        write: (one) =>
          `${'tools' in one ? `${nameOf(one)} at ${placeOf(one)}` : plain(one.id, 100)}: ${plain(one.outcome.why, 400)}`,
        most: limits.excused,
        noun: 'finding',
      },
      width,
    ),
    ...listed(
      {
        title: 'Warnings:',
        all: decision.warnings,
        write: (one) => plain(one, 600),
        most: limits.sentences,
        noun: 'warning',
      },
      width,
    ),
    ...listed(
      { title: 'Looked at:', all: decision.decidedBy.reports, write: reportText, most: limits.reports, noun: 'report' },
      width,
    ),
    '',
    ...wrap(
      `Found: ${severities.map((severity) => `${count(decision.counts[severity])} ${severity}`).join(', ')}.`,
      width,
      '  ',
    ),
  ];
  return lines.map(inert).join('\n');
}

/** `3 findings. Its severity is high.`; the sentence only where it is the same for all. */
function countOf(decision: Decision, rule: string, why: string): string {
  const { findings, endOfLife } = blockingOf(decision);
  const own = [...findings, ...endOfLife].filter(({ outcome }) => outcome.rule === rule);
  const isSame = own.every(({ outcome }) => outcome.why === why);
  return `${own.length === 1 ? '1 blocks' : `${count(own.length)} block`}.${isSame ? ` ${plain(why, 300)}` : ''}`;
}

function stepsOf(decision: Decision): { all: string[]; more: number } {
  const { findings, endOfLife } = blockingOf(decision);
  const { steps, more } = nextSteps(findings, limits.steps);
  const all = [
    ...(invalidReasons(decision).length > 0
      ? ['Run each scanner named above again, so that it writes a whole report.']
      : []),
    ...(endOfLife.length > 0 ? ['Build on a base image that still gets updates.'] : []),
    ...steps.map(toText),
  ];
  return { all, more };
}

interface Listed<T> {
  title: string;
  all: readonly T[];
  write: (one: T, at: number) => string;
  most: number;
  noun: string;
  /** How many there are that `all` does not have. */
  beyond?: number;
}

function listed<T>({ title, all, write, most, noun, beyond = 0 }: Listed<T>, width: number): string[] {
  if (all.length === 0) return [];
  const more = Math.max(0, all.length - most) + beyond;
  const shown = all
    .slice(0, most)
    .flatMap((one, at) => wrap(write(one, at), width - 2, '  ').map((text) => `  ${text}`));
  return ['', title, ...shown, ...(more > 0 ? [`  … and ${counted(more, `more ${noun}`)}`] : [])];
}

function reportText({
  tool,
  name,
  valid,
  scanner,
  coverage,
  findings,
}: Decision['decidedBy']['reports'][number]): string {
  const version = scanner?.version === undefined ? '' : ` ${plain(scanner.version, 30)}`;
  const seen = valid
    ? `${coverageText({ ...coverage }) ?? 'how much, it does not tell'}; ${counted(findings ?? 0, 'finding')}`
    : 'not valid';
  return `${plain(tool, 40)}${version} (${plainPath(name, 120)}): ${seen}`;
}

/** GitHub's runner takes a line that begins with `::`, or has `##[` anywhere, for a command. */
function inert(line: string): string {
  return line.replaceAll('##[', '##(').replace(/^(\s*)::/u, '$1;;');
}
