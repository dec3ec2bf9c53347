import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Decision } from '../../scanners/policy/decide.ts';
import { writeLongReport } from '../testing/long-report.ts';

// A busy machine takes its time for so much.
vi.setConfig({ testTimeout: 180_000 });

const folder = mkdtempSync(join(tmpdir(), 'hawser-gate-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Judges a report in a process that ends when more than so many MB of its heap are in use. */
async function gateWithin(heapMb: number, report: string): Promise<{ status: number | null; decision: Decision }> {
  const limits = [`--max-old-space-size=${heapMb}`, '--max-semi-space-size=1'];
  const main = join(import.meta.dirname, '..', 'main.ts');
  const child = spawn(process.execPath, [...limits, main, 'gate', report, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  expect(stderr).not.toContain('heap');
  return { status, decision: JSON.parse(stdout) as Decision };
}

describe('hawser gate', () => {
  it('judges every finding of a report that is longer than its heap', async () => {
    const report = join(folder, 'trivy.json');
    const { bytes, packages, findings } = writeLongReport(report, 60_000_000);
    const heapMb = 56;
    expect(bytes).toBeGreaterThan(heapMb * 1024 * 1024);
    const { status, decision } = await gateWithin(heapMb, `trivy=${report}`);
    const { all, ...counts } = findings;
    expect({ status, verdict: decision.verdict }).toEqual({ status: 3, verdict: 'block' });
    expect(decision.counts).toEqual({ ...counts, info: 0, unknown: 0 });
    expect(decision.findings).toHaveLength(all);
    expect(new Set(decision.findings.map(({ fingerprint }) => fingerprint)).size).toBe(all);
    expect(decision.reasons).toHaveLength(counts.critical + counts.high);
    expect(decision.decidedBy.reports).toMatchObject([{ coverage: { packages }, findings: all }]);
  });

  it.each([
    ['--json', true],
    ['--json', false],
    ['', false],
  ])(
    'ends quietly with its exit code when its reader has seen enough (%s, read at all: %s)',
    async (option, isRead) => {
      const report = join(folder, 'many.json');
      const leaks = Array.from({ length: 3_000 }, (_, at) => ({ ...leak(at), Description: 'A key' }));
      writeFileSync(report, JSON.stringify(leaks));
      const main = join(import.meta.dirname, '..', 'main.ts');
      const words = [main, 'gate', `gitleaks=${report}`, ...(option === '' ? [] : [option])];
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = once(child, 'exit');
      const said = text(child.stderr);
      if (isRead) child.stdout.once('data', () => child.stdout.destroy());
      else child.stdout.destroy();
      expect(await ended).toEqual([3, null]);
      expect(await said).toBe(`reading ${report} of gitleaks\n`);
    },
  );

  it('holds nothing of long texts but what it shows of them', async () => {
    const report = join(folder, 'gitleaks.json');
    const count = 3_000;
    const file = openSync(report, 'w');
    for (let at = 0; at < count; at++) writeSync(file, `${at === 0 ? '[' : ','}${JSON.stringify(leak(at))}`);
    writeSync(file, ']');
    closeSync(file);
    const { status, decision } = await gateWithin(32, `gitleaks=${report}`);
    expect({ status, verdict: decision.verdict, blocking: decision.blocking }).toEqual({
      status: 3,
      verdict: 'block',
      blocking: count,
    });
    expect(decision.findings[0]?.title).toMatch(/^Key \d+ opens what ought .{160,}…$/);
  });
});

/** 20 KB; 200 characters of it are a title. */
function leak(at: number): object {
  return {
    RuleID: 'a-key',
    Description: `Key ${at} ${'opens what ought to be closed, '.repeat(600)}`,
    StartLine: at + 1,
    StartColumn: 1,
    Match: 'REDACTED',
    Secret: 'REDACTED',
    File: 'src/keys.ts',
    Commit: '',
  };
}
