import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { fail } from '../errors.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { fingerprintOf } from '../prune/confirm.ts';
import type { Entry } from '../prune/inventory.ts';
import { decodeInventory } from '../prune/stored-inventory.ts';
import { inOrder } from '../render/order.ts';
import { clusterScoped, owned, owner, pruneConfig, releaseTo, withCalls } from '../testing/inventory.ts';
import { apply } from './apply.ts';
import { compare } from './compare.ts';
import { inventoryPlace, readInventory, trackPlanned } from './inventory.ts';
import { describePruned, previewPrune, prune } from './prune.ts';

const forever = new AbortController().signal;
const namespace = clusterScoped('Namespace', 'shop');
const config = (name: string): Manifest => owned('ConfigMap', name, { data: { name } });
const service = owned('Service', 'web', { spec: { ports: [{ port: 80 }] } });
const claim = owned('PersistentVolumeClaim', 'data', { spec: {} });
const inventoryRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop',
  name: 'hawser-inventory.shop.production',
};

let cluster: MemoryCluster;
beforeEach(() => {
  cluster = memoryCluster();
});

const present = (): string[] =>
  cluster
    .objects()
    .filter(({ metadata }) => !metadata.name.startsWith('hawser-inventory'))
    .map((object) => describeRef(refOf(object)))
    .toSorted();
const stored = async (ref = inventoryRef): Promise<Manifest | undefined> => cluster.get(ref, forever);
const entries = async (): Promise<Entry[]> => decodeInventory(owner, (await stored()) ?? namespace).entries;
const kept = ({ kept: list }: { kept: { ref: { kind: string; name: string }; why: string }[] }): string[] =>
  list.map(({ ref, why }) => `${ref.kind} ${ref.name}: ${why}`);

