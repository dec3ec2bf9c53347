import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunResult } from '../host/run.ts';
import { installPackages } from '../setup/debian.mjs';
import { onPath } from '../setup/go.mjs';
import { ROOT } from '../setup/npm.mjs';
import { createProgress } from '../setup/progress.mjs';
import { scanners } from '../setup/scanners.mjs';
import { fixtureRepository, planted, sound, type FixtureRepository } from './fixture-repository.ts';
import { filesOf, loseContent, writeHiddenSecrets, writeWideMerge } from './hidden-secrets.ts';
import { runScanners, type Executables, type Scanned } from './run-scanners.ts';
import { runStep, workflowJobs } from './workflow-step.ts';

// The steps of ci.yml themselves, and beside them `npm run scan`, which must see the same.
const progress = createProgress();
let executables: Executables;
let repository: FixtureRepository;
/** As $RUNNER_TEMP is when the programs are there. */
let temp: string;

beforeAll(async () => {
  await installPackages('jq', () => (onPath('jq') === undefined ? ['jq'] : []), progress);
  executables = scanners(progress);
  await Promise.all(Object.values(executables));
}, 30 * 60_000);
afterAll(() => progress.close());
beforeEach(async () => {
  repository = await fixtureRepository();
  temp = mkdtempSync(join(tmpdir(), 'hawser-runner-'));
  mkdirSync(join(temp, 'report'));
  symlinkSync(await executables.gitleaks, join(temp, 'gitleaks'));
  mkdirSync(join(temp, 'semgrep/bin'), { recursive: true });
  symlinkSync(await executables.semgrep, join(temp, 'semgrep/bin/semgrep'));
  // The policy and the rules come with the checkout; these are not of it, so that only what a test writes is scanned.
  symlinkSync(join(ROOT, 'scanners'), join(repository.dir, 'scanners'));
  writeFileSync(join(repository.dir, '.git/info/exclude'), 'scanners\n');
});
afterEach(() => {
  repository.close();
  rmSync(temp, { recursive: true, force: true });
});

const step = (job: string, name: string, given: Record<string, string> = {}): Promise<RunResult> =>
  runStep(job, name, repository.dir, {
    RUNNER_TEMP: temp,
    GITHUB_WORKSPACE: repository.dir,
    HOME: temp,
    ...given,
  });

/** The gate is that of this project, and not of the small repository. */
const judge = (tool: string): Promise<RunResult> =>
  step('scan', 'Judge the report', {
    TOOL: tool,
    GITHUB_WORKSPACE: ROOT,
    GITHUB_STEP_SUMMARY: join(temp, 'summary.md'),
  });

/** `npm run scan`, with one scanner only: the others cannot be had. */
function scanWith(tool: keyof Executables): Promise<Scanned> {
  const none = (): Promise<string> => Promise.reject(new Error('not asked for'));
  const others = { gitleaks: none(), semgrep: none(), trivy: none() };
  for (const other of Object.values(others)) other.catch(() => undefined);
  const place = { repository: repository.dir, output: join(temp, 'scan'), settings: join(ROOT, 'scanners') };
  return runScanners({ place, executables: { ...others, [tool]: executables[tool] }, progress });
}

function recordOf({ records }: Scanned, tool: keyof Executables) {
  const record = records.find((one) => one.tool === tool);
  if (record === undefined) throw new Error(`There is no record of ${tool}.`);
  return record;
}

describe('gitleaks', () => {
  test('sees what only a merge brought, and what git calls binary', async () => {
    const files = await writeHiddenSecrets(repository);
    expect(await step('scan', 'Scan with gitleaks')).toMatchObject({ code: 0 });
    expect(filesOf(join(temp, 'report/gitleaks.json'))).toEqual(files);
    expect(await judge('gitleaks')).toMatchObject({ code: 3 });
    expect(filesOf(recordOf(await scanWith('gitleaks'), 'gitleaks').report)).toEqual(files);
  });

  test('tells how many commits it has seen, without which the gate believes no clean report', async () => {
    expect(await step('scan', 'Scan with gitleaks')).toMatchObject({ code: 0 });
    const coverage = join(temp, 'report/coverage.json');
    expect(JSON.parse(readFileSync(coverage, 'utf8'))).toEqual({ gitleaks: { commits: 1 } });
    const { code, stdout, stderr } = await judge('gitleaks');
    expect(code).toBe(0);
    // What the other jobs would find is not known here.
    expect(`${stdout}${stderr}${readFileSync(join(temp, 'summary.md'), 'utf8')}`).not.toMatch(/remove it|no report of/);
    writeFileSync(coverage, '{}');
    expect(await judge('gitleaks')).toMatchObject({ code: 2 });
  });

  test('sees what a merge of three branches brought', async () => {
    const file = await writeWideMerge(repository);
    expect(await step('scan', 'Scan with gitleaks')).toMatchObject({ code: 0 });
    expect(filesOf(join(temp, 'report/gitleaks.json'))).toEqual([file]);
    expect(filesOf(recordOf(await scanWith('gitleaks'), 'gitleaks').report)).toEqual([file]);
  });

  test('fails when git stops midway', async () => {
    repository.write('src/more.ts', 'export const more = 1;\n');
    await repository.commit('More');
    await loseContent(repository, 'src/main.ts');
    expect(await step('scan', 'Scan with gitleaks')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('did not look at everything'),
    });
    expect(recordOf(await scanWith('gitleaks'), 'gitleaks').problem).toMatch(/did not look at everything: .* ERR /);
  });
});

