import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../host/run.ts';
import { kubernetesBinary, kwokBinary } from '../setup/kubernetes.mjs';
import { createProgress } from '../setup/progress.mjs';

let home: string;
beforeAll(() => void (home = mkdtempSync(join(tmpdir(), 'hawser-'))));
afterAll(() => rmSync(home, { recursive: true }));

test('without root, the control plane is real, pods become Ready, and the address moves at each power on', async () => {
  const progress = createProgress();
  const binaries = await Promise.all([kubernetesBinary(progress), kwokBinary(progress)]);
  const script = join(import.meta.dirname, 'fixtures/unprivileged.ts');
  const command = [process.execPath, script, ...binaries];
  // Root without any capability may do no more than a plain user, and can still read a checkout in /root.
  const drop = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : ['env'];
  const [program = '', ...args] = [...drop, ...command];
  const { stdout } = await run(program, args, { env: { PATH: process.env['PATH'], HAWSER_CACHE: home, HOME: home } });

  expect(JSON.parse(stdout)).toEqual({
    capabilities: '0000000000000000',
    started: 5,
    kept: true,
    refused: 'ECONNREFUSED',
    unnamed: 'ERR_TLS_CERT_ALTNAME_INVALID',
    alive: 0,
    left: [],
  });
});