describe('the inventory in the cluster', () => {
  test('has each object with its UID after the release, and the ConfigMap is read once and written twice', async () => {
    await cluster.apply(namespace, { dryRun: false, force: false }, forever);
    const calls: string[] = [];
    await releaseTo(withCalls(cluster, { before: (call) => calls.push(call) }), [namespace, config('a'), service]);
    expect(calls.filter((call) => call.includes('hawser-inventory'))).toEqual([
      'get ConfigMap shop/hawser-inventory.shop.production',
      'apply ConfigMap shop/hawser-inventory.shop.production',
      'apply ConfigMap shop/hawser-inventory.shop.production',
    ]);
    const uids = new Map(cluster.objects().map((object) => [describeRef(refOf(object)), object.metadata.uid]));
    const tracked = await entries();
    expect(tracked.map(describeRef)).toEqual(['Namespace shop', 'ConfigMap shop/a', 'Service shop/web']);
    expect(tracked.map(({ uid }) => uid)).toEqual(tracked.map((entry) => uids.get(describeRef(entry))));
  });

  test('a release with the same objects writes nothing and asks once', async () => {
    await releaseTo(cluster, [namespace, config('a')]);
    const before = (await stored())?.metadata.resourceVersion;
    const calls: string[] = [];
    const changed = owned('ConfigMap', 'a', { data: { name: 'b' } });
    await releaseTo(withCalls(cluster, { before: (call) => calls.push(call) }), [namespace, changed]);
    expect(calls.filter((call) => call.includes('inventory'))).toEqual([`get ${describeRef(inventoryRef)}`]);
    expect(calls).toHaveLength(5);
    expect((await stored())?.metadata.resourceVersion).toBe(before);
  });

  test('makes the namespace that it goes into, if this very release has it, and no other', async () => {
    const objects = [clusterScoped('Namespace', 'other'), namespace, service];
    const inventory = await readInventory(cluster, inventoryPlace(owner, objects), forever);
    const wanted = objects.map((desired) => ({ desired, live: undefined }));
    await trackPlanned(cluster, inventory, wanted, forever);
    expect(cluster.objects().map(({ metadata }) => metadata.name)).toEqual([
      'shop',
      'hawser-inventory.shop.production',
    ]);
  });

  test('one that would be too large stops the release before its first write', async () => {
    const many = Array.from({ length: 9_000 }, (_, index) => ({
      desired: config(`a-rather-long-name-${index}`),
      live: undefined,
    }));
    const wanted = [{ desired: namespace, live: undefined }, ...many];
    const inventory = await readInventory(cluster, inventoryPlace(owner, [namespace]), forever);
    await expect(trackPlanned(cluster, inventory, wanted, forever)).rejects.toMatchObject({
      code: 'InventoryTooLarge',
    });
    expect(cluster.objects()).toEqual([]);
  });

  test('knows everything before the first write of a release', async () => {
    await releaseTo(cluster, [namespace, config('a')]);
    const found = await readInventory(cluster, inventoryPlace(owner, [service]), forever);
    await trackPlanned(cluster, found, [{ desired: service, live: undefined }], forever);
    expect((await entries()).map(describeRef)).toEqual(['Namespace shop', 'ConfigMap shop/a', 'Service shop/web']);
  });

  test('one that cannot be read stops the release before it applies anything', async () => {
    await releaseTo(cluster, [namespace, config('a')]);
    cluster.put({ ...((await stored()) ?? namespace), data: { inventory: 'by hand' } });
    await expect(releaseTo(cluster, [namespace, config('b')])).rejects.toMatchObject({ code: 'InventoryInvalid' });
    expect(present()).not.toContain('ConfigMap shop/b');
  });

  test('moves with the app to another namespace, once the release there serves', async () => {
    const before = [namespace, config('a')];
    await releaseTo(cluster, before);
    const after = [
      clusterScoped('Namespace', 'new'),
      owned('ConfigMap', 'a', { namespace: 'new', metadata: { namespace: 'new' } }),
    ];
    for (const object of after) object.metadata.labels = { ...namespace.metadata.labels };
    const { removed } = await releaseTo(cluster, after, { previous: before });
    expect(removed.map(describeRef)).toEqual(['ConfigMap shop/a']);
    expect(await stored()).toBeUndefined();
    const moved = decodeInventory(owner, (await stored({ ...inventoryRef, namespace: 'new' })) ?? namespace);
    expect(moved.entries.map(describeRef)).toEqual(['Namespace new', 'Namespace shop', 'ConfigMap new/a']);
  });

  test('two environments in one namespace leave each other alone', async () => {
    const staging = { app: 'shop', environment: 'staging' };
    const ofStaging = (name: string): Manifest => {
      const object = config(name);
      return {
        ...object,
        metadata: { ...object.metadata, labels: { ...object.metadata.labels, 'hawser.dev/environment': 'staging' } },
      };
    };
    await releaseTo(cluster, [namespace, config('a'), config('shared')]);
    await releaseTo(cluster, [ofStaging('b'), ofStaging('shared')], { owner: staging });
    // Staging applied it last, but production made it: neither removes it.
    const ofProduction = await releaseTo(cluster, [namespace, config('a')]);
    expect(kept(ofProduction)).toEqual([
      'ConfigMap shared: it belongs to somebody else by now: its label hawser.dev/environment is staging, not production',
    ]);
    const inStaging = await releaseTo(cluster, [ofStaging('b')], { owner: staging });
    expect(kept(inStaging)).toEqual([expect.stringContaining('it was there before Hawser first applied it')]);
    expect(present()).toEqual(['ConfigMap shop/a', 'ConfigMap shop/b', 'ConfigMap shop/shared', 'Namespace shop']);
  });
});

