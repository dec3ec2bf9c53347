import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { fail } from '../errors.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { decodeInventory } from '../prune/stored-inventory.ts';
import { clusterScoped, owned, owner, releaseTo, withCalls } from '../testing/inventory.ts';

const forever = new AbortController().signal;
const namespace = clusterScoped('Namespace', 'shop');
const inventoryRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop',
  name: 'hawser-inventory.shop.production',
};
const objectsOf = (cluster: MemoryCluster): Manifest[] =>
  cluster.objects().filter(({ metadata }) => !metadata.name.startsWith('hawser-inventory'));
const present = (cluster: MemoryCluster): string[] =>
  objectsOf(cluster)
    .map((object) => describeRef(refOf(object)))
    .toSorted();
const tracked = async (cluster: MemoryCluster): Promise<string[]> => {
  const stored = await cluster.get(inventoryRef, forever);
  return stored === undefined ? [] : decodeInventory(owner, stored).entries.map(describeRef).toSorted();
};

/** The function dies at its n-th call: before the cluster has it, or after, when only the answer is lost. Nothing comes after. */
function dyingAt(cluster: Cluster, n: number, when: 'before' | 'after'): Cluster {
  let calls = 0;
  const die = (): never => {
    throw fail('ApiServerUnreachable', 'The function is dead.', { address: 'x' });
  };
  return withCalls(cluster, {
    before: () => {
      calls += 1;
      if (when === 'before' ? calls >= n : calls > n) die();
    },
    after: () => {
      if (calls >= n) die();
    },
  });
}

describe('a release that dies at any of its calls', () => {
  const config = (name: string): Manifest => owned('ConfigMap', name, { data: { name } });
  const before = [
    namespace,
    config('a'),
    config('b'),
    owned('Service', 'old', { spec: {} }),
    owned('PersistentVolumeClaim', 'data', { spec: {} }),
  ];
  const cut = [namespace, config('a'), config('c'), owned('Service', 'new', { spec: {} })];
  const after = [namespace, config('a'), config('d')];
  const calls = Array.from({ length: 26 }, (_, index) => index + 1);

  test('makes at most that many calls', async () => {
    const cluster = memoryCluster();
    await releaseTo(cluster, before);
    let made = 0;
    await releaseTo(withCalls(cluster, { before: () => made++ }), cut);
    expect(made).toBeLessThanOrEqual(calls.length);
    expect(made).toBeGreaterThan(15);
  });

  test.each(calls.flatMap((n) => [[n, 'before'] as const, [n, 'after'] as const]))(
    'call %i, %s: it is finished when it goes on, and so it is when another release comes',
    async (n, when) => {
      for (const next of [cut, after]) {
        const cluster = memoryCluster();
        await releaseTo(cluster, before);
        await releaseTo(dyingAt(cluster, n, when), cut).catch(() => undefined);
        // Whatever is there is known, or nothing could ever remove it.
        expect(await tracked(cluster)).toEqual(expect.arrayContaining(present(cluster)));
        await releaseTo(cluster, next);
        const left = [
          ...next.map((object) => describeRef(refOf(object))),
          'PersistentVolumeClaim shop/data',
        ].toSorted();
        expect(present(cluster)).toEqual(left);
        expect(await tracked(cluster)).toEqual(left);
      }
    },
  );

  test.each(calls)('the first one, at call %i', async (n) => {
    const cluster = memoryCluster();
    await releaseTo(dyingAt(cluster, n, 'after'), cut).catch(() => undefined);
    await releaseTo(cluster, after);
    expect(present(cluster)).toEqual(after.map((object) => describeRef(refOf(object))).toSorted());
  });
});

describe('any releases, deaths and people', () => {
  const kinds = ['ConfigMap', 'Service', 'PersistentVolumeClaim'] as const;
  const pool = kinds
    .flatMap((kind) => ['a', 'b', 'c'].map((name) => owned(kind, name, { spec: { of: name } })))
    .map((object) => {
      const { spec, ...rest } = object;
      return object.kind === 'ConfigMap' ? { ...rest, data: spec } : object;
    });
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        wanted: fc.subarray(pool),
        dies: fc.option(fc.integer({ min: 1, max: 40 })),
        when: fc.constantFrom('before' as const, 'after' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        person: fc.constantFrom(...pool),
        does: fc.constantFrom('makes' as const, 'removes' as const, 'replaces' as const),
      }),
    },
  );
  const config = { refuseAbove: { percent: 100, objects: 0 } };

  test('end with what is wanted, what people made, and the claims', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.subarray(pool), async (steps, last) => {
        const cluster = memoryCluster();
        cluster.put(namespace);
        const protectedUids = new Set<string | undefined>();
        const guard = (wanted: readonly Manifest[]): Cluster => ({
          ...cluster,
          async remove(ref, signal) {
            expect(wanted.map((object) => describeRef(refOf(object)))).not.toContain(describeRef(ref));
            await cluster.remove(ref, signal);
          },
        });
        const release = async (objects: readonly Manifest[], dies: number | null, when: 'before' | 'after') => {
          const all = [namespace, ...objects];
          const alive = guard(all);
          await releaseTo(dies === null ? alive : dyingAt(alive, dies, when), all, { config }).catch(
            (error: unknown) => {
              if (dies === null || (error as { code?: unknown }).code !== 'ApiServerUnreachable') throw error;
            },
          );
          // A claim may have come; none may go.
          for (const { kind, metadata } of cluster.objects())
            if (kind === 'PersistentVolumeClaim') protectedUids.add(metadata.uid);
        };
        for (const one of steps) {
          if ('wanted' in one) {
            await release(one.wanted, one.dies, one.when);
            continue;
          }
          const ref = refOf(one.person);
          const live = await cluster.get(ref, forever);
          if (one.does !== 'makes' && live !== undefined) {
            protectedUids.delete(live.metadata.uid);
            await cluster.remove(ref, forever);
          }
          const isMade = one.does === 'makes' ? live === undefined : one.does === 'replaces';
          const { name, namespace: where } = one.person.metadata;
          if (isMade)
            protectedUids.add(
              cluster.put({ ...one.person, metadata: { name, ...(where === undefined ? {} : { namespace: where }) } })
                .metadata.uid,
            );
        }
        await release(last, null, 'before');
        const wanted = new Set(last.map((object) => describeRef(refOf(object))));
        const others = objectsOf(cluster).filter(
          (object) => object.kind !== 'Namespace' && !wanted.has(describeRef(refOf(object))),
        );
        const uids = cluster.objects().map(({ metadata }) => metadata.uid);
        expect(present(cluster)).toEqual(expect.arrayContaining([...wanted]));
        expect(others.filter(({ metadata }) => !protectedUids.has(metadata.uid))).toEqual([]);
        expect([...protectedUids].filter((uid) => !uids.includes(uid))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
