import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openWorkspace, runningSandboxes, sweep } from './workspace.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hawser-workspace-'));
  vi.stubEnv('HAWSER_CACHE', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** A path that nobody can remove, root included, until `free` is called. */
function stubborn(): { path: string; free: () => void } {
  const link = join(home, 'elsewhere');
  symlinkSync('/proc/self', link);
  return {
    path: join(link, 'status'),
    free: () => {
      rmSync(link);
      mkdirSync(link);
    },
  };
}

test('closing undoes what is in the ledger, and gives the slot back', async () => {
  const workspace = await openWorkspace();
  const file = join(home, 'made');
  workspace.record({ kind: 'file', path: file });
  writeFileSync(file, '');
  expect(runningSandboxes().map(({ slot }) => slot)).toEqual([workspace.slot]);
  expect(await workspace.close()).toEqual([]);
  expect([file, workspace.dir].filter(existsSync)).toEqual([]);
  expect(runningSandboxes()).toEqual([]);
});

test('what cannot be undone is named, the rest is undone, and each sweep tries again until it works', async () => {
  const workspace = await openWorkspace();
  const [{ path, free }, file] = [stubborn(), join(home, 'made')];
  workspace.record({ kind: 'file', path: file });
  workspace.record({ kind: 'file', path });
  writeFileSync(file, '');
  const left = [expect.stringContaining(path)];
  expect(await workspace.close()).toEqual(left);
  expect(existsSync(file)).toBe(false);
  // Its owner is alive, but has given it up.
  expect(runningSandboxes()).toEqual([]);
  expect(await sweep()).toEqual(left);
  expect(existsSync(workspace.dir)).toBe(true);
  free();
  expect(await sweep()).toEqual([]);
  expect(existsSync(workspace.dir)).toBe(false);
});

test('a ledger whose last line was cut off is undone up to there', async () => {
  const workspace = await openWorkspace();
  const file = join(home, 'made');
  workspace.record({ kind: 'file', path: file });
  writeFileSync(file, '');
  appendFileSync(join(workspace.dir, 'ledger.jsonl'), '{"kind":"fi');
  expect(await workspace.close()).toEqual([]);
  expect(existsSync(file)).toBe(false);
});

test('a sweep leaves a running sandbox alone, and a second one gets another slot', async () => {
  const [one, two] = [await openWorkspace(), await openWorkspace()];
  expect(one.slot).not.toBe(two.slot);
  expect(await sweep()).toEqual([]);
  expect([one.dir, two.dir].every(existsSync)).toBe(true);
  expect([await one.close(), await two.close()]).toEqual([[], []]);
});
