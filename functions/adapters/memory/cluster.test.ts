import { expect, test } from 'vitest';
import type { Manifest } from '../../core/kubernetes.ts';
import { fail } from '../../core/errors.ts';
import { clusterContract } from '../contract/cluster.ts';
import { memoryCluster } from './cluster.ts';

const signal = () => AbortSignal.timeout(5_000);
const plain = { dryRun: false, force: false };
const shop: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const deployment: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: { replicas: 1 },
};

clusterContract('memory', async () => {
  const cluster = memoryCluster();
  cluster.put(shop);
  return {
    cluster,
    other: cluster.as('kubectl-edit'),
    namespace: 'shop',
    cut: () => undefined,
    expire: () => cluster.expire(),
    close: () => cluster.close(),
  };
});

test('onApply plays a controller: it sees stored changes only, and its status survives the next apply', async () => {
  const seen: string[] = [];
  const cluster = memoryCluster({
    onApply(object, self) {
      seen.push(object.kind);
      if (object.kind === 'Deployment') self.put({ ...object, status: { availableReplicas: 1 } });
    },
  });
  cluster.put(shop);
  await cluster.apply(deployment, { dryRun: true, force: false }, signal());
  await cluster.apply(deployment, plain, signal());
  await cluster.apply(deployment, plain, signal());
  expect(seen).toEqual(['Deployment']);
  expect(cluster.objects().at(-1)).toMatchObject({ status: { availableReplicas: 1 }, metadata: { generation: 1 } });
});

test('after a gap, a watcher that was there is told what has gone, too', async () => {
  const cluster = memoryCluster();
  cluster.put(shop);
  await cluster.apply(deployment, plain, signal());
  const selection = { apiVersion: 'apps/v1', kind: 'Deployment' };
  const { resourceVersion } = await cluster.list(selection, signal());
  const events = cluster.watch(selection, resourceVersion, signal())[Symbol.asyncIterator]();
  const first = events.next();
  await cluster.apply({ ...deployment, spec: { replicas: 2 } }, plain, signal());
  expect((await first).value).toMatchObject({ type: 'MODIFIED' });
  await cluster.remove({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'shop' }, signal());
  cluster.expire();
  expect((await events.next()).value).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'shop' } } });
});

test('breakWith fails calls and watches', async () => {
  const cluster = memoryCluster();
  const next = cluster.watch({ apiVersion: 'v1', kind: 'Pod' }, '1', signal())[Symbol.asyncIterator]().next();
  cluster.breakWith(fail('ApiServerUnreachable', 'The API server is gone.'));
  await expect(next).rejects.toMatchObject({ code: 'ApiServerUnreachable' });
  await expect(cluster.ready(signal())).rejects.toMatchObject({ code: 'ApiServerUnreachable' });
  cluster.breakWith(undefined);
  await expect(cluster.ready(signal())).resolves.toEqual({ version: 'v1.34.4' });
});

test('logs are the last lines', async () => {
  const cluster = memoryCluster({ logs: (_, { previous }) => (previous ? ['a', 'b', 'c'] : []) });
  const pod = { namespace: 'shop', name: 'shop-1' };
  expect(await cluster.logs(pod, { container: 'app', previous: true, lines: 2 }, signal())).toEqual(['b', 'c']);
});
