import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { cgroupRoots } from '../node/cgroup.ts';
import { identify, isAlive, type ProcessId } from './process.ts';
import { undo } from './resource.ts';

const NAME = `hawser-test-${process.pid}`;
const roots = cgroupRoots();

function start(command: string, ...args: string[]): ProcessId {
  const { pid = 0 } = spawn(command, args, { stdio: 'ignore' });
  const id = identify(pid);
  if (id === undefined) throw new Error(`${command} did not start`);
  return id;
}

/** Holds processes so that even a kill takes effect only after `thaw`. cgroup v2 has nothing like that: there they die at once. */
function freeze(processes: ProcessId[]): { thaw(): void; remove(): Promise<void> } {
  const freezer = roots.find(isFreezer);
  if (freezer === undefined) return { thaw: () => undefined, remove: () => Promise.resolve() };
  const path = join(freezer, NAME);
  mkdirSync(path);
  for (const { pid } of processes) writeFileSync(join(path, 'cgroup.procs'), String(pid));
  writeFileSync(join(path, 'freezer.state'), 'FROZEN');
  const thaw = (): void => writeFileSync(join(path, 'freezer.state'), 'THAWED');
  return {
    thaw,
    remove: async () => {
      thaw();
      await undo({ kind: 'cgroup', path });
    },
  };
}

function isFreezer(root: string): boolean {
  return root.endsWith('/freezer');
}

test('a cgroup goes with every process in it, also when the kernel takes seconds to end them', async () => {
  const path = join(roots.find((root) => !isFreezer(root)) ?? '', NAME);
  mkdirSync(join(path, 'machine/pod'), { recursive: true });
  const processes = [start('sleep', '60'), start('sleep', '60')];
  for (const [index, folder] of ['machine', 'machine/pod'].entries())
    writeFileSync(join(path, folder, 'cgroup.procs'), String(processes[index]?.pid));
  const ice = freeze(processes);
  try {
    const removed = undo({ kind: 'cgroup', path });
    await sleep(3_000);
    ice.thaw();
    expect(await removed).toBeUndefined();
    expect(existsSync(path)).toBe(false);
    expect(processes.filter(isAlive)).toEqual([]);
  } finally {
    await ice.remove();
  }
});

test('a cgroup that is not there is done', async () => {
  expect(await undo({ kind: 'cgroup', path: join(roots[0] ?? '', NAME) })).toBeUndefined();
});
