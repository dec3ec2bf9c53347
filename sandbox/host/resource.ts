import { readFileSync, rmSync, rmdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, terminate, type ProcessId } from './process.ts';
import { run } from './run.ts';

/** What a sandbox makes outside its own memory. Each kind can be undone by the next start after a crash. */
export type Resource =
  | ({ kind: 'process'; what: string } & ProcessId)
  | { kind: 'link'; name: string }
  | { kind: 'mount'; path: string }
  | { kind: 'cgroup'; path: string }
  | { kind: 'route'; args: string[] }
  | { kind: 'file'; path: string };

/** Undoes one resource; done already counts as done. Returns a sentence when it could not. */
export async function undo(resource: Resource): Promise<string | undefined> {
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
      rmSync(resource.path, { recursive: true, force: true });
      return undefined;
  }
}

async function removeLink(name: string): Promise<string | undefined> {
  const there = await run('ip', ['link', 'show', name], { check: false });
  if (there.code !== 0) return undefined;
  const removed = await run('ip', ['link', 'del', name], { check: false });
  return removed.code === 0 ? undefined : `network link ${name}: ${removed.stderr.trim()}`;
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

/** Kills what is left inside, then removes the folders from the leaves up. */
async function removeCgroup(path: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (!exists(path)) return undefined;
    try {
      removeTree(path);
      return undefined;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return `cgroup ${path} is still in use`;
}

function removeTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(path, entry.name));
  }
  for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n')) {
    if (pid !== '') process.kill(Number(pid), 'SIGKILL');
  }
  rmdirSync(path);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
