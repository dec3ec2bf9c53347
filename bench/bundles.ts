import { statSync } from 'node:fs';
import { join } from 'node:path';
import { functionNames } from '../functions/build.ts';
import { run } from '../sandbox/host/run.ts';
import { percentile, table, type Section } from './results.ts';

const RUNS = 7;

/** Size of each function's bundle and archive, and the time of its import in a new process, less that of an empty one. */
export async function benchBundles(repo: string): Promise<Section> {
  await run(process.execPath, ['functions/build.ts'], { cwd: repo });
  const empty = await importTime(repo, 'data:text/javascript,export{}');
  const rows: (string | number)[][] = [];
  for (const name of functionNames) {
    const bundle = join(repo, '.build', name, 'index.mjs');
    const time = await importTime(repo, bundle);
    rows.push([
      name,
      kilobytes(bundle),
      kilobytes(join(repo, '.build', `${name}.zip`)),
      `${Math.round(time - empty)} ms`,
    ]);
  }
  return {
    title: 'Bundles',
    lines: [
      ...table(['function', 'bundle', 'archive with source map', 'cold import (median)'], rows),
      '',
      `${RUNS} new processes each.`,
    ],
  };
}

/** Median milliseconds from the start of a process to its end, with one import in it. */
async function importTime(repo: string, module: string): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < RUNS; index++) {
    const began = performance.now();
    await run(
      process.execPath,
      ['--input-type=module', '--eval', `await import(${JSON.stringify(module)}); process.exit(0)`],
      { cwd: repo },
    );
    times.push(performance.now() - began);
  }
  return percentile(times, 0.5);
}

function kilobytes(path: string): string {
  return `${Math.round(statSync(path).size / 1024)} KB`;
}
