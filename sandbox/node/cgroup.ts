import { mkdirSync, readFileSync, readdirSync, writeFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { identify, type ProcessId } from '../host/process.ts';

/** The roots of the cgroup hierarchies: a dozen with cgroup v1, one with v2. */
export function cgroupRoots(mounts = readFileSync('/proc/self/mounts', 'utf8')): string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, path, type]) => path?.startsWith('/sys/fs/cgroup') && (type === 'cgroup' || type === 'cgroup2'))
    .map(([, path]) => path ?? '');
}

/**
 * Makes the instance's cgroup and, in it, `machine` for the programs of the node itself; the kubelet adds one for pods.
 * They are apart because with cgroup v2 a group has either processes or children.
 */
export function makeCgroup(path: string): void {
  const machine = join(path, 'machine');
  mkdirSync(machine, { recursive: true });
  // With cgroup v1 a new cpuset has no CPUs, and takes no process until it has some.
  for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(join(path, '..'), path, file, machine);
}

/** The processes of a cgroup and of those below it; none when it does not exist. */
export function processesIn(cgroup: string): ProcessId[] {
  let own: number[];
  let children: Dirent[];
  try {
    own = readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    children = readdirSync(cgroup, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch (error) {
    // The kubelet removes those of pods that end at any moment, also while they are read.
    if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
  const here = own.map(identify).filter((id) => id !== undefined);
  return [...here, ...children.flatMap((entry) => processesIn(join(cgroup, entry.name)))];
}

function inherit(parent: string, path: string, file: string, child: string): void {
  try {
    if (readFileSync(join(path, file), 'utf8').trim() !== '') return;
    writeFileSync(join(path, file), readFileSync(join(parent, file)));
    writeFileSync(join(child, file), readFileSync(join(parent, file)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
