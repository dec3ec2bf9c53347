import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest, Ref } from '../../core/kubernetes.ts';
import { entriesOf } from '../../core/fields/set.ts';
import type { Cluster, Selection, WatchEvent } from '../../core/ports.ts';
import type { PatchOperation } from '../../core/render/patch.ts';

export interface ClusterRig {
  cluster: Cluster;
  /** The same cluster through the field manager `kubectl-edit`. */
  other: Cluster;
  /** A namespace that exists and is empty. */
  namespace: string;
  /** Breaks all connections that are open now, where there are any. */
  cut(): void;
  /** Makes the cluster forget resource version 1, where it has not yet. */
  expire(): void;
  close(): Promise<void>;
}

const plain = { dryRun: false, force: false };
const soon = () => AbortSignal.timeout(20_000);

/** What every Cluster does, on a real API server and in memory. */
export function clusterContract(name: string, make: () => Promise<ClusterRig>): void {
  describe(`${name}: Cluster`, () => {
    let rig: ClusterRig;
    beforeAll(async () => {
      rig = await make();
    });
    afterAll(() => rig.close());

    const configMap = (object: string, data: Record<string, string>, labels?: Record<string, string>): Manifest => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: object, namespace: rig.namespace, ...(labels === undefined ? {} : { labels }) },
      data,
    });
    const refTo = (object: string): Ref => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: rig.namespace,
      name: object,
    });
    const deployment = (object: string, replicas: number, image: string): Manifest => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: object, namespace: rig.namespace },
      spec: {
        replicas,
        selector: { matchLabels: { app: object } },
        template: { metadata: { labels: { app: object } }, spec: { containers: [{ name: 'app', image }] } },
      },
    });
    const select = (labelSelector: string): Selection => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: rig.namespace,
      labelSelector,
    });
    const apply = (object: Manifest, how = plain) => rig.cluster.apply(object, how, soon());

    test('is ready and names its version', async () => {
      expect((await rig.cluster.ready(soon())).version).toMatch(/^v1\.\d+\.\d+/);
    });

    test('apply creates; what is there can be read', async () => {
      const made = await apply(configMap('created', { a: '1' }));
      expect(made.metadata.uid).toBeDefined();
      expect(await rig.cluster.get(refTo('created'), soon())).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } });
      expect(await rig.cluster.get(refTo('absent'), soon())).toBeUndefined();
    });

    test('apply of the same again changes nothing', async () => {
      const first = await apply(deployment('same', 1, 'example.com/shop:1'));
      const again = await apply(deployment('same', 1, 'example.com/shop:1'));
      expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      expect(first.metadata.generation).toBe(1);
      const changed = await apply(deployment('same', 2, 'example.com/shop:1'));
      expect(changed.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      expect(changed.metadata.generation).toBe(2);
    });

    test('dry run predicts the object and stores nothing', async () => {
      const before = await apply(configMap('dry', { a: '1' }));
      const predicted = await apply(configMap('dry', { a: '2' }), { dryRun: true, force: false });
      expect(predicted).toMatchObject({ data: { a: '2' } });
      expect(await rig.cluster.get(refTo('dry'), soon())).toMatchObject({
        data: { a: '1' },
        metadata: { resourceVersion: before.metadata.resourceVersion },
      });
      await apply(configMap('never', { a: '1' }), { dryRun: true, force: false });
      expect(await rig.cluster.get(refTo('never'), soon())).toBeUndefined();
    });

    test('a field that is left out goes away; what others own stays', async () => {
      await apply(configMap('shrinking', { a: '1', b: '2' }));
      await rig.other.apply(configMap('shrinking', { c: '3' }), plain, soon());
      expect((await apply(configMap('shrinking', { a: '1' })))['data']).toEqual({ a: '1', c: '3' });
    });

    test('a container that is left out goes away', async () => {
      const image = 'example.com/shop:1';
      const two = deployment('sidecar', 1, image);
      const spec = two['spec'] as { template: { spec: { containers: unknown[] } } };
      spec.template.spec.containers.push({ name: 'sidecar', image: 'example.com/sidecar:1' });
      await apply(two);
      const one = await apply(deployment('sidecar', 1, image));
      const left = one['spec'] as { template: { spec: { containers: { name: string }[] } } };
      expect(left.template.spec.containers.map((container) => container.name)).toEqual(['app']);
    });

    test('another manager’s field is a conflict that names it; force takes it over', async () => {
      await rig.other.apply(deployment('contested', 3, 'example.com/shop:1'), plain, soon());
      await expect(apply(deployment('contested', 1, 'example.com/shop:2'))).rejects.toMatchObject({
        code: 'ApplyConflict',
        message: expect.stringContaining(`kubectl-edit owns`),
        details: {
          object: `deployment/contested -n ${rig.namespace}`,
          managers: ['kubectl-edit', 'kubectl-edit'],
          fields: expect.arrayContaining(['.spec.replicas', '.spec.template.spec.containers[name="app"].image']),
        },
      });
      const taken = await apply(deployment('contested', 1, 'example.com/shop:2'), { dryRun: false, force: true });
      expect(taken).toMatchObject({ spec: { replicas: 1 } });
      await expect(
        rig.other.apply(deployment('contested', 3, 'example.com/shop:1'), plain, soon()),
      ).rejects.toMatchObject({ details: { managers: ['hawser', 'hawser'] } });
    });

    test('an unknown field is refused by name', async () => {
      const object = deployment('typo', 1, 'example.com/shop:1');
      object['spec'] = { ...(object['spec'] as object), replicaz: 2 };
      await expect(apply(object)).rejects.toMatchObject({
        code: 'ApplyRejected',
        message: expect.stringContaining('.spec.replicaz'),
        details: { fields: ['.spec.replicaz'] },
      });
    });

    test.each<[string, (object: Manifest) => void, string, RegExp]>([
      [
        'a namespace that is not there',
        ({ metadata }) => (metadata.namespace = 'nowhere'),
        'NamespaceNotFound',
        /namespaces "nowhere" not found/,
      ],
      ['a missing namespace', ({ metadata }) => delete metadata.namespace, 'ApplyRejected', /names no namespace/],
      [
        'a kind that is not there',
        (object) => (object.apiVersion = 'example.com/v1'),
        'KindUnknown',
        /does not know \(example\.com\/v1\)/,
      ],
    ])('refuses %s', async (_, edit, code, message) => {
      const object = configMap('refused', {});
      edit(object);
      await expect(apply(object)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    });

    test('lists what is selected, whole, with the version to watch from', async () => {
      await apply(configMap('listed-1', {}, { group: 'listed' }));
      await apply(configMap('listed-2', {}, { group: 'listed' }));
      await apply(configMap('listed-3', {}, { group: 'other' }));
      const { items, resourceVersion } = await rig.cluster.list(select('group=listed'), soon());
      expect(items.map((item) => [item.apiVersion, item.kind, item.metadata.name])).toEqual([
        ['v1', 'ConfigMap', 'listed-1'],
        ['v1', 'ConfigMap', 'listed-2'],
      ]);
      expect(Number(resourceVersion)).toBeGreaterThan(0);
    });

    test('remove removes, with a UID only that object, and what has gone is no error', async () => {
      await apply(configMap('removed', {}));
      const wrong = { ...refTo('removed'), uid: '00000000-0000-0000-0000-000000000000' };
      await expect(rig.cluster.remove(wrong, soon())).rejects.toMatchObject({ code: 'ApplyRejected' });
      const uid = (await rig.cluster.get(refTo('removed'), soon()))?.metadata.uid;
      await rig.cluster.remove({ ...refTo('removed'), ...(uid === undefined ? {} : { uid }) }, soon());
      expect(await rig.cluster.get(refTo('removed'), soon())).toBeUndefined();
      await rig.cluster.remove(refTo('removed'), soon());
    });

    const guarded = (version: string | undefined, ...operations: PatchOperation[]): PatchOperation[] => [
      ...operations,
      { op: 'replace', path: '/metadata/resourceVersion', value: version },
    ];

    test('patch changes the object that it was made from, and no other', async () => {
      const { metadata } = await apply(configMap('patched', { a: '1' }));
      const patch = guarded(metadata.resourceVersion, { op: 'add', path: '/data/b', value: '2' });
      expect(await rig.cluster.patch(refTo('patched'), patch, soon())).toMatchObject({ data: { a: '1', b: '2' } });
      const late = guarded(metadata.resourceVersion, { op: 'add', path: '/data/c', value: '3' });
      expect(await rig.cluster.patch(refTo('patched'), late, soon())).toBeUndefined();
      expect((await rig.cluster.get(refTo('patched'), soon()))?.['data']).toEqual({ a: '1', b: '2' });
      expect(await rig.cluster.patch(refTo('absent'), patch, soon())).toBeUndefined();
    });

    test('fields that managedFields give to a manager go when its next apply leaves them out', async () => {
      const made = await rig.other.apply(configMap('given', { a: '1', b: '2' }), plain, soon());
      expect(entriesOf(made)).toMatchObject([
        {
          manager: 'kubectl-edit',
          operation: 'Apply',
          apiVersion: 'v1',
          fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } },
        },
      ]);
      const value = entriesOf(made).map((entry) => ({ ...entry, manager: 'hawser' }));
      const patch = guarded(made.metadata.resourceVersion, { op: 'replace', path: '/metadata/managedFields', value });
      await rig.cluster.patch(refTo('given'), patch, soon());
      const after = await apply(configMap('given', { a: '1' }));
      expect(after['data']).toEqual({ a: '1' });
      expect(entriesOf(after).map(({ manager }) => manager)).toEqual(['hawser']);
    });

    test('an apply that carries managedFields is refused', async () => {
      const object = configMap('carrying', {});
      object.metadata.managedFields = [{ manager: 'x' }];
      await expect(apply(object)).rejects.toMatchObject({
        message: expect.stringMatching(/managedFields must be nil/),
      });
    });

    test('the log of a pod that is not there is empty', async () => {
      const options = { container: 'app', previous: false, lines: 10 };
      expect(await rig.cluster.logs({ namespace: rig.namespace, name: 'none' }, options, soon())).toEqual([]);
    });

    test('watch tells each change once and in order, through broken connections', async () => {
      const { resourceVersion } = await rig.cluster.list(select('group=watched'), soon());
      const watched = follow(rig.cluster, select('group=watched'), resourceVersion);
      await apply(configMap('w', { n: '0' }, { group: 'watched' }));
      await watched.until(1);
      for (let n = 1; n <= 20; n++) {
        await apply(configMap('w', { n: String(n) }, { group: 'watched' }));
        if (n % 5 === 0) rig.cut();
      }
      await apply(configMap('unseen', {}, { group: 'other' }));
      await rig.cluster.remove(refTo('w'), soon());
      await watched.until(22);
      const seen = watched.events.map(({ type, object }) => [type, (object['data'] as { n: string }).n]);
      const modified = Array.from({ length: 20 }, (_, n) => ['MODIFIED', String(n + 1)]);
      expect(seen).toEqual([['ADDED', '0'], ...modified, ['DELETED', '20']]);
      await watched.stop();
    });

    test('watch from a forgotten version tells what is there, then what changes', async () => {
      await apply(configMap('old', { n: '0' }, { group: 'forgotten' }));
      rig.expire();
      const watched = follow(rig.cluster, select('group=forgotten'), '1');
      await watched.until(1);
      await apply(configMap('old', { n: '1' }, { group: 'forgotten' }));
      await watched.until(2);
      expect(watched.events.map(({ type, object }) => [type, object['data']])).toEqual([
        ['ADDED', { n: '0' }],
        ['MODIFIED', { n: '1' }],
      ]);
      await watched.stop();
    });

    test('a watch ends with its signal, as does a call', async () => {
      const watched = follow(
        rig.cluster,
        select('group=silent'),
        (await rig.cluster.list(select('a=b'), soon())).resourceVersion,
      );
      await watched.stop();
      expect(watched.events).toEqual([]);
      const reason = new Error('the deadline');
      await expect(rig.cluster.get(refTo('any'), AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}

/** Collects a watch's events in the background. `stop` ends it by its signal and fails if the watch failed. */
function follow(cluster: Cluster, selection: Selection, resourceVersion: string) {
  const end = new AbortController();
  const events: WatchEvent[] = [];
  const ended = (async () => {
    for await (const event of cluster.watch(selection, resourceVersion, end.signal)) events.push(event);
  })();
  return {
    events,
    async until(count: number): Promise<void> {
      await expect.poll(() => events.length, { timeout: 15_000, interval: 10 }).toBeGreaterThanOrEqual(count);
    },
    async stop(): Promise<void> {
      end.abort();
      await ended;
    },
  };
}
