import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLongReport } from '../cli/testing/long-report.ts';
import { run } from '../sandbox/host/run.ts';
import { measure, type Measured } from './apply/measure.ts';
import { median, table, times, type Section } from './results.ts';

const SIZES_MB = [1, 20, 200];
const ROUNDS = 3;
/** The least that a gate could do: count by severity. */
const COUNT = '[.Results[].Vulnerabilities[]?.Severity] | group_by(.) | map({(.[0]): length}) | add';

/** Reading and judging a report of trivy, beside jq that only counts its severities. */
export async function benchGate(repo: string): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-gate-'));
  const env = { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: join(folder, 'cache') };
  const jq = await run('jq', ['--version'], { check: false }).catch(() => undefined);
  const version = jq?.code === 0 ? jq.stdout.trim() : undefined;
  try {
    const rows: string[][] = [];
    for (const size of SIZES_MB) {
      const report = join(folder, `trivy-${size}.json`);
      const { bytes } = writeLongReport(report, size * 1e6);
      // 3: it blocks. The findings are printed as well, as a step of a workflow would keep them.
      const gate = await rounds(() =>
        measure(
          process.execPath,
          [join(repo, 'cli/hawser.mjs'), 'gate', '--tool', 'trivy', report, '--json'],
          env,
          [3],
        ),
      );
      rows.push(row(size, 'hawser gate', gate, gate, bytes));
      if (version === undefined) continue;
      const counted = await rounds(() => measure('jq', [COUNT, report], env));
      rows.push(row(size, version, counted, gate, bytes));
    }
    const missing =
      version === undefined ? ['', 'jq is not on this machine: `apt-get install jq` to measure beside it.'] : [];
    return {
      title: 'Reading and judging a report of trivy',
      lines: [
        ...table(['MB', 'tool', 'time', 'MB/s', 'peak memory'], rows),
        '',
        `Medians of ${ROUNDS} runs.`,
        ...missing,
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rounds(once: () => Promise<Measured>): Promise<Measured[]> {
  const all: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) all.push(await once());
  return all;
}

function row(
  size: number,
  tool: string,
  measured: readonly Measured[],
  base: readonly Measured[],
  bytes: number,
): string[] {
  const [ms, baseMs] = [measured, base].map((all) => median(all.map((one) => one.ms))) as [number, number];
  const mb = Math.round(median(measured.map(({ peakMb }) => peakMb)));
  return [String(size), tool, `${Math.round(ms)} ms (${times(ms, baseMs)})`, (bytes / 1e3 / ms).toFixed(0), `${mb} MB`];
}