describe('semgrep', () => {
  test('is kept from no file by a list of files to ignore', { timeout: 240_000 }, async () => {
    const files = ['build/main.ts', 'src/main.ts', 'src/main.min.js', 'tests/deep/main.ts'];
    for (const file of files) repository.write(file, planted['src/main.ts']);
    repository.write('.semgrepignore', 'src\n');
    repository.write('tests/.semgrepignore', '*\n');
    await repository.commit('Ignore it');
    const found = (report: string): string[] => {
      const { results } = JSON.parse(readFileSync(report, 'utf8')) as { results: { path: string }[] };
      return [...new Set(results.map(({ path }) => path))].toSorted();
    };
    expect(await step('scan', 'Scan with semgrep')).toMatchObject({ code: 0 });
    expect(found(join(temp, 'report/semgrep.json'))).toEqual(files.toSorted());
    expect(found(recordOf(await scanWith('semgrep'), 'semgrep').report)).toEqual(files.toSorted());
  });
});

describe('what is refused', () => {
  const file = 'sandbox/scan/refused.ts';
  const name = 'Refuse what takes findings out of the reports';
  const rules = readFileSync(join(ROOT, file), 'utf8');

  test('a pull request does not change what it is refused for', async () => {
    repository.write(file, rules);
    await repository.commit('The rules');
    const base = await repository.git('rev-parse', 'HEAD');
    expect(await step('scan', name, { BASE: base })).toMatchObject({ code: 0, stdout: '' });

    repository.write(file, '// Nothing is refused.\n');
    repository.write('.gitleaksignore', '');
    repository.write('Dockerfile', `# ${['trivy', 'ignore', 'DS-0002'].join(':')}\n${planted.Dockerfile}`);
    await repository.commit('Hide it');
    const { code, stdout } = await step('scan', name, { BASE: base });
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^::error title=No scan with gitleaks::.*\.gitleaksignore/),
      expect.stringMatching(/^::error title=No scan with trivy::.*in Dockerfile\./),
    ]);
  });

  test('the pull request that brings the rules is judged by its own', async () => {
    const base = await repository.git('rev-parse', 'HEAD');
    repository.write(file, rules);
    repository.write('.gitleaksignore', '');
    await repository.commit('The rules');
    expect(await step('scan', name, { BASE: base })).toMatchObject({ code: 1 });
  });

  test('npm run scan starts no scanner for it', async () => {
    repository.write('Dockerfile', `# ${['trivy', 'ignore', 'DS-0002'].join(':')}\n${sound.Dockerfile}`);
    const { problem, command } = recordOf(await scanWith('trivy'), 'trivy');
    expect(problem).toMatch(/A comment takes misconfigurations out of trivy's report .* in Dockerfile\./);
    expect(command).toEqual([]);
  });
});

describe('the required check', () => {
  const all = ['scan', 'unit', 'build', 'trivy'];
  const needs = (results: Record<string, string>): string =>
    JSON.stringify(Object.fromEntries(all.map((job) => [job, { result: results[job] ?? 'success', outputs: {} }])));

  test('is never skipped', () => {
    const jobs = workflowJobs('ci.yml');
    expect(jobs['gate']).toMatchObject({ if: 'always()', needs: all });
    expect(jobs['gate']?.steps[0]?.name).toBe('Look at the jobs before');
  });

  test.each<[results: Record<string, string>, code: number, said: string]>([
    [{}, 0, ''],
    [{ scan: 'failure' }, 1, '::error title=Not everything has succeeded::scan: failure\n'],
    [
      { build: 'failure', trivy: 'skipped' },
      1,
      '::error title=Not everything has succeeded::build: failure, trivy: skipped\n',
    ],
    [{ unit: 'cancelled' }, 1, '::error title=Not everything has succeeded::unit: cancelled\n'],
  ])('with %o ends with %i', async (results, code, said) => {
    expect(await step('gate', 'Look at the jobs before', { NEEDS: needs(results) })).toMatchObject({
      code,
      stdout: said,
    });
  });
});