describe('prune', () => {
  test('removes what left the manifests, and says what', async () => {
    await releaseTo(cluster, [namespace, config('a'), config('b'), service]);
    const said: string[] = [];
    const result = await releaseTo(cluster, [namespace, config('a')], { said });
    expect(result).toEqual({ removed: [refOf(service), refOf(config('b'))], kept: [], warnings: [] });
    expect(said).toEqual(['removes 1 of 2: Service shop/web', 'removes 2 of 2: ConfigMap shop/b', '2 removed, 0 kept']);
    expect(present()).toEqual(['ConfigMap shop/a', 'Namespace shop']);
    expect((await entries()).map(describeRef)).toEqual(['Namespace shop', 'ConfigMap shop/a']);
  });

  test('fits the comparisons of a plan and what an apply does with them', async () => {
    const release = async (objects: Manifest[]): Promise<string[]> => {
      const comparisons = await compare(cluster, inOrder(objects), { force: false }, forever);
      const found = await readInventory(cluster, inventoryPlace(owner, objects), forever);
      const inventory = await trackPlanned(cluster, found, comparisons, forever);
      await apply(cluster, comparisons, () => undefined, forever);
      const result = await prune(cluster, inventory, comparisons, { config: pruneConfig }, () => undefined, forever);
      return result.removed.map(describeRef);
    };
    expect(await release([namespace, config('a'), service])).toEqual([]);
    expect((await entries()).filter(({ uid }) => uid === undefined)).toEqual([]);
    expect(await release([namespace, config('a')])).toEqual(['Service shop/web']);
  });

  test('the preview says the same, before the release is tracked and after, and writes nothing', async () => {
    await releaseTo(cluster, [namespace, config('a'), config('b'), claim]);
    const version = (await stored())?.metadata.resourceVersion;
    const wanted = [namespace, config('a'), service].map((desired) => ({ desired, live: undefined }));
    const found = await readInventory(cluster, inventoryPlace(owner, [namespace, config('a')]), forever);
    const preview = await previewPrune(cluster, found, wanted, { config: pruneConfig }, forever);
    expect(preview.remove.map(describeRef)).toEqual(['ConfigMap shop/b']);
    expect(preview.kept.map(({ entry }) => describeRef(entry))).toEqual(['PersistentVolumeClaim shop/data']);
    expect((await stored())?.metadata.resourceVersion).toBe(version);
    const tracked = await trackPlanned(cluster, found, wanted, forever);
    expect(await previewPrune(cluster, tracked, wanted, { config: pruneConfig }, forever)).toEqual(preview);
  });

  test('what was there before Hawser stays, until somebody confirms', async () => {
    cluster.put(namespace);
    cluster.put({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'shop' },
      data: { by: 'hand' },
    });
    await releaseTo(cluster, [config('a'), service]);
    expect(kept(await releaseTo(cluster, [service]))).toEqual([
      'ConfigMap a: it was there before Hawser first applied it; to let it go: kubectl annotate configmap a -n shop hawser.dev/prune=confirm, or add "ConfigMap shop/a" to environments.production.prune.confirm',
    ]);
    const { removed } = await releaseTo(cluster, [service], { config: { confirm: ['ConfigMap shop/a'] } });
    expect(removed.map(describeRef)).toEqual(['ConfigMap shop/a']);
  });

  test('a claim stays unasked; what stays costs no write at the next release', async () => {
    await releaseTo(cluster, [namespace, config('a'), claim]);
    await releaseTo(cluster, [namespace, config('a')]);
    const version = (await stored())?.metadata.resourceVersion;
    expect((await entries()).at(-1)).toMatchObject({
      kind: 'PersistentVolumeClaim',
      why: expect.stringContaining('its data would go') as string,
    });
    await releaseTo(cluster, [namespace, config('a')]);
    expect((await stored())?.metadata.resourceVersion).toBe(version);
    expect(present()).toContain('PersistentVolumeClaim shop/data');
  });

  test('what somebody made anew stays and is forgotten', async () => {
    await releaseTo(cluster, [namespace, config('a'), config('b')]);
    await cluster.remove(refOf(config('b')), forever);
    cluster.put(config('b'));
    const result = await releaseTo(cluster, [namespace, config('a')]);
    expect(kept(result)).toEqual([expect.stringContaining('somebody else made it anew')]);
    expect(present()).toContain('ConfigMap shop/b');
    expect((await releaseTo(cluster, [namespace, config('a')])).kept).toEqual([]);
  });

  test('one that is replaced between the look and the removal stays', async () => {
    await releaseTo(cluster, [namespace, config('a'), config('b')]);
    const racing: Cluster = {
      ...cluster,
      async remove(ref, signal) {
        await cluster.remove(refOf(config('b')), signal);
        cluster.put(config('b'));
        await cluster.remove(ref, signal);
      },
    };
    const result = await releaseTo(racing, [namespace, config('a')]);
    expect(kept(result)).toEqual([expect.stringContaining('another object has that name')]);
    expect(result.removed).toEqual([]);
    expect(present()).toContain('ConfigMap shop/b');
  });

  test('a refused set is told, the release goes on, and its confirmation is good for this set only', async () => {
    const many = ['b', 'c', 'd', 'e', 'f', 'g'].map(config);
    await releaseTo(cluster, [namespace, config('a'), ...many]);
    const refused = await releaseTo(cluster, [namespace, config('a')]);
    expect(refused.removed).toEqual([]);
    expect(refused.warnings).toEqual([expect.stringContaining('6 of 8 objects would go')]);
    expect(describePruned(refused)).toContain('prune-confirm=');
    const confirm = fingerprintOf(many.map(refOf));
    expect(refused.warnings[0]).toContain(confirm);
    const inventory = (await stored()) ?? namespace;
    cluster.put({
      ...inventory,
      metadata: { ...inventory.metadata, annotations: { 'hawser.dev/prune-confirm': confirm } },
    });
    expect((await releaseTo(cluster, [namespace, config('a')])).removed).toHaveLength(6);
    expect(present()).toEqual(['ConfigMap shop/a', 'Namespace shop']);
  });

  test('an app that is to go as a whole goes, and its inventory with it, but not what is precious', async () => {
    await releaseTo(cluster, [namespace, config('a'), service]);
    const found = await readInventory(cluster, inventoryPlace(owner, [namespace, config('a')]), forever);
    const options = { config: { ...pruneConfig, confirm: ['Namespace shop'] }, everything: true };
    const result = await prune(cluster, found, [], options, () => undefined, forever);
    expect(result.removed.map(describeRef)).toEqual(['Service shop/web', 'ConfigMap shop/a', 'Namespace shop']);
    expect(cluster.objects()).toEqual([]);
  });
});

