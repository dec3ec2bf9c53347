import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitUntil } from '../host/daemon.ts';
import { identify, isAlive, type ProcessId } from '../host/process.ts';
import { run } from '../host/run.ts';
import { sweep } from '../host/workspace.ts';
import { hostState, processesOf, remains } from '../node/fixtures/remains.ts';
import { revisionAt } from './fixtures.ts';

/** A sandbox in another process, which has made one release. */
interface Other {
  child: ChildProcess;
  slot: number;
  dir: string;
  revision: string;
  outcome: string;
  address: string;
  servers: string[];
}

let before: string;
let children: ChildProcess[];
let stopped: Other;
let killed: Other;

beforeAll(async () => {
  before = await hostState();
  const script = join(import.meta.dirname, 'fixtures/one-release.ts');
  children = [0, 1].map(() => spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] }));
  [stopped, killed] = (await Promise.all(children.map(released))) as [Other, Other];
});
afterAll(async () => {
  for (const child of children ?? []) child.kill('SIGKILL');
  await sweep();
});

async function released(child: ChildProcess): Promise<Other> {
  if (child.stdout === null) throw new Error('The child has no output.');
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The sandbox's process ended with ${String(code)}.`);
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  ended.catch(() => undefined);
  return { child, ...(JSON.parse(line) as Omit<Other, 'child'>) };
}

test('two sandboxes run side by side, each with its own cloud, node and address', async () => {
  expect([stopped.outcome, killed.outcome]).toEqual(['succeeded', 'succeeded']);
  expect(stopped.slot).not.toBe(killed.slot);
  expect(new Set([...stopped.servers, ...killed.servers]).size).toBe(6);
  expect(await revisionAt(stopped.address)).toBe(stopped.revision);
  expect(await revisionAt(killed.address)).toBe(killed.revision);
  expect(stopped.revision).not.toBe(killed.revision);
});

test('after its stop nothing of the one is left, and the other goes on', async () => {
  const processes = processesFrom(stopped);
  expect(processes.length).toBeGreaterThan(12);
  stopped.child.stdin?.end();
  const [code] = (await once(stopped.child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(await traces(stopped, processes)).toEqual([]);
  expect(await revisionAt(killed.address)).toBe(killed.revision);
});

test('after kill -9 of its process, a sweep leaves nothing of the other', async () => {
  const processes = processesFrom(killed);
  expect(processes.length).toBeGreaterThan(12);
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  expect(existsSync(killed.dir)).toBe(true);

  expect(await sweep()).toEqual([]);
  expect(await traces(killed, processes)).toEqual([]);
});

test("the host's firewall and kernel settings are what they were", async () => {
  expect(await hostState()).toBe(before);
});

/** All processes that a sandbox has started: those of its instance, and those that know its folder. */
function processesFrom({ slot, dir, child }: Other): ProcessId[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== child.pid);
  const own = pids.filter((pid) => knows(pid, dir)).map((pid) => identify(Number(pid)));
  const all = [...own.filter((id) => id !== undefined), ...processesOf(slot)];
  return [...new Map(all.map((id) => [id.pid, id])).values()];
}

function knows(pid: string, dir: string): boolean {
  try {
    const text = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')).join('\0');
    return text.includes(`${dir}/`) || text.includes(`${dir}\0`);
  } catch {
    return false;
  }
}

/** What is left of a sandbox on this machine. `processes`: those that it had. */
async function traces(other: Other, processes: ProcessId[]): Promise<string[]> {
  const { slot, dir, address, servers } = other;
  // The kernel takes a moment more to forget process 1 of a namespace that was killed.
  const gone = async () => !processes.some(isAlive);
  await waitUntil('The end of the processes', gone, { timeoutMs: 30_000, everyMs: 20 }).catch(() => undefined);
  const links = (await run('ip', ['-oneline', 'link', 'show'])).stdout.split('\n');
  const route = (await run('ip', ['route', 'get', address])).stdout;
  const listening = await Promise.all(servers.map(async (url) => ((await listens(url)) ? [url] : [])));
  return [
    ...(await remains(slot, dir, [...processes, ...processesFrom(other)])),
    ...links.filter((line) => new RegExp(`hawser${slot}\\b`).test(line)),
    ...(route.includes(`hawser${slot}`) ? [route] : []),
    ...listening.flat(),
    ...(existsSync(dir) ? [dir] : []),
  ];
}

function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 500 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}
