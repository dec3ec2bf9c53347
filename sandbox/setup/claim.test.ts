import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeOnce } from './claim.mjs';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'claim-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A process that makes the thing: it writes a line for each time it does so, and says what it got. */
const MAKER = `
  import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
  const { makeOnce } = await import(process.argv[1]);
  const [, , dir, delay] = process.argv;
  await makeOnce({
    claims: dir + '/claims',
    ready: () => (existsSync(dir + '/thing') ? 'thing' : undefined),
    make: async (status) => {
      status('at work');
      appendFileSync(dir + '/makers', process.pid + '\\n');
      await new Promise((resolve) => setTimeout(resolve, Number(delay)));
      writeFileSync(dir + '/thing', '');
    },
  });
`;

function maker(delayMs: number) {
  const module = new URL('claim.mjs', import.meta.url).href;
  return spawn(process.execPath, ['--input-type=module', '-e', MAKER, module, dir, String(delayMs)], {
    stdio: 'inherit',
  });
}

function makers(): string[] {
  return existsSync(join(dir, 'makers')) ? readFileSync(join(dir, 'makers'), 'utf8').trim().split('\n') : [];
}

function mine(seen: string[] = []) {
  return makeOnce({
    claims: join(dir, 'claims'),
    ready: () => (existsSync(join(dir, 'thing')) ? 'thing' : undefined),
    make: async () => {
      appendFileSync(join(dir, 'makers'), 'me\n');
      writeFileSync(join(dir, 'thing'), '');
    },
    waiting: ({ text }) => void seen.push(text),
  });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('several processes at once: one makes it, all end well', async () => {
  const ends = await Promise.all([1, 2, 3, 4].map(async () => once(maker(300), 'close')));
  expect(ends.map(([code]) => code as unknown)).toEqual([0, 0, 0, 0]);
  expect(makers()).toHaveLength(1);
  expect(readdirSync(join(dir, 'claims'))).toEqual([]);
});

test('the one that waits hears what the other does', async () => {
  const other = maker(500);
  await until(() => makers().length === 1);
  const seen: string[] = [];
  expect(await mine(seen)).toBe('thing');
  expect(seen).toContain('at work');
  expect(makers()).toEqual([String(other.pid)]);
});

test('a maker that is killed is succeeded', async () => {
  const other = maker(60_000);
  await until(() => makers().length === 1);
  const waiting = mine();
  other.kill('SIGKILL');
  expect(await waiting).toBe('thing');
  expect(makers()).toEqual([String(other.pid), 'me']);
});

test('the claim of a pid that has been given to another process does not count', async () => {
  const other = maker(0);
  await once(other, 'close');
  rmSync(join(dir, 'thing'));
  writeFileSync(join(dir, 'claims', `${process.ppid}-1`), '{"since":1,"text":"long ago"}');
  expect(await mine()).toBe('thing');
});

test('a failure reaches the caller, and the next one may try again', async () => {
  const broken = makeOnce({
    claims: join(dir, 'claims'),
    ready: () => undefined,
    make: () => Promise.reject(new Error('disk full')),
  });
  await expect(broken).rejects.toThrow('disk full');
  expect(await mine()).toBe('thing');
});

test('within one process, calls share the work', async () => {
  await Promise.all([mine(), mine()]);
  expect(makers()).toEqual(['me']);
});
