import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectCluster } from '../../adapters/cluster.ts';
import { startApiServer, type ApiServer } from '../../adapters/contract/apiserver.ts';
import { fail } from '../errors.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { clusterScoped, owned, owner, releaseTo, withCalls } from '../testing/inventory.ts';
import type { Entry } from './inventory.ts';
import { decodeInventory } from './stored-inventory.ts';

let server: ApiServer;
let cluster: Cluster;
/** A person with kubectl. */
let person: Cluster;
let shop = '';
let count = 0;

const soon = (): AbortSignal => AbortSignal.timeout(30_000);
const write = { dryRun: false, force: true };

beforeAll(async () => {
  server = await startApiServer();
  cluster = connectCluster(server.admin, '127.0.0.1');
  person = connectCluster(server.admin, '127.0.0.1', { fieldManager: 'kubectl' });
});
afterAll(async () => {
  await cluster.close();
  await person.close();
  await server.stop();
});
beforeEach(() => {
  count += 1;
  shop = `shop-${count}`;
});

const inShop = (kind: string, name: string, more: Record<string, unknown> = {}): Manifest => {
  const object = owned(kind, name, more);
  object.metadata.namespace = shop;
  return object;
};
const namespace = (): Manifest => clusterScoped('Namespace', shop);
const config = (name: string): Manifest => inShop('ConfigMap', name, { data: { name } });
const byHand = (name: string, labels = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: shop, labels },
  data: { name: 'by hand' },
});
const claim = (): Manifest =>
  inShop('PersistentVolumeClaim', 'data', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  });
const live = (object: Manifest): Promise<Manifest | undefined> => cluster.get(refOf(object), soon());
const inventory = (): Promise<Manifest | undefined> =>
  cluster.get(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: shop, name: 'hawser-inventory.shop.production' },
    soon(),
  );
const entries = async (): Promise<Entry[]> => decodeInventory(owner, (await inventory()) ?? namespace()).entries;
const kept = (result: { kept: { ref: { kind: string; name: string }; why: string }[] }): string[] =>
  result.kept.map(({ ref, why }) => `${ref.kind} ${ref.name}: ${why}`);

