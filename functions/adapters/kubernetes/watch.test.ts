import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cluster, WatchEvent } from '../../core/ports.ts';
import { connectCluster } from '../cluster.ts';
import { breaks, refuses, sends, startFakeApiServer, streams, type FakeApiServer } from '../contract/fake-apiserver.ts';
import type { Limits } from './transport.ts';

const limits: Partial<Limits> = { attempts: 3, backoffMs: 1, longestWaitMs: 5, watchAttempts: 3 };
const all = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const soon = () => AbortSignal.timeout(10_000);

let server: FakeApiServer;
let cluster: Cluster;
beforeAll(async () => {
  server = await startFakeApiServer();
});
afterAll(() => server.close());
beforeEach(() => {
  cluster = connectCluster(server.kubeconfig, '127.0.0.1', { limits });
});
afterEach(() => cluster.close());

describe('list', () => {
  const page = (name: string, more?: string) =>
    sends(200, {
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: { resourceVersion: '9', ...(more === undefined ? {} : { continue: more }) },
      items: [{ metadata: { name } }],
    });

  test('goes on page by page', async () => {
    server.answer(page('a', 'next'), page('b'));
    const { items, resourceVersion } = await cluster.list(all, soon());
    expect(items.map((item) => [item.kind, item.metadata.name])).toEqual([
      ['ConfigMap', 'a'],
      ['ConfigMap', 'b'],
    ]);
    expect(resourceVersion).toBe('9');
    expect(server.requests.at(-1)).toContain('continue=next');
  });

  test('begins again, in one piece, when a page has grown too old', async () => {
    server.answer(page('a', 'next'), refuses(410, 'Expired', 'too old'), page('a'));
    expect((await cluster.list(all, soon())).items).toHaveLength(1);
    expect(server.requests.at(-1)).toContain('limit=0');
  });
});

describe('watch', () => {
  const event = (type: string, name: string, resourceVersion: string) => ({
    type,
    object: { ...configMap, metadata: { name, uid: `uid-${name}`, resourceVersion } },
  });
  const list = (resourceVersion: string, ...items: [name: string, version: string][]) =>
    sends(200, {
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: { resourceVersion },
      items: items.map(([name, version]) => event('', name, version).object),
    });
  const from = () => server.requests.map((request) => /resourceVersion=(\d+)/.exec(request)?.[1]);

  async function take(count: number, resourceVersion: string): Promise<WatchEvent[]> {
    const end = new AbortController();
    const events: WatchEvent[] = [];
    for await (const one of cluster.watch(all, resourceVersion, end.signal)) {
      events.push(one);
      if (events.length === count) end.abort();
    }
    return events;
  }
  const brief = (events: WatchEvent[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`);

  test('goes on after the last event or bookmark, whatever ended the connection', async () => {
    server.answer(
      streams([event('ADDED', 'a', '11'), { type: 'BOOKMARK', object: { metadata: { resourceVersion: '15' } } }], {
        ends: true,
      }),
      breaks,
      refuses(429, 'TooManyRequests', 'slow down'),
      streams([event('MODIFIED', 'a', '16'), event('DELETED', 'a', '17')]),
    );
    expect(brief(await take(3, '10'))).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(from()).toEqual(['10', '15', '15', '15']);
    expect(server.requests.filter((request) => !request.includes('allowWatchBookmarks=true'))).toEqual([]);
  });

  test('an event that was cut off comes again, whole, and once', async () => {
    server.answer(
      (response) => {
        response.writeHead(200).write(`${JSON.stringify(event('ADDED', 'a', '11'))}\n{"type":"ADDED","obj`);
        setTimeout(() => response.socket?.destroy(), 10);
      },
      streams([event('ADDED', 'b', '12')]),
    );
    expect(brief(await take(2, '10'))).toEqual(['ADDED a', 'ADDED b']);
    expect(from()).toEqual(['10', '11']);
  });

  test.each([
    ['an ERROR event', streams([{ type: 'ERROR', object: { kind: 'Status', code: 410 } }])],
    ['HTTP 410', refuses(410, 'Expired', 'too old resource version')],
  ])('after %s it tells the differences to a new list, what has gone included', async (_, gone) => {
    server.answer(
      list('10', ['kept', '1'], ['changed', '2'], ['deleted', '3']),
      gone,
      list('20', ['kept', '1'], ['changed', '12'], ['new', '13']),
      streams([event('MODIFIED', 'new', '21')]),
    );
    const { resourceVersion } = await cluster.list(all, soon());
    expect(brief(await take(4, resourceVersion))).toEqual([
      'DELETED deleted',
      'MODIFIED changed',
      'ADDED new',
      'MODIFIED new',
    ]);
    expect(from().at(-1)).toBe('20');
  });

  test('is opened again when it falls silent', async () => {
    const alert = connectCluster(server.kubeconfig, '127.0.0.1', { limits: { ...limits, idleMs: 1_000 } });
    server.answer(streams([event('ADDED', 'a', '11')]), streams([event('MODIFIED', 'a', '12')]));
    const end = new AbortController();
    const seen: string[] = [];
    for await (const { type } of alert.watch(all, '10', end.signal)) {
      seen.push(type);
      if (seen.length === 2) end.abort();
    }
    expect(seen).toEqual(['ADDED', 'MODIFIED']);
    expect(from().slice(0, 2)).toEqual(['10', '11']);
    await alert.close();
  });

  test('that is told something now and then is not silent', async () => {
    const alert = connectCluster(server.kubeconfig, '127.0.0.1', { limits: { ...limits, idleMs: 2_000 } });
    server.answer((response) => {
      response.writeHead(200);
      let n = 10;
      const timer = setInterval(() => response.write(`${JSON.stringify(event('MODIFIED', 'a', String(++n)))}\n`), 450);
      response.on('close', () => clearInterval(timer));
    });
    const end = new AbortController();
    for await (const { object } of alert.watch(all, '10', end.signal)) {
      if (object.metadata.resourceVersion === '15') end.abort();
    }
    expect(server.requests).toHaveLength(1);
    await alert.close();
  });

  test('gives up when the server stays away', async () => {
    server.answer(breaks);
    await expect(take(1, '10')).rejects.toMatchObject({ code: 'ApiServerUnreachable' });
    expect(server.requests).toHaveLength(3);
  });

  test('ends when its signal does, although the server is silent', async () => {
    const end = new AbortController();
    server.answer((response, request) => {
      streams([])(response, request);
      setTimeout(() => end.abort(), 20);
    });
    for await (const one of cluster.watch(all, '10', end.signal)) expect(one).toBeUndefined();
    expect(server.requests).toHaveLength(1);
  });
});