describe('what does not go', () => {
  const failing = (error: Error, which = /^remove/): Cluster =>
    withCalls(cluster, {
      before(call) {
        if (which.test(call)) throw error;
      },
    });
  beforeEach(() => releaseTo(cluster, [namespace, config('a'), config('b'), service]));

  test('stays tracked with the reason, and goes with the next release', async () => {
    const refusing = failing(fail('ApplyRejected', 'The webhook says no.'), /^remove Service/);
    const result = await releaseTo(refusing, [namespace, config('a')]);
    expect(result.removed.map(describeRef)).toEqual(['ConfigMap shop/b']);
    expect(kept(result)).toEqual(['Service web: it could not be removed: The webhook says no.']);
    expect(await entries()).toContainEqual(
      expect.objectContaining({ name: 'web', why: expect.stringContaining('webhook') as string }),
    );
    expect((await releaseTo(cluster, [namespace, config('a')])).removed.map(describeRef)).toEqual(['Service shop/web']);
  });

  test('an object that waits for a finalizer is looked at again', async () => {
    const lingering: Cluster = {
      ...cluster,
      async remove(ref, signal) {
        const live = await cluster.get(ref, signal);
        if (live === undefined || ref.kind !== 'Service') return cluster.remove(ref, signal);
        cluster.put({
          ...live,
          metadata: { ...live.metadata, deletionTimestamp: '2026-11-24T10:00:00Z', finalizers: ['example.com/lb'] },
        });
      },
    };
    const result = await releaseTo(lingering, [namespace, config('a')]);
    expect(kept(result)).toEqual(['Service web: it is being removed; example.com/lb must finish first']);
    const calls: string[] = [];
    await releaseTo(withCalls(cluster, { before: (call) => calls.push(call) }), [namespace, config('a')]);
    expect(calls).not.toContain('remove Service shop/web');
    await cluster.remove(refOf(service), forever);
    expect((await releaseTo(cluster, [namespace, config('a')])).kept).toEqual([]);
    expect(await entries()).toHaveLength(2);
  });

  test('without a connection nothing more is tried, and nothing is lost', async () => {
    let removals = 0;
    const cut = failing(fail('ApiServerUnreachable', 'Nobody answers.', { address: 'x' }));
    const counting: Cluster = { ...cut, remove: (ref, signal) => (removals++, cut.remove(ref, signal)) };
    expect(kept(await releaseTo(counting, [namespace, config('a')]))).toHaveLength(2);
    expect(removals).toBe(1);
    expect((await releaseTo(cluster, [namespace, config('a')])).removed).toHaveLength(2);
  });

  test('an inventory that cannot be written is a warning, not a failure', async () => {
    const result = await releaseTo(failing(fail('ApplyRejected', 'Quota.'), /^apply .*inventory/), [
      namespace,
      config('a'),
    ]);
    expect(result.warnings).toEqual(['The prune was cut short, the next release finishes it: Quota.']);
    expect((await releaseTo(cluster, [namespace, config('a')])).warnings).toEqual([]);
    expect(await entries()).toHaveLength(2);
  });

  test('the end of the release’s time is thrown', async () => {
    const end = new AbortController();
    const ending = withCalls(cluster, {
      before(call) {
        if (call.startsWith('remove')) end.abort(new Error('time is up'));
      },
    });
    const release = releaseTo(ending, [namespace, config('a')], { signal: end.signal });
    await expect(release).rejects.toThrow('time is up');
    expect(await entries()).toHaveLength(4);
  });
});
