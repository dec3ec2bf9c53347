import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { siteContract } from './contract/site.ts';
import { site } from './site.ts';

const revision = 'a'.repeat(40);
const signal = new AbortController().signal;
const servers: Server[] = [];

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/version`;
}

async function closeAll(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  }
}

afterEach(closeAll);

siteContract('HTTP', async () => ({
  site: site(),
  serve: async (answer) => {
    const headers = answer?.revision === undefined ? {} : { 'x-revision': answer.revision };
    const url = await listen((_, response) => void response.writeHead(answer?.status ?? 200, headers).end('{}'));
    if (answer === undefined) await closeAll();
    return url;
  },
}));

describe('the revision', () => {
  test.each([
    ['a JSON body', {}, JSON.stringify({ revision }), revision],
    ['the header before the body', { 'x-revision': 'b'.repeat(40) }, JSON.stringify({ revision }), 'b'.repeat(40)],
    ['no string', {}, '{"revision": 7}', undefined],
    ['a page', {}, '<p>revision</p>', undefined],
    ['null', {}, 'null', undefined],
  ])('is read from %s', async (_, headers, body, expected) => {
    const url = await listen((_request, response) => void response.writeHead(200, headers).end(body));
    expect((await site().get(url, signal)).revision).toBe(expected);
  });
});

test('a redirect is the answer itself: who stands behind it proves nothing', async () => {
  const target = await listen((_, response) => void response.writeHead(200, { 'x-revision': revision }).end());
  const url = await listen((_, response) => void response.writeHead(302, { location: target }).end());
  expect(await site().get(url, signal)).toEqual({ status: 302, body: '' });
});

test('a body without end is read no further than its first 64 KB', async () => {
  const url = await listen((_, response) => {
    const more = (): void => {
      while (response.write('x'.repeat(16_384)));
    };
    response.on('drain', more);
    more();
  });
  expect((await site().get(url, signal)).body).toHaveLength(65_536);
});

test.each<[string, RequestListener]>([
  ['says nothing', () => undefined],
  ['stops in the middle of its answer', (_, response) => void response.writeHead(200).write('{')],
])('an app that %s has not answered', async (_, listener) => {
  const url = await listen(listener);
  await expect(site({ timeoutMs: 50 }).get(url, signal)).rejects.toMatchObject({ code: 'SmokeTestFailed' });
});
