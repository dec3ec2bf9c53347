import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Release } from '../../functions/core/release.ts';
import type { Count } from './probe.ts';

/** One line of the matrix. */
export interface Row {
  name: string;
  outcome: string;
  code: string;
  sentence: string;
  /** Milliseconds from the begin of the first write to the verdict; from the begin of the release where nothing was written. */
  verdictMs: number;
  count: Count;
}

/** The rows of one strategy, under its words. */
export interface Part {
  title: string;
  rows: readonly Row[];
}

const PAGE = join(import.meta.dirname, '../../docs/failures.md');

/** The release as a row. */
export function rowOf(name: string, release: Release, count: Count): Row {
  const { outcome = 'open', failure } = release;
  return {
    name,
    outcome,
    code: failure?.code ?? '',
    sentence: failure?.message ?? '',
    verdictMs: verdictMs(release),
    count,
  };
}

function verdictMs({ phases, openedAt }: Release): number {
  const phase = (name: string) => phases.find((one) => one.name === name);
  const from = phase('apply')?.startedAt ?? openedAt;
  const last = phase('verify') ?? phases.findLast(({ state }) => state === 'failed');
  return Date.parse(last?.endedAt ?? openedAt) - Date.parse(from);
}

/** For a terminal. */
export function consoleTable({ title, rows }: Part): string {
  const lines = rows.flatMap(({ name, outcome, code, sentence, verdictMs: ms, count }) => [
    `${name.padEnd(54)} ${code.padEnd(23)} ${outcome.padEnd(12)} ${seconds(ms).padStart(7)}  ${requests(count)}`,
    `    ${sentence}`,
  ]);
  return `\n${title}\n${lines.join('\n')}\n`;
}

/** Writes docs/failures.md: what this run saw. */
export function writePage(parts: readonly Part[]): void {
  writeFileSync(PAGE, page(parts));
}

function page(parts: readonly Part[]): string {
  const sections = parts.map(({ title, rows }) => {
    const lines = rows.map(({ name, outcome, code, sentence, verdictMs: ms, count }) =>
      cells([name, `\`${code}\``, outcome.replace('_', ' '), readable(sentence), seconds(ms), requests(count)]),
    );
    const head = ['What is wrong', 'Code', 'Outcome', 'What Hawser says', 'After', 'Requests without an answer'];
    return [`## ${title}`, '', cells(head), cells(head.map(() => '---')), ...lines].join('\n');
  });
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`;
}

const INTRODUCTION = `# What Hawser says of a release that fails

Each line is a release that was deployed to a real node on top of a good one, by \`sandbox/failures\`, which also writes this page
(\`UPDATE=1 npx vitest run --project sandbox sandbox/failures\`). "After" counts from the first write to the cluster to the verdict,
or from the begin of the release when nothing was written. A client asked the app every 50 ms all the while; the last column counts
its requests that got no answer, from the begin of the release until the good revision was verified again.
[errors.md](errors.md) explains the codes.
`;

function cells(values: readonly string[]): string {
  return `| ${values.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Without what differs in each run. */
function readable(sentence: string): string {
  return sentence
    .replaceAll(/198\.51\.100\.\d+:\d+/g, 'registry.example')
    .replaceAll(/\b[0-9a-f]{40}\b/g, 'SHA')
    .replaceAll(/(Pod shop\/[a-z-]+?)(?:-[a-z0-9]{6,10})?-[a-z0-9]{5}\b/g, '$1-…')
    .replaceAll(/(ReplicaSet \w+\/[a-z-]+?)-[a-z0-9]{8,10}\b/g, '$1-…')
    .replaceAll(/sha256:([0-9a-f]{7})[0-9a-f]{57}/g, 'sha256:$1…')
    .replaceAll(/10\.42\.0\.\d+/g, '10.42.0.9')
    .replaceAll(/[<>]/g, (sign) => (sign === '<' ? '&lt;' : '&gt;'));
}

function requests({ asked, failed, away }: Count): string {
  return failed === 0 ? `0 of ${asked}` : `${failed} of ${asked}, within ${seconds(away)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
