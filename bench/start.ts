import { startSandbox } from '../sandbox/sandbox.ts';
import type { Progress } from '../sandbox/setup/progress.mjs';
import { prepareAll } from '../sandbox/setup/prepare.ts';
import { run } from '../sandbox/host/run.ts';
import { percentile, seconds, table, type Section } from './results.ts';

const RUNS = 3;

/** Time to start the sandbox (stack deployed, instance stopped) with all tools in the cache, and of the whole demo. */
export async function benchStart(repo: string, progress: Progress): Promise<Section> {
  const starts: number[] = [];
  for (let index = 0; index < RUNS; index++) {
    const began = performance.now();
    const sandbox = await startSandbox({ repo, preparation: prepareAll({ progress }), progress });
    starts.push(performance.now() - began);
    await sandbox.stop();
  }
  const began = performance.now();
  await run(process.execPath, ['sandbox/setup/main.ts', 'demo'], { cwd: repo });
  const demo = performance.now() - began;
  const rows = [
    ['sandbox start, warm', seconds(percentile(starts, 0.5)), `median of ${RUNS}`],
    ['`npm run demo`, warm, start to stop', seconds(demo), '1 run; target under 90 s'],
  ];
  return { title: 'Sandbox and demo', lines: table(['what', 'time', 'runs'], rows) };
}
