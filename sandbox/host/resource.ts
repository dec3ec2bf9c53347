import { readFileSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, sendSignal, terminate, type ProcessId } from './process.ts';
import { run } from './run.ts';

/** What a sandbox makes outside its own memory. Each kind can be undone by the next start after a crash. */
export type Resource =
  | ({ kind: 'process'; what: string } & ProcessId)
  | { kind: 'link'; name: string }
  | { kind: 'mount'; path: string }
  | { kind: 'cgroup'; path: string }
  | { kind: 'route'; args: string[] }
  | { kind: 'file'; path: string };

/** Undoes one resource; done already counts as done. Returns a sentence when it could not. Never throws. */
export async function undo(resource: Resource): Promise<string | undefined> {
  try {
    return await remove(resource);
  } catch (error) {
    return `${resource.kind}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function remove(resource: Resource): Promise<string | undefined> {
  switch (resource.kind) {
    case 'process':
      if (await terminate(resource)) return undefined;
      return isAlive(resource) ? `process ${resource.pid} (${resource.what}) does not end` : undefined;
    case 'link':
      return removeLink(resource.name);
    case 'mount':
      return unmountAll(resource.path);
    case 'cgroup':
      return removeCgroup(resource.path);
    case 'route':
      await run('ip', ['route', 'del', ...resource.args], { check: false });
      return undefined;
    case 'file':
      // A process that was ended a moment ago may have written one more file meanwhile.
      rmSync(resource.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      return undefined;
  }
}

/** Tries before it looks: a link goes by itself, at any moment, with the network namespace at its other end. */
async function removeLink(name: string): Promise<string | undefined> {
  const removed = await run('ip', ['link', 'del', name], { check: false });
  if (removed.code === 0) return undefined;
  const there = await run('ip', ['link', 'show', name], { check: false });
  return there.code === 0 ? `network link ${name}: ${removed.stderr.trim()}` : undefined;
}

/** Every mount at or below the path, deepest first. */
async function unmountAll(path: string): Promise<string | undefined> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point === path || point.startsWith(path + '/'))
    .sort((a, b) => b.length - a.length);
  for (const point of mounts) {
    const done = await run('umount', ['--lazy', point], { check: false });
    if (done.code !== 0) return `mount ${point}: ${done.stderr.trim()}`;
  }
  return undefined;
}

/** How long killed processes may take to leave their cgroup: each frees its memory first, and a busy machine is in no hurry. */
const CGROUP_MS = 30_000;

/** Kills what is left inside, and removes the folders from the leaves up as soon as they are empty. */
async function removeCgroup(path: string): Promise<string | undefined> {
  const end = Date.now() + CGROUP_MS;
  while (!removeTree(path)) {
    if (Date.now() > end) return `cgroup ${path} is still in use by ${processNames(path).join(', ') || 'the kernel'}`;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/** Removes what can be removed now. True when nothing of it is left. */
function removeTree(path: string): boolean {
  try {
    const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const emptied = folders.map((entry) => removeTree(join(path, entry.name)));
    for (const pid of pidsIn(path)) sendSignal(pid, 'SIGKILL');
    if (emptied.includes(false)) return false;
    rmdirSync(path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENODEV'].includes(code)) return true;
    if (code === 'EBUSY') return false;
    throw error;
  }
}

/** The kernel writes 0 for a process outside of our PID namespace; a signal to 0 would reach ourselves. */
function pidsIn(path: string): number[] {
  const pids = readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').map(Number);
  return pids.filter((pid) => pid > 0);
}

function processNames(path: string): string[] {
  return pidsIn(path).map((pid) => {
    try {
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (${pid})`;
    } catch {
      return `process ${pid}`;
    }
  });
}
