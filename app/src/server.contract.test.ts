import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../sandbox/host/port.ts';

const entry = fileURLToPath(new URL('server.ts', import.meta.url));
const revision = 'c0ffee'.padEnd(40, '0');
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

function serve(env: Record<string, string>): { child: ChildProcess; exit: Promise<number | null> } {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', REVISION: revision, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return { child, exit: once(child, 'exit').then(([code]) => code as number | null) };
}

/** The status of GET /health, or `refused` when nothing listens. */
async function health(port: number): Promise<number | 'refused'> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 'refused';
  }
}

async function until(port: number, wanted: number | 'refused'): Promise<void> {
  while ((await health(port)) !== wanted) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A request whose head the app has read and whose body is still on its way. */
async function beginRequest(port: number, body: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    'POST /slow HTTP/1.1\r\nhost: app\r\nexpect: 100-continue\r\n' +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 100 /);
  return socket;
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'after %s health turns 503, the port closes, the request in flight ends well, and the exit code is 0',
  async (signal) => {
    const port = await freePort();
    const { child, exit } = serve({ PORT: String(port), DRAIN_MS: '5000' });
    await until(port, 200);
    const body = '{"late":true}';
    const socket = await beginRequest(port, body);

    child.kill(signal);
    await until(port, 503);
    await until(port, 'refused');
    const answer = text(socket);
    socket.write(body);

    expect(await answer).toMatch(new RegExp(`^HTTP/1\\.1 404 [^]*x-revision: ${revision}[^]*"error":"Not Found"`));
    expect(await exit).toBe(0);
  },
);

test('a request that never ends is cut off at the deadline, and the exit code says so', async () => {
  const port = await freePort();
  const { child, exit } = serve({ PORT: String(port), DRAIN_MS: '0', SHUTDOWN_DEADLINE_MS: '300' });
  await until(port, 200);
  const socket = await beginRequest(port, '{}');
  socket.on('error', () => undefined);
  child.kill('SIGTERM');
  expect(await exit).toBe(1);
}, 20_000);

test('a kept-alive connection does not hold the shutdown up', async () => {
  const port = await freePort();
  const { child, exit } = serve({ PORT: String(port), DRAIN_MS: '0' });
  await until(port, 200);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /version HTTP/1.1\r\nhost: app\r\n\r\n');
  await once(socket, 'data');
  child.kill('SIGTERM');
  expect(await exit).toBe(0);
}, 20_000);

test('wrong settings end the process with one plain line, no stack', async () => {
  const { child, exit } = serve({ PORT: 'http' });
  const stderr = child.stderr === null ? '' : await text(child.stderr);
  expect(stderr).toBe('PORT must be a whole number from 0 to 65535, not "http".\n');
  expect(await exit).toBe(1);
});
