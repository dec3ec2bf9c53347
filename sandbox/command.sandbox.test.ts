import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './host/run.ts';
import { cacheDir } from './setup/cache.mjs';
import { kubernetesBinary } from './setup/kubernetes.mjs';
import { createProgress } from './setup/progress.mjs';
import { ministackServer } from './setup/python.mjs';

const MAIN = join(import.meta.dirname, 'setup/main.ts');

/** A cache of its own, so that no other sandbox is stopped here; what is built comes from the user's. */
let home: string;
beforeAll(async () => {
  const progress = createProgress();
  await Promise.all([kubernetesBinary(progress), ministackServer(progress)]);
  home = mkdtempSync(join(tmpdir(), 'hawser-'));
  for (const name of ['kubernetes', 'kwok', 'python', 'pause']) symlinkSync(cacheDir(name), join(home, name));
});
afterAll(() => rmSync(home, { recursive: true }));

const environment = () => ({ ...process.env, HAWSER_CACHE: home });

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(): Child {
  const args = [MAIN, 'sandbox'];
  return spawn(process.execPath, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Its output up to and including this text. Fails when it ends before. */
async function until(stream: Readable, text: string): Promise<string> {
  let seen = '';
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    seen += String(piece);
    if (seen.includes(text)) return seen;
  }
  throw new Error(`It ended without "${text}":\n${seen}`);
}

async function ask(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  return run(process.execPath, [MAIN, 'sandbox', ...args], { env: environment(), check: false });
}

test('starts in the foreground, tells where all is, and ends when another terminal says stop', async () => {
  const child = start();
  const text = await until(child.stdout, 'Ctrl-C stops it all');
  const endpoint = /export AWS_ENDPOINT_URL=(\S+)/.exec(text)?.[1];
  const [state] = JSON.parse((await ask('status', '--json')).stdout) as Record<string, unknown>[];
  expect(state).toMatchObject({ state: 'running', pid: child.pid, endpoint });
  expect((await fetch(`${endpoint}/_ministack/health`)).status).toBe(200);
  const ended = once(child, 'exit');
  expect(await ask('stop', String(state?.['slot']))).toMatchObject({ code: 0 });
  expect(await ended).toEqual([0, null]);
  expect(JSON.parse((await ask('status', '--json')).stdout)).toEqual([]);
});

test('Ctrl-C while it starts ends it, with nothing left behind', async () => {
  const child = start();
  await until(child.stderr, 'Sandbox');
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([130, null]);
  expect(readdirSync(join(home, 'sandboxes'))).toEqual([]);
});
