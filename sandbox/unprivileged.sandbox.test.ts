import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './host/run.ts';
import { cacheDir } from './setup/cache.mjs';
import { kubernetesBinary, kwokBinary } from './setup/kubernetes.mjs';
import { createProgress } from './setup/progress.mjs';
import { ministackServer } from './setup/python.mjs';
import { NOTHING_RUNS } from './ship.ts';

/** What is built belongs to the user who runs the tests; the sandbox gets a cache of its own that points there. */
const BUILT = ['kubernetes', 'kwok', 'python'];

let home: string;
beforeAll(async () => {
  const progress = createProgress();
  await Promise.all([kubernetesBinary(progress), kwokBinary(progress), ministackServer(progress)]);
  home = mkdtempSync(join(tmpdir(), 'hawser-'));
  for (const name of BUILT) symlinkSync(cacheDir(name), join(home, name));
});
afterAll(() => rmSync(home, { recursive: true }));

test('without root a push is deployed all the same, to a real control plane whose pods kwok plays', async () => {
  const script = join(import.meta.dirname, 'fixtures/unprivileged.ts');
  // Root without any capability may do no more than a plain user, and can still read a checkout in /root.
  const drop = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : [];
  const env = { PATH: process.env['PATH'], HAWSER_CACHE: home, HOME: home };
  const { stdout } = await run('env', [...drop, process.execPath, script], { env });

  const pushed = {
    status: 202,
    outcome: 'succeeded',
    runs: true,
    address: expect.stringMatching(/^127\.64\./) as string,
  };
  expect(JSON.parse(stdout)).toEqual({
    capabilities: '0000000000000000',
    mode: 'kwok',
    first: pushed,
    second: pushed,
    moved: true,
    refused: NOTHING_RUNS,
    command: 'InvalidInstanceId',
  });
  expect(readdirSync(join(home, 'sandboxes'))).toEqual([]);
});
