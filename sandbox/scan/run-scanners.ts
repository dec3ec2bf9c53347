import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Progress } from '../setup/progress.mjs';
import { scannerEnvironment, semgrep, trivy, type Place, type ScannerRun } from './command.ts';
import { commitsScanned, gitleaksChanges, gitleaksHistory } from './gitleaks-command.ts';
import { refusals, type Refusal } from './refused.ts';
import { notStarted, runScanner, type ScannerRecord } from './run-scanner.ts';
import { copyChanges, hasWideMerge } from './working-tree.ts';

/** The scanners' executables; each may still be in the making, and may fail with a sentence. */
export type Executables = Readonly<Record<ScannerRun['tool'], Promise<string>>>;

export interface ScanInput {
  place: Place;
  executables: Executables;
  /** A cache folder of trivy's with a vulnerability database in it. */
  trivyCache?: string;
  progress: Progress;
  /** Ends the scanners. */
  signal?: AbortSignal;
}

export interface Scanned {
  records: ScannerRecord[];
  /** What the runs are known to have covered, as `hawser gate --coverage` reads it. */
  coverage: { gitleaks?: { commits: number } };
}

/** What one scanner needs beside its executable. */
interface Job {
  input: ScanInput;
  env: Record<string, string>;
  /** A folder of this scan's own, removed at its end. */
  work: string;
  /** What of the checkout no scanner is started for. */
  refused: readonly Refusal[];
}

/** Runs all scanners at once and waits for each, whatever becomes of the others; writes `scan.json` and `coverage.json` beside the reports. */
export async function runScanners(input: ScanInput): Promise<Scanned> {
  const { place } = input;
  mkdirSync(place.output, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'hawser-scan-'));
  try {
    const home = join(work, 'home');
    mkdirSync(home);
    const semgrepFolder = await input.executables.semgrep.then(dirname, () => undefined);
    const path = [semgrepFolder, process.env['PATH']].filter((one) => one !== undefined).join(delimiter);
    const env = scannerEnvironment(path, home, place.repository);
    const job = { input, work, env, refused: refusals(place.repository, env) };
    const [leaks, ...others] = await Promise.all([
      runGitleaks(job),
      runOne(job, semgrep('semgrep', place)),
      runOne(job, trivy('trivy', place, input.trivyCache)),
    ]);
    const records = [...leaks.records, ...others];
    const coverage = leaks.commits === undefined ? {} : { gitleaks: { commits: leaks.commits } };
    writeFileSync(join(place.output, 'scan.json'), `${JSON.stringify({ records, coverage }, null, 2)}\n`);
    writeFileSync(join(place.output, 'coverage.json'), `${JSON.stringify(coverage)}\n`);
    return { records, coverage };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function runGitleaks(job: Job): Promise<{ records: ScannerRecord[]; commits?: number }> {
  const { place, executables } = job.input;
  const history = gitleaksHistory('gitleaks', place, false);
  rmSync(gitleaksChanges('gitleaks', place, job.work).report, { force: true });
  const problem = refusalOf(job, 'gitleaks');
  if (problem !== undefined) return { records: [refuse(job, history, problem)] };
  const folder = join(job.work, 'changes');
  mkdirSync(folder);
  let executable: string;
  let changed: number;
  let isWide: boolean;
  try {
    executable = await executables.gitleaks;
    isWide = await hasWideMerge(place.repository, job.env);
    changed = await copyChanges(place.repository, folder, job.env);
  } catch (error) {
    return { records: [refuse(job, history, sentence(error))] };
  }
  const [past, present] = await Promise.all([
    show(job, gitleaksHistory(executable, place, isWide)),
    changed === 0 ? undefined : show(job, gitleaksChanges(executable, place, folder)),
  ]);
  const commits = past.record.problem === undefined ? commitsScanned(past.log) : undefined;
  return {
    records: [past.record, ...(present === undefined ? [] : [present.record])],
    ...(commits !== undefined && { commits }),
  };
}

async function runOne(job: Job, scanner: ScannerRun): Promise<ScannerRecord> {
  const problem = refusalOf(job, scanner.tool);
  if (problem !== undefined) return refuse(job, scanner, problem);
  try {
    const command = await job.input.executables[scanner.tool];
    return (await show(job, { ...scanner, command })).record;
  } catch (error) {
    return refuse(job, scanner, sentence(error));
  }
}

async function show(job: Job, scanner: ScannerRun) {
  const step = job.input.progress.step(scanner.title, 'scanning');
  const ended = await runScanner(scanner, job.env, job.input.signal);
  if (ended.record.problem === undefined) step.done();
  else step.fail(ended.record.problem);
  return ended;
}

/** All that speaks against starting it. */
function refusalOf({ refused }: Job, tool: ScannerRun['tool']): string | undefined {
  const own = refused.filter((one) => one.tool === tool).map(({ problem }) => problem);
  return own.length === 0 ? undefined : own.join(' ');
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A report of an earlier scan must not be taken for one of this. */
function refuse(job: Job, scanner: ScannerRun, problem: string): ScannerRecord {
  rmSync(scanner.report, { force: true });
  job.input.progress.step(scanner.title).fail(problem);
  return notStarted(scanner, problem);
}
