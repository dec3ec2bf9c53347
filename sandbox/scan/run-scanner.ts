import { existsSync, rmSync, statSync } from 'node:fs';
import { run } from '../host/run.ts';
import { tail } from '../setup/spawn.mjs';
import type { ScannerRun } from './command.ts';

const MINUTES = 10;

/** What became of one start of a scanner. */
export interface ScannerRecord {
  tool: ScannerRun['tool'];
  title: string;
  command: string[];
  /** null: it was not started, or a signal ended it. */
  exitCode: number | null;
  seconds: number;
  report: string;
  /** A sentence: why there is no report that can be judged. */
  problem?: string;
}

/** A scanner's end, and what it said meanwhile. */
export interface Ended {
  record: ScannerRecord;
  log: string;
}

/**
 * Runs a scanner. Its exit code says whether it worked, never whether something was found: with any but 0 its report is removed, since
 * what a broken run has written looks like a report with less in it.
 */
export async function runScanner(
  scanner: ScannerRun,
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<Ended> {
  rmSync(scanner.report, { force: true });
  const started = Date.now();
  const record = { ...notStarted(scanner), command: [scanner.command, ...scanner.args] };
  const seconds = (): number => (Date.now() - started) / 1000;
  try {
    const options = {
      cwd: scanner.cwd,
      env,
      check: false,
      timeoutMs: MINUTES * 60_000,
      wholeGroup: true,
      ...(signal && { signal }),
    };
    const { code, stdout, stderr } = await run(scanner.command, scanner.args, options);
    const log = `${stdout}\n${stderr}`;
    const problem = problemOf(scanner, code, log);
    if (problem !== undefined) rmSync(scanner.report, { force: true });
    return { record: { ...record, exitCode: code, seconds: seconds(), ...(problem && { problem }) }, log };
  } catch (error) {
    return { record: { ...record, seconds: seconds(), problem: String(error) }, log: '' };
  }
}

/** The record of a scanner that there is none of, or that has nothing it could look at. */
export function notStarted(scanner: Pick<ScannerRun, 'tool' | 'title' | 'report'>, problem?: string): ScannerRecord {
  const { tool, title, report } = scanner;
  return { tool, title, command: [], exitCode: null, seconds: 0, report, ...(problem !== undefined && { problem }) };
}

function problemOf(scanner: ScannerRun, code: number | null, log: string): string | undefined {
  const { title, report, partial } = scanner;
  if (code !== 0)
    return `${title} could not run: it ended with ${code === null ? `a signal, or had no end after ${MINUTES} minutes` : `exit code ${code}`}.\n${tail(log)}`;
  const [line] = partial?.exec(log) ?? [];
  if (line !== undefined) return `${title} did not look at everything: ${line}`;
  if (!existsSync(report) || statSync(report).size === 0)
    return `${title} ended well and wrote no report.\n${tail(log)}`;
  return undefined;
}
