import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../sandbox/host/certificate.ts';
import type { Cluster } from '../core/ports.ts';
import { connectCluster } from './cluster.ts';
import { breaks, hangs, refuses, sends, startFakeApiServer, type FakeApiServer } from './contract/fake-apiserver.ts';
import type { Limits } from './kubernetes/transport.ts';

const limits: Partial<Limits> = { attempts: 3, backoffMs: 1, longestWaitMs: 5, maxBytes: 10_000, watchAttempts: 3 };
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'shop', namespace: 'shop', resourceVersion: '7' },
  data: { greeting: 'grüß dich ⚓' },
};
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'shop' };
const plain = { dryRun: false, force: false };
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

describe('a call', () => {
  test('is tried again after 429, 5xx and a broken connection', async () => {
    server.answer(refuses(429, 'TooManyRequests', 'slow down'), breaks, sends(200, configMap));
    expect(await cluster.apply(configMap, plain, soon())).toEqual(configMap);
    expect(server.requests).toHaveLength(3);
  });

  test('waits as long as Retry-After says, within bounds', async () => {
    server.answer(sends(503, {}, { 'retry-after': '3600' }), sends(200, configMap));
    expect(await cluster.get(ref, soon())).toEqual(configMap);
  });

  test.each(['soon', 'Fri, 01 Jan 1999 00:00:00 GMT', '-1', new Date(Date.now() + 3_600_000).toUTCString()])(
    'takes a Retry-After of %j without waiting for an hour',
    async (value) => {
      server.answer(sends(429, {}, { 'retry-after': value }), sends(200, configMap));
      expect(await cluster.get(ref, soon())).toEqual(configMap);
    },
  );

  test('a patch is tried again only if it is guarded by the resourceVersion', async () => {
    const guard = { op: 'replace', path: '/metadata/resourceVersion', value: '7' } as const;
    const change = { op: 'add', path: '/data/a', value: '1' } as const;
    server.answer(breaks, refuses(503, '', 'later'), sends(200, configMap));
    expect(await cluster.patch(ref, [change, guard], soon())).toEqual(configMap);
    expect(server.requests).toHaveLength(3);
    server.answer(breaks, sends(200, configMap));
    await expect(cluster.patch(ref, [change], soon())).rejects.toMatchObject({ code: 'ApiServerUnreachable' });
    expect(server.requests).toHaveLength(1);
    // The first attempt was done, only its answer got lost.
    server.answer(breaks, refuses(409, 'Conflict', 'the object has been modified'));
    expect(await cluster.patch(ref, [change, guard], soon())).toBeUndefined();
    server.answer(refuses(422, 'Invalid', 'the server rejected our request'));
    await expect(cluster.patch(ref, [change, guard], soon())).rejects.toMatchObject({ owner: 'change' });
  });

  test.each([
    [503, 'no available server', 'answered 503 to get configmaps, and not as an API server does'],
    [502, { message: 'no Status' }, 'answered 502 to get configmaps, and not as an API server does'],
    [500, { kind: 'Status', message: 'etcdserver: leader changed' }, 'in namespace shop: etcdserver: leader changed'],
  ])('gives up after its attempts: %d', async (status, body, message) => {
    server.answer(sends(status, body));
    await expect(cluster.get(ref, soon())).rejects.toMatchObject({
      code: 'ApiServerUnreachable',
      message: expect.stringContaining(message),
    });
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    [401, 'Unauthorized', 'Unauthorized', 'KubeconfigRejected', /does not know the credential/],
    [
      403,
      'Forbidden',
      'User "u" cannot patch resource "configmaps" in API group ""',
      'KubeconfigRejected',
      /may not patch configmaps in namespace shop/,
    ],
    [403, 'Forbidden', 'exceeded quota: small', 'QuotaExceeded', /ConfigMap shop\/shop: exceeded quota: small/],
    [422, 'Invalid', 'data: Invalid value', 'ApplyRejected', /data: Invalid value/],
    [409, 'AlreadyExists', 'object is being deleted', 'ApplyRejected', /being deleted/],
    [
      500,
      '',
      'failed to create typed patch object (shop): .daat: field not declared in schema',
      'ApplyRejected',
      /\.daat/,
    ],
  ])('is not tried again after %d %s: %s', async (code, reason, said, expected, message) => {
    server.answer(refuses(code, reason, said));
    await expect(cluster.apply(configMap, plain, soon())).rejects.toMatchObject({
      code: expected,
      message: expect.stringMatching(message),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('an admission webhook that stays down is told as the API server tells it', async () => {
    server.answer(refuses(500, 'InternalError', 'failed calling webhook "policy.example.com": connection refused'));
    await expect(cluster.apply(configMap, plain, soon())).rejects.toMatchObject({
      code: 'AdmissionUnavailable',
      message: expect.stringContaining('policy.example.com'),
    });
    expect(server.requests).toHaveLength(3);
  });

  test('values of a Secret are not repeated', async () => {
    server.answer(refuses(422, 'Invalid', 'data.password: Invalid value: "canary": too short'));
    const secret = { ...configMap, kind: 'Secret', data: { password: 'canary' } };
    const error = await cluster.apply(secret, plain, soon()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ApplyRejected' });
    expect(String(error) + JSON.stringify(error)).not.toContain('canary');
  });

  test('that is not answered in time is unreachable in the end', async () => {
    const impatient = connectCluster(server.kubeconfig, '127.0.0.1', { limits: { ...limits, callMs: 50 } });
    server.answer(hangs);
    // How many attempts the server hears of is not certain: one may end while it is still connecting.
    await expect(impatient.get(ref, soon())).rejects.toMatchObject({
      code: 'ApiServerUnreachable',
      details: { reason: 'timeout' },
    });
    await impatient.close();
  });

  test('that is not answered in time is tried again', async () => {
    const persistent = connectCluster(server.kubeconfig, '127.0.0.1', {
      limits: { ...limits, callMs: 500, attempts: 15 },
    });
    server.answer(hangs, sends(200, configMap));
    expect(await persistent.get(ref, soon())).toEqual(configMap);
    await persistent.close();
  });

  test('ends with its signal, whether it waits for an answer or for the next attempt', async () => {
    const reason = new Error('the deadline');
    const end = new AbortController();
    server.answer((response) => {
      response.on('close', () => undefined);
      end.abort(reason);
    });
    await expect(cluster.get(ref, end.signal)).rejects.toBe(reason);

    const patient = connectCluster(server.kubeconfig, '127.0.0.1', { limits: { ...limits, longestWaitMs: 3_600_000 } });
    const later = new AbortController();
    server.answer((response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
      setTimeout(() => later.abort(reason), 20);
    });
    await expect(patient.get(ref, later.signal)).rejects.toBe(reason);
    await patient.close();
  });

  test('refuses an answer that is too large', async () => {
    server.answer(sends(200, { ...configMap, data: { a: 'x'.repeat(20_000) } }));
    await expect(cluster.get(ref, soon())).rejects.toMatchObject({ details: { reason: 'too large' } });
  });

  test('follows no redirect', async () => {
    server.answer(sends(302, {}, { location: 'https://127.0.0.1:1/' }));
    await expect(cluster.get(ref, soon())).rejects.toMatchObject({ code: 'ApiServerUnreachable' });
    expect(server.requests).toHaveLength(1);
  });

  test.each(['..', '.', '', 'a/b', 'a%2fb'])('a name that leads elsewhere is not asked for: %j', async (name) => {
    server.answer(sends(200, configMap));
    await expect(cluster.get({ ...ref, name }, soon())).rejects.toMatchObject({ code: 'ApplyRejected' });
    await expect(cluster.get({ ...ref, namespace: name }, soon())).rejects.toMatchObject({ code: 'ApplyRejected' });
    expect(server.requests).toEqual([]);
  });

  test('keeps capitals and colons of a name', async () => {
    server.answer(refuses(404, 'NotFound', 'none'));
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'system:Admin-X' };
    expect(await cluster.get(role, soon())).toBeUndefined();
    expect(server.requests).toEqual(['GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3AAdmin-X']);
  });
});

describe('the connection', () => {
  test('is verified whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const { pem } = await createAuthority('another-ca');
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    const misled = connectCluster({ ...server.kubeconfig, ca: pem }, '127.0.0.1', { limits });
    server.answer(sends(200, configMap));
    await expect(misled.get(ref, soon())).rejects.toMatchObject({ code: 'CertificateUntrusted' });
    expect(server.requests).toEqual([]);
    await misled.close();
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  });

  test('to something that does not speak TLS is unreachable', async () => {
    const plainServer = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    await new Promise<void>((resolve) => plainServer.listen(0, '127.0.0.1', resolve));
    const { port } = plainServer.address() as AddressInfo;
    const lost = connectCluster({ ...server.kubeconfig, server: `https://127.0.0.1:${port}` }, '127.0.0.1', { limits });
    await expect(lost.ready(soon())).rejects.toMatchObject({
      code: 'ApiServerUnreachable',
      message: expect.stringContaining('does not speak TLS'),
    });
    await lost.close();
    await new Promise((resolve) => plainServer.close(resolve));
  });
});

describe('ready', () => {
  test('names the checks that it waits for, and asks once', async () => {
    const body =
      '[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/rbac failed: reason withheld\nreadyz check failed\n';
    server.answer((response) => void response.writeHead(500).end(body));
    await expect(cluster.ready(soon())).rejects.toMatchObject({
      code: 'ApiServerUnreachable',
      message: expect.stringContaining('it waits for etcd, poststarthook/rbac'),
    });
    expect(server.requests).toEqual(['GET /readyz']);
  });
});