describe('on a real API server', () => {
  test('what left the release goes, by the UIDs that the API server gave, and nothing else', async () => {
    await releaseTo(cluster, [namespace(), config('a'), config('b')]);
    expect((await entries()).map(({ uid }) => uid)).toEqual([
      (await live(namespace()))?.metadata.uid,
      (await live(config('a')))?.metadata.uid,
      (await live(config('b')))?.metadata.uid,
    ]);
    const result = await releaseTo(cluster, [namespace(), config('a')]);
    expect(result).toEqual({ removed: [refOf(config('b'))], kept: [], warnings: [] });
    expect(await live(config('b'))).toBeUndefined();
    expect(await live(config('a'))).toBeDefined();
  });

  test('a release that changes nothing leaves the resourceVersion of the inventory as it is', async () => {
    await releaseTo(cluster, [namespace(), config('a'), claim()]);
    await releaseTo(cluster, [namespace(), config('a')]);
    const before = (await inventory())?.metadata.resourceVersion;
    await releaseTo(cluster, [namespace(), config('a')]);
    expect((await inventory())?.metadata.resourceVersion).toBe(before);
  });

  test('what somebody makes anew just before it is removed stays: the UID is a condition of the removal', async () => {
    await releaseTo(cluster, [namespace(), config('a'), config('b')]);
    const racing: Cluster = {
      ...cluster,
      async remove(ref, signal) {
        await person.remove(refOf(config('b')), signal);
        await person.apply(byHand('b'), write, signal);
        await cluster.remove(ref, signal);
      },
    };
    const result = await releaseTo(racing, [namespace(), config('a')]);
    expect(kept(result)).toEqual([expect.stringContaining('another object has that name by now')]);
    expect(await live(config('b'))).toMatchObject({ data: { name: 'by hand' } });
    // Now it is seen to be another one, and forgotten.
    expect(kept(await releaseTo(cluster, [namespace(), config('a')]))).toEqual([
      expect.stringContaining('made it anew'),
    ]);
    expect(await entries()).toHaveLength(2);
    expect(await live(config('b'))).toBeDefined();
  });

  test('what was there before Hawser stays, until a person says so on it', async () => {
    await person.apply(namespace(), write, soon());
    // Copied labels make it nobody's but the person's.
    await person.apply(byHand('b', config('b').metadata.labels), write, soon());
    await releaseTo(cluster, [config('a'), config('b')]);
    expect(kept(await releaseTo(cluster, [config('a')]))).toEqual([expect.stringContaining('was there before Hawser')]);
    const annotated = byHand('b');
    annotated.metadata.annotations = { 'hawser.dev/prune': 'confirm' };
    await connectAs('kubectl-annotate', (annotate) => annotate.apply(annotated, write, soon()));
    expect((await releaseTo(cluster, [config('a')])).removed).toEqual([refOf(config('b'))]);
    expect(await live(config('b'))).toBeUndefined();
  });

  test('a planned object that a person made instead is not Hawser’s, whatever its labels say', async () => {
    const all = [namespace(), config('a'), config('b')];
    const dead = withCalls(cluster, {
      before(call) {
        if (call === `apply ConfigMap ${shop}/b`) throw fail('ApiServerUnreachable', 'Cut off.', { address: 'x' });
      },
    });
    await expect(releaseTo(dead, all)).rejects.toThrow('Cut off');
    await person.apply(byHand('b', config('b').metadata.labels), write, soon());
    expect(kept(await releaseTo(cluster, [namespace(), config('a')]))).toEqual([
      expect.stringContaining('nothing shows that Hawser made it'),
    ]);
    expect(await live(config('b'))).toBeDefined();
  });

  test('claims and Namespaces stay unasked, and go when they are confirmed', async () => {
    const old = clusterScoped('Namespace', `${shop}-old`);
    await releaseTo(cluster, [namespace(), old, config('a'), claim()]);
    const now = [namespace(), config('a')];
    const unasked = await releaseTo(cluster, now);
    expect(unasked.removed).toEqual([]);
    expect(kept(unasked)).toEqual([
      expect.stringContaining(`Namespace ${shop}-old: everything in it would go with it`),
      expect.stringContaining('PersistentVolumeClaim data: its data would go with it'),
    ]);
    const confirm = [`Namespace ${shop}-old`, `PersistentVolumeClaim ${shop}/data`];
    const asked = await releaseTo(cluster, now, { config: { confirm } });
    // No controller runs here that would finish the two, so both wait for their finalizers.
    expect(kept(asked)).toEqual([
      expect.stringMatching(/^PersistentVolumeClaim data: it is being removed; kubernetes\.io\/pvc-protection must/),
      expect.stringMatching(/^Namespace shop-\d+-old: it is being removed/),
    ]);
    expect((await live(old))?.metadata.deletionTimestamp).toBeDefined();
    expect((await live(namespace()))?.metadata.deletionTimestamp).toBeUndefined();
  });

  test('a finalizer holds an object: it stays tracked until it is gone', async () => {
    const held = inShop('ConfigMap', 'held', { metadata: { finalizers: ['example.com/held'] } });
    held.metadata.labels = { ...config('a').metadata.labels };
    held.metadata.namespace = shop;
    held.metadata.name = 'held';
    await releaseTo(cluster, [namespace(), config('a'), held]);
    const now = [namespace(), config('a')];
    const result = await releaseTo(cluster, now);
    expect(kept(result)).toEqual(['ConfigMap held: it is being removed; example.com/held must finish first']);
    expect((await entries()).at(-1)).toMatchObject({
      name: 'held',
      why: expect.stringContaining('being removed') as string,
    });
    const { finalizers: _, ...metadata } = held.metadata;
    await cluster.apply({ ...held, metadata: { ...metadata, name: 'held' } }, write, soon());
    expect(await live(held)).toBeUndefined();
    expect(await releaseTo(cluster, now)).toEqual({ removed: [], kept: [], warnings: [] });
    expect(await entries()).toHaveLength(2);
  });

  test('another version of the same group is the same object', async () => {
    const scaler = (apiVersion: string, target: object): Manifest =>
      inShop('HorizontalPodAutoscaler', 'web', {
        apiVersion,
        spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ...target },
      });
    await releaseTo(cluster, [namespace(), scaler('autoscaling/v1', { targetCPUUtilizationPercentage: 50 })]);
    const uid = (await live(scaler('autoscaling/v2', {})))?.metadata.uid;
    const result = await releaseTo(cluster, [namespace(), scaler('autoscaling/v2', {})]);
    expect(result).toEqual({ removed: [], kept: [], warnings: [] });
    expect((await entries()).at(-1)).toMatchObject({ apiVersion: 'autoscaling/v2', uid });
    expect((await releaseTo(cluster, [namespace(), config('a')])).removed).toHaveLength(1);
  });

  test('a large set is confirmed with the command that the refusal shows', async () => {
    const many = ['b', 'c', 'd', 'e', 'f', 'g'].map(config);
    await releaseTo(cluster, [namespace(), config('a'), ...many]);
    const { warnings, removed } = await releaseTo(cluster, [namespace(), config('a')]);
    expect(removed).toEqual([]);
    const [, key = '', value = ''] = /(hawser\.dev\/prune-confirm)=([0-9a-f]{8})/.exec(warnings[0] ?? '') ?? [];
    const { name = '' } = (await inventory())?.metadata ?? {};
    const metadata = { name, namespace: shop, annotations: { [key]: value } };
    await connectAs('kubectl-annotate', (annotate) =>
      annotate.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, write, soon()),
    );
    expect((await releaseTo(cluster, [namespace(), config('a')])).removed).toHaveLength(6);
  });
});

