import type { Decision, EndOfLife, Judged } from '../policy/decision.ts';
import { blockingOf, fixOf, headline, invalidReasons, nameOf, packageOf, placeOf, titleOf } from './finding-text.ts';
import { plain } from './plain.ts';
import { counted } from './sentence.ts';

/** GitHub shows so many of each kind for one step, and drops the rest without a word. A job has 50 in all. */
const MOST = 10;

/**
 * Lines for the log of a step on GitHub, which shows them at the lines of a pull request: an error for each thing that blocks or makes the
 * verdict invalid, a warning for each warning; of each kind at most ten, the last of them telling how many are left. One workflow command
 * a line (https://docs.github.com/actions/reference/workflow-commands-for-github-actions), and no text of others begins another.
 */
export function annotationLines(decision: Decision): string[] {
  const { findings, endOfLife } = blockingOf(decision);
  const errors = [
    ...invalidReasons(decision).map((reason) => () => line('error', { title: 'Report not valid' }, reason)),
    ...endOfLife.map((one) => () => ofSystem(one)),
    ...findings.map((one) => () => ofFinding(one)),
  ];
  const warnings = decision.warnings.map((warning) => () => line('warning', { title: 'Scan gate' }, warning));
  return [
    ...atMost(errors, (more) =>
      line(
        'error',
        { title: headline(decision) },
        `${counted(more, 'more problem')} of this kind: the summary of this job lists them.`,
      ),
    ),
    ...atMost(warnings, (more) =>
      line('warning', { title: 'Scan gate' }, `${counted(more, 'more warning')}: the summary of this job lists them.`),
    ),
  ];
}

function atMost(lines: readonly (() => string)[], rest: (more: number) => string): string[] {
  const shown = lines.slice(0, lines.length > MOST ? MOST - 1 : MOST);
  const more = lines.length - shown.length;
  return [...shown.map((write) => write()), ...(more > 0 ? [rest(more)] : [])];
}

function ofFinding(finding: Judged): string {
  const what = packageOf(finding);
  const fix = fixOf(finding);
  const to = fix === undefined ? '' : 'words' in fix ? ` (${fix.words})` : ` (fixed in ${fix.version})`;
  const title = titleOf(finding, 200);
  const message = [
    `${nameOf(finding)}${what === undefined ? '' : ` in ${what}${to}`} at ${placeOf(finding)}.`,
    ...(title === undefined ? [] : [`${title}.`]),
    `${finding.outcome.why} It blocks by ${finding.outcome.rule}.`,
  ];
  return line('error', { ...fileOf(finding), title: `${finding.severity}: ${nameOf(finding)}` }, message.join(' '));
}

function ofSystem({ id, tool, subject, outcome }: EndOfLife): string {
  const message = `The operating system of ${plain(subject, 160)} gets no more updates, says ${plain(tool, 40)}. It blocks by ${outcome.rule}.`;
  return line('error', { title: plain(id, 100) }, message);
}

/** Only what looks like a file of the repository: what is inside of an image is no line of a pull request. */
function fileOf({ location: { path, line: number }, category }: Judged): Record<string, string> {
  const isFile =
    category !== 'web' &&
    path !== '' &&
    path.length <= 500 &&
    plain(path, 1_000) === path &&
    !/^[/~]|\\|:\/\/|(?:^|\/)\.\.(?:\/|$)/u.test(path) &&
    (number !== undefined || /^[^\s:()]+$/u.test(path));
  if (!isFile) return {};
  return { file: path, ...(number === undefined ? {} : { line: String(number) }) };
}

/** As the runner reads it: `%`, CR and LF are escaped everywhere, and `:` and `,` in what stands before the second `::`. */
function line(kind: 'error' | 'warning', properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `::${kind} ${list.join(',')}::${escaped(plain(message, 600))}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(plain(text, 600)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
