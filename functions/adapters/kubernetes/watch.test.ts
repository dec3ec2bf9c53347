import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Cluster, WatchEvent } from '../../core/ports.ts';
import { connectCluster } from '../cluster.ts';
import { breaks, refuses, sends, startFakeApiServer, streams, type FakeApiServer } from '../contract/fake-apiserver.ts';
import { defaultLimits, type Limits } from './transport.ts';

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

  /** Watches until it has so many events; does `meanwhile` after each but the last. */
  async function take(count: number, resourceVersion: string, meanwhile?: () => void): Promise<WatchEvent[]> {
    const end = new AbortController();
    const events: WatchEvent[] = [];
    for await (const one of cluster.watch(all, resourceVersion, end.signal)) {
      events.push(one);
      if (events.length === count) end.abort();
      else meanwhile?.();
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
    let cut = (): void => undefined;
    server.answer(
      (response) => {
        response.writeHead(200).write(`${JSON.stringify(event('ADDED', 'a', '11'))}\n{"type":"ADDED","obj`);
        cut = () => response.socket?.destroy();
      },
      streams([event('ADDED', 'b', '12')]),
    );
    expect(brief(await take(2, '10', () => cut()))).toEqual(['ADDED a', 'ADDED b']);
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

  describe('that is silent', () => {
    // The clock of the watch alone: connections keep the real one.
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
    afterEach(() => void vi.useRealTimers());
    const { idleMs } = defaultLimits;

    test('is opened again', async () => {
      server.answer(streams([event('ADDED', 'a', '11')]), streams([event('MODIFIED', 'a', '12')]));
      const seen = await take(2, '10', () => void vi.advanceTimersByTime(idleMs));
      expect(brief(seen)).toEqual(['ADDED a', 'MODIFIED a']);
      expect(from()).toEqual(['10', '11']);
    });

    test('is left open as long as it is told something now and then', async () => {
      let tell = (): void => undefined;
      server.answer((response: ServerResponse) => {
        let version = 10;
        tell = () => void response.write(`${JSON.stringify(event('MODIFIED', 'a', String(++version)))}\n`);
        response.writeHead(200);
        tell();
      });
      await take(5, '10', () => {
        vi.advanceTimersByTime(idleMs - 1);
        tell();
      });
      expect(server.requests).toHaveLength(1);
    });
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