describe('with the rights of k8s/node/deployer.yaml', () => {
  test('the inventory is kept and what left the release goes; a Secret stays, as it may not be looked at', async () => {
    shop = 'shop';
    const file = readFileSync(join(import.meta.dirname, '../../../k8s/node/deployer.yaml'), 'utf8');
    const rights = loadAll(file) as Manifest[];
    for (const object of rights) await person.apply(object, write, soon());
    const subjects = [{ kind: 'User', name: 'stranger', apiGroup: 'rbac.authorization.k8s.io' }];
    for (const binding of rights.filter(({ kind }) => kind.endsWith('Binding'))) {
      const { name, namespace: where } = binding.metadata;
      const metadata = { name: `${name}-stranger`, ...(where === undefined ? {} : { namespace: where }) };
      await person.apply({ ...binding, metadata, subjects }, write, soon());
    }
    const deployer = connectCluster(server.stranger, '127.0.0.1');
    const service = inShop('Service', 'web', { spec: { ports: [{ port: 80 }] } });
    await releaseTo(cluster, [namespace(), config('a'), service, inShop('Secret', 'own')]);
    const result = await releaseTo(deployer, [namespace(), config('a')]);
    expect(result.removed).toEqual([refOf(service)]);
    expect(kept(result)).toEqual([
      'Secret own: it could not be looked at: The credential of the kubeconfig may not get secrets in namespace shop.',
    ]);
    await deployer.close();
  });
});

describe('a prune that is cut off', () => {
  const calls = Array.from({ length: 16 }, (_, index) => index + 1);

  test.each(calls)('at its call %i is finished by the next release', async (n) => {
    await releaseTo(cluster, [namespace(), config('a'), config('b'), config('c')]);
    let made = 0;
    const die = (isDue: boolean): void => {
      if (isDue) throw fail('ApiServerUnreachable', 'The function is dead.', { address: 'x' });
    };
    // The n-th call reaches the API server, its answer nobody.
    const dying = withCalls(cluster, {
      before: () => die(++made > n),
      after: () => die(made >= n),
    });
    const now = [namespace(), config('a'), config('d')];
    await releaseTo(dying, now).catch(() => undefined);
    await releaseTo(cluster, now);
    const { items } = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: shop }, soon());
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'd', 'hawser-inventory.shop.production']);
    expect((await entries()).map(describeRef)).toEqual([
      `Namespace ${shop}`,
      `ConfigMap ${shop}/a`,
      `ConfigMap ${shop}/d`,
    ]);
  });
});

async function connectAs(fieldManager: string, use: (cluster: Cluster) => Promise<unknown>): Promise<void> {
  const other = connectCluster(server.admin, '127.0.0.1', { fieldManager });
  await use(other);
  await other.close();
}
