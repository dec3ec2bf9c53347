import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress, type Progress, type Step } from './progress.mjs';
import { prepareAll, type Preparation } from './prepare.ts';
import { ROOT } from './npm.mjs';
import { runLines } from './spawn.mjs';
import { fromCheck, fromVitest, summarize, type PartResult, type VitestReport } from './summary.ts';

const CHECKS = {
  format: ['oxfmt', '--check', '.'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  types: ['tsc', '--noEmit'],
  unused: ['knip'],
  workflows: ['node', 'sandbox/setup/workflow-lint.mjs'],
};
const SUITES = ['unit', 'contract', 'sandbox'] as const;
const PARTS = [...(Object.keys(CHECKS) as (keyof typeof CHECKS)[]), ...SUITES];

type Suite = (typeof SUITES)[number];
type Part = (typeof PARTS)[number];

export const TEST_HELP = `npm test                   everything: ${PARTS.join(', ')}
npm test -- PART…          these parts only
npm test -- unit FILTER…   of a part's test files, those whose path contains FILTER`;

/**
 * Runs the parts one after the other while the tools of the sandbox are being prepared, shows what fails, and ends with a line
 * `N passed, N failed`.
 * @returns the exit code: 0 only if nothing failed
 */
export async function test(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const filters = args.filter((arg) => !isPart(arg));
  const parts = args.some(isPart) ? PARTS.filter((part) => args.includes(part)) : filters.length > 0 ? SUITES : PARTS;
  const progress = createProgress();
  const signal = stopSignal();
  const preparation = parts.some(needsTools) ? prepareAll({ progress, signal, moto: true }) : undefined;
  const results: PartResult[] = [];
  for (const part of parts) {
    if (!signal.aborted) results.push(await runPart(part, { filters, progress, signal, preparation }));
  }
  progress.close();

  const summary = summarize(results, { ci: isSet(env['CI']) });
  for (const line of [...summary.lines, '', summary.last]) console.log(line);
  return summary.failed === 0 ? 0 : 1;
}

interface Run {
  filters: string[];
  progress: Progress;
  signal: AbortSignal;
  preparation: Preparation | undefined;
}

async function runPart(part: Part, { filters, progress, signal, preparation }: Run): Promise<PartResult> {
  const problem = await toolsFor(part, preparation);
  if (problem !== undefined) return { part, passed: 0, failures: [{ name: part, output: problem }], skipped: [] };
  const step = progress.step(part, isSuite(part) ? 'vitest' : CHECKS[part].join(' '));
  const result = isSuite(part) ? await runSuite(part, filters, step, signal) : await runCheck(part, signal);
  const count = `${result.passed} passed${result.skipped.length > 0 ? `, ${result.skipped.length} skipped` : ''}`;
  if (result.failures.length > 0) step.fail(`${count}, ${result.failures.length} failed`);
  else step.done(count);
  return result;
}

/** Aborted when this process is told to stop: what it runs is stopped with it, and counts as failed. */
function stopSignal(): AbortSignal {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => abort.abort());
  return abort.signal;
}

/** Waits for what the part needs; a sentence when it cannot be had. */
async function toolsFor(part: Part, preparation: Preparation | undefined): Promise<string | undefined> {
  if (preparation === undefined || !needsTools(part)) return undefined;
  const { debian, ministack, moto, kubernetes, kwok } = preparation;
  try {
    await Promise.all([debian, ministack, moto, ...(part === 'sandbox' ? [kubernetes, kwok] : [])]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runCheck(part: keyof typeof CHECKS, signal: AbortSignal): Promise<PartResult> {
  const [command = '', ...args] = CHECKS[part];
  return fromCheck(part, await runLines(command, args, { cwd: ROOT, signal }));
}

async function runSuite(part: Suite, filters: string[], step: Step, signal: AbortSignal): Promise<PartResult> {
  const dir = mkdtempSync(join(tmpdir(), 'hawser-test-'));
  const file = join(dir, 'report.json');
  const reporter = join(import.meta.dirname, 'reporter.ts');
  let tests = 0;
  try {
    // A part may be several projects: `sandbox` and `sandbox-alone`.
    const args = ['run', '--project', `${part}*`, '--reporter=verbose', `--reporter=${reporter}`, ...filters];
    const ended = await runLines('vitest', args, {
      cwd: ROOT,
      signal,
      env: { ...process.env, HAWSER_TEST_REPORT: file, NO_COLOR: '1' },
      onLine: (line) => {
        if (/^ *[✓×↓] /.test(line)) step.update(`${(tests += 1)} tests, ${line.trim()}`);
      },
    });
    return fromVitest(part, readReport(file), ended);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
}

function isPart(arg: string): arg is Part {
  return (PARTS as string[]).includes(arg);
}

function isSuite(part: Part): part is Suite {
  return (SUITES as readonly string[]).includes(part);
}

function needsTools(part: Part): boolean {
  return part === 'contract' || part === 'sandbox';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
