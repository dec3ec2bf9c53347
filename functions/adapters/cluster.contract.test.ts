import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../sandbox/host/port.ts';
import { createAuthority, issue } from '../../sandbox/host/certificate.ts';
import type { Cluster, Kubeconfig } from '../core/ports.ts';
import { connectCluster } from './cluster.ts';
import { startApiServer, type ApiServer } from './contract/apiserver.ts';
import { clusterContract } from './contract/cluster.ts';
import { openProxy } from './contract/proxy.ts';

let server: ApiServer;
const soon = () => AbortSignal.timeout(20_000);
const once = { limits: { attempts: 1 } };
const through = (port: number, kubeconfig: Kubeconfig = server.admin): Kubeconfig => ({
  ...kubeconfig,
  server: `https://203.0.113.99:${port}`,
});

beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

clusterContract('kube-apiserver', async () => {
  const proxy = await openProxy(server.port);
  const cluster = connectCluster(through(proxy.port), '127.0.0.1');
  const other = connectCluster(server.admin, '127.0.0.1', { fieldManager: 'kubectl-edit' });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'contract' } };
  await cluster.apply(namespace, { dryRun: false, force: false }, soon());
  return {
    cluster,
    other,
    namespace: 'contract',
    cut: () => proxy.cut(),
    // The server's watch cache began after version 1, so it never knew it.
    expire: () => undefined,
    async close() {
      await cluster.close();
      await other.close();
      await proxy.close();
    },
  };
});

describe('connectCluster', () => {
  async function withCluster<T>(cluster: Cluster, use: (cluster: Cluster) => Promise<T>): Promise<T> {
    try {
      return await use(cluster);
    } finally {
      await cluster.close();
    }
  }
  const ready = (kubeconfig: Kubeconfig) =>
    withCluster(connectCluster(kubeconfig, '127.0.0.1', once), (cluster) => cluster.ready(soon()));

  test('takes the address that it is given, and verifies the name kubernetes', async () => {
    await expect(ready(through(server.port))).resolves.toEqual({ version: 'v1.34.4' });
  });

  test('another server name is refused, with the names that the certificate has', async () => {
    await expect(ready({ ...server.admin, tlsServerName: 'shop.example.com' })).rejects.toMatchObject({
      code: 'CertificateNameMismatch',
      message: expect.stringContaining('DNS:kubernetes'),
      details: { secret: 'shop/kubeconfig' },
    });
  });

  test('a wrong token is rejected', async () => {
    const credential = { kind: 'token', token: 'wrong' } as const;
    await expect(ready({ ...server.admin, credential })).rejects.toMatchObject({
      code: 'KubeconfigRejected',
      details: { secret: 'shop/kubeconfig' },
    });
  });

  test('a client certificate authenticates; what it may not do is named', async () => {
    await withCluster(connectCluster(server.stranger, '127.0.0.1'), async (cluster) => {
      await expect(cluster.ready(soon())).resolves.toEqual({ version: 'v1.34.4' });
      const pods = { apiVersion: 'v1', kind: 'Pod', namespace: 'contract' };
      await expect(cluster.list(pods, soon())).rejects.toMatchObject({
        code: 'KubeconfigRejected',
        message: 'The credential of the kubeconfig may not list pods in namespace contract.',
      });
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'contract' } };
      await expect(cluster.apply(object, { dryRun: false, force: false }, soon())).rejects.toMatchObject({
        code: 'KubeconfigRejected',
        details: { verb: 'patch', resource: 'configmaps' },
      });
      await expect(cluster.watch(pods, '1', soon())[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'KubeconfigRejected',
      });
    });
  });

  test('a stranger at the address gets no byte of a request', async () => {
    const authority = await createAuthority('stranger-ca');
    const { certificate, key } = await issue(authority, 'kube-apiserver', ['kubernetes']);
    let received = 0;
    const stranger = createTlsServer({ cert: certificate, key }, (socket) => {
      socket.on('error', () => undefined).on('data', (bytes) => (received += bytes.length));
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    await expect(ready(through(port))).rejects.toMatchObject({
      code: 'CertificateUntrusted',
      details: { address: `127.0.0.1:${port}` },
    });
    await new Promise((resolve) => stranger.close(resolve));
    expect(received).toBe(0);
  });

  test('a dead port is unreachable', async () => {
    const port = await freePort();
    await expect(ready(through(port))).rejects.toMatchObject({
      code: 'ApiServerUnreachable',
      message: `The API server at 127.0.0.1:${port} refuses connections.`,
    });
  });

  test('fifty calls one after another do not open a connection each', async () => {
    const proxy = await openProxy(server.port);
    await withCluster(connectCluster(through(proxy.port), '127.0.0.1'), async (cluster) => {
      for (let n = 0; n < 50; n++) await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' }, soon());
    });
    // A second one may come when a call begins in the very moment in which the first one ends.
    expect(proxy.opened()).toBeLessThanOrEqual(2);
    await proxy.close();
  });

  test('a value of a Secret that is refused is not repeated', async () => {
    await withCluster(connectCluster(server.admin, '127.0.0.1'), async (cluster) => {
      const object = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'pull', namespace: 'default' },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from('canary-not-json').toString('base64') },
      };
      const error = await cluster
        .apply(object, { dryRun: false, force: false }, soon())
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ApplyRejected', details: { fields: ['data[.dockerconfigjson]'] } });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/canary/);
    });
  });

  test('objects of custom kinds are found by discovery', async () => {
    await withCluster(connectCluster(server.admin, '127.0.0.1'), async (cluster) => {
      const group = 'example.com';
      const crd = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `buoys.${group}` },
        spec: {
          group,
          names: { kind: 'Buoy', plural: 'buoys' },
          scope: 'Namespaced',
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            },
          ],
        },
      };
      const buoy = {
        apiVersion: `${group}/v1`,
        kind: 'Buoy',
        metadata: { name: 'red', namespace: 'default' },
        depth: 3,
      };
      const how = { dryRun: false, force: false };
      await expect(cluster.apply(buoy, how, soon())).rejects.toMatchObject({ owner: 'change' });
      await cluster.apply(crd, how, soon());
      // Discovery follows a moment later; who has applied the CRD need not care.
      expect(await cluster.apply(buoy, how, soon())).toMatchObject({ kind: 'Buoy', depth: 3 });
    });
  });
});
