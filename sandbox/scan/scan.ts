import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../host/run.ts';
import { ROOT } from '../setup/npm.mjs';
import { createProgress } from '../setup/progress.mjs';
import { scanners } from '../setup/scanners.mjs';
import { runScanners, type Scanned } from './run-scanners.ts';

const HELP = `Usage: npm run scan [-- OPTION…]
Runs gitleaks, semgrep and trivy on this repository, and hawser gate on their reports. Exits as the gate does: 0 pass, 3 block, 2 invalid.

  --output DIR       folder of the reports (default: .build/scan)
  --repository DIR   what to scan (default: this repository)
  --policy FILE      what blocks (default: scanners/policy.yaml)
  --trivy-cache DIR  a cache folder of trivy's with a vulnerability database; without it no vulnerabilities are looked for
  --json             the gate's decision as JSON`;

/** As a shell says it of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

interface Options {
  output: string;
  repository: string;
  policy: string;
  trivyCache: string | undefined;
  json: boolean;
}

/** `npm run scan`. Returns the exit code. */
export async function scan(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    say(`${options}\n\n${HELP}`);
    return 2;
  }
  const { output, repository, policy, trivyCache } = options;
  const progress = createProgress();
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());
  const { signal } = stop;
  const executables = scanners(progress, signal);
  // Each is awaited when its turn comes; one that fails before must not end the process.
  for (const one of Object.values(executables)) one.catch(() => undefined);
  const place = { repository, output, settings: join(ROOT, 'scanners') };
  const scanned = await runScanners({
    place,
    executables,
    progress,
    signal,
    ...(trivyCache !== undefined && { trivyCache }),
  });
  progress.close();
  if (signal.aborted) return INTERRUPTED;
  for (const { problem } of scanned.records) if (problem !== undefined) say(problem);
  if (trivyCache === undefined) say('No vulnerabilities were looked for: trivy has no database (see --trivy-cache).');
  const { code, stdout, stderr } = await gate(scanned, output, policy, options.json ? ['--json'] : []);
  process.stderr.write(stderr);
  process.stdout.write(stdout);
  return code ?? 1;
}

/** Judges all reports at once. One that a scanner did not write is named too, so that the verdict is `invalid`. */
export function gate({ records }: Scanned, output: string, policy: string, options: string[]) {
  const reports = records.map(({ tool, report }) => `${tool}=${report}`);
  const settings = ['--policy', policy, '--coverage', join(output, 'coverage.json')];
  const main = join(ROOT, 'cli/main.ts');
  return run(process.execPath, [main, 'gate', ...settings, ...options, ...reports], { cwd: ROOT, check: false });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function readOptions(args: string[]): Options | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        output: { type: 'string', default: join(ROOT, '.build/scan') },
        repository: { type: 'string', default: ROOT },
        policy: { type: 'string', default: join(ROOT, 'scanners/policy.yaml') },
        'trivy-cache': { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const cache = values['trivy-cache'];
    return {
      output: resolve(values.output),
      repository: resolve(values.repository),
      policy: resolve(values.policy),
      trivyCache: cache === undefined ? undefined : resolve(cache),
      json: values.json,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
