import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { buildApp } from './app.ts';

const revision = '0123456789abcdef0123456789abcdef01234567';
const build = { name: 'shop', version: '1.2.3', revision };
const open: FastifyInstance[] = [];

afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});

function start(options: { isReady?: () => boolean } = {}): {
  app: FastifyInstance;
  log: () => Record<string, unknown>[];
} {
  const lines: string[] = [];
  const app = buildApp({ build, isReady: () => true, logTo: { write: (line) => lines.push(line) }, ...options });
  open.push(app);
  return { app, log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('/', () => {
  test('is a page for a browser and names the revision', async () => {
    const answer = await start().app.inject({ url: '/', headers: { accept: 'text/html,application/xhtml+xml' } });
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.body).toContain(`<code>${revision}</code>`);
  });

  test('is JSON for everything else, and caches keep the two apart', async () => {
    const answer = await start().app.inject('/');
    expect(answer.json()).toMatchObject(build);
    expect(answer.headers['vary']).toBe('accept');
  });
});

describe('/health', () => {
  test('is 200 while the app serves and 503 once it shuts down', async () => {
    let ready = true;
    const { app } = start({ isReady: () => ready });
    const before = await app.inject('/health');
    ready = false;
    const after = await app.inject('/health');
    expect([before.statusCode, before.json()]).toEqual([200, { status: 'ok' }]);
    expect([after.statusCode, after.json()]).toEqual([503, { status: 'shutting down' }]);
  });

  test('leaves no line in the log', async () => {
    const { app, log } = start();
    await app.inject('/health');
    expect(log()).toEqual([]);
    await app.inject('/version');
    expect(log()).not.toEqual([]);
  });
});

test('/version names the build and is never cached', async () => {
  const answer = await start().app.inject('/version');
  expect(answer.json()).toEqual(build);
  expect(answer.headers['cache-control']).toBe('no-store');
});

describe('/metrics', () => {
  test('counts by route template, not by path', async () => {
    const { app } = start();
    for (const url of ['/version', '/version?a=1', '/wp-login.php', '/.env']) await app.inject(url);
    const { headers, body } = await app.inject('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain('http_request_duration_seconds_count{method="GET",route="/version",status_code="200"} 2');
    expect(body).toContain('http_request_duration_seconds_count{method="GET",route="unmatched",status_code="404"} 2');
    expect(body).not.toContain('wp-login');
  });

  test('says which build runs and how the process does', async () => {
    const { body } = await start().app.inject('/metrics');
    expect(body).toContain(`build_info{name="shop",version="1.2.3",revision="${revision}"} 1`);
    expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});

describe('every answer', () => {
  test.each(['/', '/health', '/version', '/metrics', '/nowhere', '/%ff'])('%s names the revision', async (url) => {
    const { headers } = await start().app.inject(url);
    expect(headers).toMatchObject({ 'x-revision': revision, 'x-content-type-options': 'nosniff' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('keeps a well-formed request id and replaces one that is not', async () => {
    const { app, log } = start();
    const ask = (id: string) => app.inject({ url: '/version', headers: { 'x-request-id': id } });
    expect((await ask('trace-1.a')).headers['x-request-id']).toBe('trace-1.a');
    expect(log().every((line) => line['reqId'] === 'trace-1.a')).toBe(true);
    expect((await ask('no spaces <b>')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('errors', () => {
  test('an unknown path is 404 in JSON', async () => {
    const answer = await start().app.inject('/nowhere');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({
      statusCode: 404,
      error: 'Not Found',
      message: 'No such page.',
      requestId: answer.headers['x-request-id'],
    });
  });

  test.each([
    { what: 'a path that does not decode', request: { url: '/%ff' }, status: 400, error: 'Bad Request' },
    {
      what: 'a body that is too large',
      request: { method: 'POST' as const, url: '/', payload: { text: 'x'.repeat(65 * 1024) } },
      status: 413,
      error: 'Payload Too Large',
    },
  ])('$what is $status in JSON', async ({ request, status, error }) => {
    const answer = await start().app.inject(request);
    expect(answer.json()).toMatchObject({ statusCode: status, error });
  });

  test('a fault of ours shows the caller a request id, and its cause to the log alone', async () => {
    const { app, log } = start();
    app.get('/broken', async () => {
      throw new Error('password=hunter2');
    });
    const answer = await app.inject('/broken');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/hunter2|at .*\.ts/);
    const logged = log().find((line) => line['level'] === 'error');
    expect(logged).toMatchObject({ revision, reqId: answer.json().requestId, err: { message: 'password=hunter2' } });
  });
});
