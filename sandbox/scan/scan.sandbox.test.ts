import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../host/run.ts';
import { ROOT } from '../setup/npm.mjs';
import { createProgress } from '../setup/progress.mjs';
import { scanners, trivyDatabaseMaker } from '../setup/scanners.mjs';
import {
  advisories,
  fixtureRepository,
  madeUpToken,
  planted,
  sound,
  type FixtureRepository,
} from './fixture-repository.ts';
import { runScanners, type Executables, type Scanned } from './run-scanners.ts';
import { gate } from './scan.ts';

const BUILD_MS = 30 * 60_000;

interface Judged {
  verdict: string;
  /** `category in path` of each that blocks. */
  blocking: string[];
  reasons: string[];
}

const progress = createProgress();
const work = mkdtempSync(join(tmpdir(), 'hawser-scan-test-'));
const cache = join(work, 'trivy');
let executables: Executables;
let repository: FixtureRepository;

beforeAll(async () => {
  executables = scanners(progress);
  const maker = await trivyDatabaseMaker(progress);
  await Promise.all(Object.values(executables));
  await run(maker, [cache], { input: JSON.stringify(advisories) });
  repository = await fixtureRepository();
}, BUILD_MS);
afterAll(() => {
  progress.close();
  repository?.close();
  rmSync(work, { recursive: true, force: true });
});

async function scanOf(dir: string, tools: Executables = executables): Promise<Scanned & { output: string }> {
  const output = join(work, 'reports');
  const place = { repository: dir, output, settings: join(ROOT, 'scanners') };
  return { ...(await runScanners({ place, executables: tools, trivyCache: cache, progress })), output };
}

async function judge(dir: string, given?: Executables): Promise<Judged & { code: number | null; scanned: Scanned }> {
  const { output, ...scanned } = await scanOf(dir, given);
  const { code, stdout } = await gate(scanned, output, join(ROOT, 'scanners/policy.yaml'), ['--json']);
  const decision = JSON.parse(stdout) as {
    verdict: string;
    reasons: string[];
    findings: { id: string; tools: { path: string }[]; category: string; outcome: { blocks: boolean } }[];
  };
  const blocking = decision.findings.filter(({ outcome }) => outcome.blocks);
  return {
    code,
    verdict: decision.verdict,
    reasons: decision.reasons,
    blocking: [
      ...new Set(blocking.flatMap(({ category, tools }) => tools.map(({ path }) => `${category} in ${path}`))),
    ].sort(),
    scanned,
  };
}

test('the gate blocks each planted problem until it is fixed', { timeout: 240_000 }, async () => {
  const { dir, write, remove, commit, startAgain } = repository;
  for (const [name, text] of Object.entries(planted)) write(name, text);
  write('src/settings.ts', `export const token = '${madeUpToken('history')}';\n`);
  await commit('Settings');
  remove('src/settings.ts');
  await commit('No settings');
  write('src/notes.ts', `export const token = '${madeUpToken('working tree')}';\n`);

  let left = [
    'code in Dockerfile',
    'code in src/main.ts',
    'misconfiguration in Dockerfile',
    'secret in src/notes.ts',
    'secret in src/settings.ts',
    'vulnerability in package-lock.json',
  ];
  // The place that is mended; two scanners see the Dockerfile.
  const fixes: [place: string, fix: () => void | Promise<void>][] = [
    ['src/notes.ts', () => remove('src/notes.ts')],
    ['src/main.ts', () => write('src/main.ts', sound['src/main.ts'])],
    ['Dockerfile', () => write('Dockerfile', sound.Dockerfile)],
    ['package-lock.json', () => write('package-lock.json', sound['package-lock.json'])],
    ['src/settings.ts', startAgain],
  ];
  for (const [place, fix] of fixes) {
    const { code, verdict, blocking, reasons } = await judge(dir);
    expect({ code, verdict, blocking }).toEqual({ code: 3, verdict: 'block', blocking: left });
    expect(reasons.length).toBeGreaterThan(0);
    await fix();
    left = left.filter((problem) => !problem.endsWith(` in ${place}`));
  }
  expect(left).toEqual([]);
  const { code, verdict, blocking, reasons, scanned } = await judge(dir);
  expect({ code, verdict, blocking, reasons }).toEqual({ code: 0, verdict: 'pass', blocking: [], reasons: [] });
  expect(scanned.coverage).toEqual({ gitleaks: { commits: 1 } });
});

test('the reports hold no secret', { timeout: 120_000 }, async () => {
  const token = madeUpToken('working tree');
  repository.write('src/notes.ts', `export const token = '${token}';\n`);
  const { records } = await scanOf(repository.dir);
  repository.remove('src/notes.ts');
  expect(records.filter(({ tool }) => tool === 'gitleaks')).toHaveLength(2);
  for (const { report } of records) expect(readFileSync(report, 'utf8')).not.toContain(token);
});

test('a shallow clone is refused by name, and the verdict is invalid', { timeout: 120_000 }, async () => {
  repository.write('README.md', 'An app\n');
  await repository.commit('A word about it');
  const clone = join(work, 'shallow');
  await run('git', ['clone', '--quiet', '--depth=1', `file://${repository.dir}`, clone]);
  const { code, verdict, scanned } = await judge(clone);
  expect({ code, verdict }).toEqual({ code: 2, verdict: 'invalid' });
  expect(scanned.coverage).toEqual({});
  expect(scanned.records.find(({ tool }) => tool === 'gitleaks')?.problem).toMatch(/is shallow.*git fetch --unshallow/);
});

test('a scanner that fails makes the verdict invalid', { timeout: 120_000 }, async () => {
  const { code, verdict, scanned } = await judge(repository.dir, {
    ...executables,
    semgrep: Promise.resolve('/bin/false'),
  });
  expect({ code, verdict }).toEqual({ code: 2, verdict: 'invalid' });
  expect(scanned.records.find(({ tool }) => tool === 'semgrep')?.problem).toMatch(/ended with exit code 1/);
});

test('a scanner that cannot be had does not stop the others', { timeout: 120_000 }, async () => {
  const semgrep = Promise.reject<string>(new Error('semgrep needs Python 3.11 or newer'));
  const { verdict, scanned } = await judge(repository.dir, { ...executables, semgrep });
  expect(verdict).toBe('invalid');
  expect(scanned.records.map(({ tool, problem }) => [tool, problem])).toEqual([
    ['gitleaks', undefined],
    ['semgrep', 'semgrep needs Python 3.11 or newer'],
    ['trivy', undefined],
  ]);
});
