import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sandboxCommand } from './command.ts';
import { identify, isAlive, terminate, type ProcessId } from './host/process.ts';

let home: string;
let said: string[];
let owners: ProcessId[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hawser-command-'));
  vi.stubEnv('HAWSER_CACHE', home);
  said = [];
  owners = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(owners.map((owner) => terminate(owner)));
  rmSync(home, { recursive: true });
});

function command(...args: string[]): Promise<number> {
  const hear = (line: string): void => void said.push(line);
  return sandboxCommand(args, { say: hear, complain: hear });
}

/** The folder of a sandbox, and the process that owns it: a program that ends when it is asked to. */
function occupy(slot: number): { dir: string; owner: ProcessId } {
  const { pid = 0 } = spawn('sleep', ['600'], { stdio: 'ignore' });
  const owner = identify(pid);
  if (owner === undefined) throw new Error('sleep did not start');
  owners.push(owner);
  const dir = join(home, 'sandboxes', String(slot));
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'owner.json'), JSON.stringify(owner));
  return { dir, owner };
}

function abandon(slot: number): string {
  const dir = join(home, 'sandboxes', String(slot));
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'owner.json'), JSON.stringify({ pid: process.pid, startTime: 'another' }));
  return dir;
}

test.each([
  [['bogus']],
  [['start', 'now']],
  [['start', '--kubeconfig']],
  [['--kubeconfig=']],
  [['--kubeconfig', 'file', 'more']],
  [['--keep']],
  [['stop', 'all']],
  [['stop', '1', '2']],
  [['status', '--yaml']],
  [['clean', '--json']],
])('%j is bad input, and says what can be said', async (args) => {
  expect(await command(...args)).toBe(2);
  expect(said.join('\n')).toContain(`Not a command of the sandbox: ${args.join(' ')}`);
  expect(said.join('\n')).toContain('npm run sandbox -- stop [SLOT]');
});

test('status tells what starts, what runs and what was left; as JSON it is one value', async () => {
  const [one, two] = [occupy(1), occupy(2)];
  const left = abandon(4);
  const card = { mode: 'kwok', endpoint: 'http://127.0.0.1:1', github: 'http://127.0.0.1:2' };
  writeFileSync(join(two.dir, 'sandbox.json'), JSON.stringify(card));
  expect(await command('status', '--json')).toBe(0);
  expect(said.map((line): unknown => JSON.parse(line))).toEqual([
    [
      { slot: 1, state: 'starting', dir: one.dir, pid: one.owner.pid },
      { slot: 2, state: 'running', dir: two.dir, pid: two.owner.pid, ...card },
      { slot: 4, state: 'left', dir: left },
    ],
  ]);
  said.length = 0;
  expect(await command('status')).toBe(0);
  expect(said).toEqual([
    expect.stringMatching(/^Sandbox 1: starting/),
    expect.stringContaining('AWS at http://127.0.0.1:1'),
    expect.stringContaining('clean'),
  ]);
  expect(await command('stop')).toBe(0);
});

test('stop ends the one that is named, cleans up after it, and leaves the others', async () => {
  const [one, two] = [occupy(1), occupy(2)];
  expect(await command('stop', '1')).toBe(0);
  expect([one, two].map(({ owner }) => isAlive(owner))).toEqual([false, true]);
  expect([one, two].map(({ dir }) => existsSync(dir))).toEqual([false, true]);
  expect(await command('stop', '1')).toBe(1);
  expect(said.at(-1)).toBe('No sandbox is running in slot 1.');
  expect(await command('stop')).toBe(0);
  expect(isAlive(two.owner)).toBe(false);
});

test('clean removes what dead ones left, and nothing else', async () => {
  const [{ dir }, left] = [occupy(1), abandon(2)];
  expect(await command('clean')).toBe(0);
  expect([dir, left].map((path) => existsSync(path))).toEqual([true, false]);
  expect(await command('stop')).toBe(0);
  expect(await command('status')).toBe(0);
  expect(said.at(-1)).toBe('No sandbox is running.');
});
