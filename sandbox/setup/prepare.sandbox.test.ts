import { symlinkSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../host/run.ts';
import { prepare } from './prepare.ts';
import { createProgress } from './progress.mjs';

test('every tool is there and is what it says', async () => {
  const tools = await prepare({ moto: true });
  const dir = mkdtempSync(join(tmpdir(), 'tools-'));
  try {
    const kubectl = join(dir, 'kubectl');
    symlinkSync(tools.kubernetes, kubectl);
    expect((await run(kubectl, ['version', '--client'])).stdout).toContain('Client Version: v1.34.');
  } finally {
    rmSync(dir, { recursive: true });
  }
  expect((await run(join(tools.nodeDir, 'node'), ['--version'])).stdout).toMatch(/^v24\./);
  expect((await run(tools.moto ?? '', ['--help'])).stdout).toContain('--port');
  const python = join(tools.ministack, '..', 'python');
  expect((await run(python, ['-m', 'pip', 'show', 'ministack'])).stdout).toMatch(/^Version: 1\.5\.33$/m);
  expect(tools.kwok === undefined).toBe(tools.mode === 'node');
});

test('what is there already starts no step', async () => {
  const tools = await prepare();
  const written: string[] = [];
  const progress = createProgress({ out: { write: (text) => written.push(text) } });
  expect(await prepare({ progress })).toEqual(tools);
  expect(written).toEqual([]);
});
