/** One test, as the reporter writes it. */
export interface TestRecord {
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped, in the test's own words. */
  note?: string;
  /** Of a failed one. */
  output?: string;
}

/** What one run of vitest says. */
export interface VitestReport {
  tests: TestRecord[];
  /** Errors outside of a test: a file that does not load, a hook that fails, a rejection nobody caught. */
  errors: Failure[];
}

export interface Failure {
  name: string;
  output: string;
}

/** What one part of `npm test` came to. */
export interface PartResult {
  part: string;
  passed: number;
  failures: Failure[];
  skipped: { name: string; why: string }[];
}

export interface Ended {
  code: number;
  output: string;
}

/** A check that is not vitest (lint, types, …) counts as one test. */
export function fromCheck(part: string, ended: Ended): PartResult {
  const failures = ended.code === 0 ? [] : [{ name: part, output: ended.output }];
  return { part, passed: ended.code === 0 ? 1 : 0, failures, skipped: [] };
}

/**
 * Counts a run of vitest. A run that fails although no test did, that leaves no report, or that finds no test counts as one failure.
 */
export function fromVitest(part: string, report: VitestReport | undefined, ended: Ended): PartResult {
  const tests = report?.tests ?? [];
  const failures = [
    ...tests.flatMap(({ name, state, output = '' }) => (state === 'failed' ? [{ name, output }] : [])),
    ...(report?.errors ?? []),
  ];
  if (failures.length === 0 && ended.code !== 0)
    failures.push({ name: `${part}: vitest ended with ${ended.code}`, output: ended.output });
  if (failures.length === 0 && tests.length === 0)
    failures.push({ name: `${part}: no tests found`, output: ended.output });
  return {
    part,
    passed: tests.filter((test) => test.state === 'passed').length,
    failures,
    skipped: tests.flatMap(({ name, state, note }) =>
      state === 'skipped' ? [{ name, why: note ?? 'no reason given' }] : [],
    ),
  };
}

export interface Summary {
  passed: number;
  failed: number;
  /** All that is to be printed before the last line. */
  lines: string[];
  /** `N passed, N failed` */
  last: string;
}

/**
 * Adds the parts up. In CI a skipped test counts as failed: there a part that is missing is a defect of the set-up, and a green run must
 * mean that everything ran.
 */
export function summarize(parts: PartResult[], options: { ci: boolean }): Summary {
  const skipped = parts.flatMap((part) => part.skipped);
  const failures = parts.flatMap((part) => part.failures);
  const failed = failures.length + (options.ci ? skipped.length : 0);
  const passed = parts.reduce((sum, part) => sum + part.passed, 0);
  return {
    passed,
    failed,
    lines: [...failureLines(failures), ...skipLines(skipped, options.ci)],
    last: `${passed} passed, ${failed} failed`,
  };
}

function failureLines(failures: Failure[]): string[] {
  return failures.flatMap(({ name, output }) => ['', `FAILED ${name}`, ...indent(output)]);
}

/** Grouped by the reason, since one missing part skips many tests. */
function skipLines(skipped: PartResult['skipped'], ci: boolean): string[] {
  const reasons = Map.groupBy(skipped, ({ why }) => why);
  return [...reasons].flatMap(([why, tests]) => [
    '',
    `SKIPPED ${tests.length === 1 ? '1 test' : `${tests.length} tests`}: ${why}${ci ? ' (counted as failed: CI runs everything)' : ''}`,
    ...tests.map(({ name }) => `  ${name}`),
  ]);
}

function indent(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
