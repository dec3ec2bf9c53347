import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import { compareRefs } from '../render/order.ts';
import { clusterScoped, owned, owner } from '../testing/inventory.ts';
import { keyOf, plainRef, type Entry, type Inventory } from './inventory.ts';
import { leftoversOf, planPrune, type PruneInput, type PrunePlan } from './plan-prune.ts';

const config = { enabled: true, refuseAbove: { percent: 50, objects: 5 }, confirm: [] as string[] };
const withUid = (object: Manifest, uid = `u-${object.kind}-${object.metadata.name}`): Manifest => ({
  ...object,
  metadata: { ...object.metadata, uid },
});
const entryOf = (object: Manifest, more: Partial<Entry> = {}): Entry => ({
  ...refOf(object),
  ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
  ...more,
});
const inventoryOf = (entries: Entry[]): Inventory => ({ owner, namespace: 'shop', entries, stored: [] });
const plan = (was: Manifest[], wanted: Manifest[], more: Partial<PruneInput> = {}): PrunePlan =>
  planPrune({
    inventory: inventoryOf(was.map((object) => entryOf(object))),
    wanted,
    live: new Map(was.map((object) => [keyOf(refOf(object)), object])),
    config,
    ...more,
  });
const names = (refs: readonly { kind: string; name: string }[]): string[] =>
  refs.map(({ kind, name }) => `${kind} ${name}`);
const whys = ({ kept }: PrunePlan): string[] => kept.map(({ entry, why }) => `${entry.kind} ${entry.name}: ${why}`);

const namespace = withUid(clusterScoped('Namespace', 'shop'));
const deployment = withUid(owned('Deployment', 'web', { apiVersion: 'apps/v1' }));
const service = withUid(owned('Service', 'web'));
const claim = withUid(owned('PersistentVolumeClaim', 'data'));
const ingress = withUid(owned('Ingress', 'web', { apiVersion: 'networking.k8s.io/v1' }));

describe('planPrune', () => {
  test('what is not in the release goes, in the reverse order of applying', () => {
    const { remove, kept, gone, refused } = plan([namespace, service, deployment, ingress], [namespace]);
    expect(names(remove)).toEqual(['Ingress web', 'Deployment web', 'Service web']);
    expect({ kept, gone, refused }).toEqual({ kept: [], gone: [], refused: [] });
  });

  test('an object under another version of its group is the same object', () => {
    const old = { ...deployment, apiVersion: 'apps/v1beta1' };
    expect(plan([old], [owned('Deployment', 'web', { apiVersion: 'apps/v1' })])).toEqual({
      remove: [],
      kept: [],
      gone: [],
      refused: [],
    });
  });

  test('what was removed by somebody is gone', () => {
    const { gone, remove } = plan([service, deployment], [deployment], { live: new Map() });
    expect([names(gone), remove]).toEqual([['Service web'], []]);
  });

  test('what cannot be looked at stays', () => {
    const unread = new Map([[keyOf(refOf(service)), 'The credential may not get services.']]);
    expect(whys(plan([service], [deployment], { unread }))).toEqual([
      'Service web: it could not be looked at: The credential may not get services.',
    ]);
  });

  test('a confirmed Namespace stays as long as something in it stays, wanted or kept', () => {
    const confirmed = { config: { ...config, confirm: ['Namespace shop'] } };
    expect(
      names(plan([namespace, service], [owned('Service', 'other', { namespace: 'new' })], confirmed).remove),
    ).toEqual(['Service web', 'Namespace shop']);
    expect(whys(plan([namespace, service], [service], confirmed))).toEqual([
      'Namespace shop: Service web, which stays, would go with it',
    ]);
    const kept = plan([namespace, claim], [owned('Service', 'other', { namespace: 'new' })], confirmed);
    expect(whys(kept)[1]).toBe('Namespace shop: PersistentVolumeClaim data, which stays, would go with it');
  });

  test('a confirmed CRD stays as long as an object of its kind stays', () => {
    const crd = withUid(
      clusterScoped('CustomResourceDefinition', 'tables.db.example.com', {
        apiVersion: 'apiextensions.k8s.io/v1',
        spec: { group: 'db.example.com', names: { kind: 'Table' } },
      }),
    );
    const table = withUid(owned('Table', 'orders', { apiVersion: 'db.example.com/v1' }));
    const confirmed = { config: { ...config, confirm: ['CustomResourceDefinition tables.db.example.com'] } };
    expect(names(plan([crd, table], [service], confirmed).remove)).toEqual([
      'Table orders',
      'CustomResourceDefinition tables.db.example.com',
    ]);
    expect(whys(plan([crd, table], [table], confirmed))[0]).toContain('Table orders, which stays');
  });

  test('a refused set keeps each of its objects, tracked', () => {
    const many = Array.from({ length: 8 }, (_, index) => withUid(owned('ConfigMap', `c${index}`)));
    const refused = plan(many, [deployment]);
    expect(refused.remove).toEqual([]);
    expect(refused.refused).toEqual([expect.stringContaining('8 of 8 objects would go')]);
    expect(refused.kept.map(({ tracked }) => tracked)).toEqual(Array(8).fill(true));
    expect(plan(many, []).refused).toEqual([expect.stringContaining('no objects at all')]);
    expect(names(plan(many, [], { everything: true }).remove)).toHaveLength(8);
    const off = { config: { ...config, enabled: false } };
    expect(names(plan(many, [], { everything: true, ...off }).remove)).toHaveLength(8);
    expect(plan(many, [deployment], off)).toMatchObject({ remove: [], refused: [] });
  });

  test('what the release only adds, or adopted, does not make up for what it would remove', () => {
    const many = Array.from({ length: 6 }, (_, index) => withUid(owned('ConfigMap', `c${index}`)));
    const added = Array.from({ length: 20 }, (_, index) => owned('ConfigMap', `new${index}`));
    const tracked = added.map((object, index): Entry =>
      index % 2 === 0 ? entryOf(object) : entryOf(withUid(object), { adopted: true }),
    );
    const inventory = inventoryOf([...many.map((object) => entryOf(object)), ...tracked]);
    expect(plan(many, added, { inventory }).refused).toEqual([expect.stringContaining('6 of 6 objects')]);
  });
});

describe('planPrune, whatever there is', () => {
  /** One possible object of the world: whether the inventory, the cluster and the release have it, and under which UID. */
  const slot = (kind: string, name: string) => {
    const made =
      kind === 'Namespace'
        ? clusterScoped(kind, name)
        : owned(kind, name, { apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1' });
    const own = `u-${kind}-${name}`;
    const often = <T>(usual: T, ...others: T[]) =>
      fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, ...others.map((other) => fc.constant(other)));
    return fc.record({
      made: fc.constant(made),
      entry: often<Entry | undefined>(
        { ...refOf(made), uid: own },
        { ...refOf(made), uid: own, adopted: true },
        { ...refOf(made), uid: 'u-other' },
        refOf(made),
        undefined,
      ),
      live: often<Manifest | undefined>(
        withUid(made, own),
        withUid(made, 'u-new'),
        { ...made, metadata: { ...made.metadata, uid: own, labels: {} } },
        {
          ...made,
          metadata: { ...made.metadata, uid: own, managedFields: [{ manager: 'kubectl', operation: 'Apply' }] },
        },
        undefined,
      ),
      // u-Service-b: the release knows an object of the inventory by another name.
      wanted: often<Manifest | undefined>(undefined, made, withUid(made, own), withUid(made, 'u-Service-b')),
    });
  };
  const slots = ['ConfigMap', 'Service', 'PersistentVolumeClaim', 'Namespace', 'Deployment'].flatMap((kind) =>
    ['a', 'b', 'shop'].map((name) => slot(kind, name)),
  );
  const input = fc
    .record({
      world: fc.tuple(...slots, slot('Secret', 'hawser-pull')),
      everything: fc.boolean(),
      confirm: fc.subarray(['Namespace shop', 'PersistentVolumeClaim shop/a', 'ConfigMap shop/a']),
      percent: fc.constantFrom(1, 50, 100),
    })
    .map(({ world, everything, confirm, percent }): PruneInput => ({
      inventory: inventoryOf(world.flatMap(({ entry }) => entry ?? [])),
      wanted: world.flatMap(({ wanted }) => wanted ?? []),
      live: new Map(world.map(({ made, live }) => [keyOf(refOf(made)), live])),
      config: { enabled: true, refuseAbove: { percent, objects: 2 }, confirm },
      everything,
    }));

  test('Promise 9: only what this inventory created goes, by its UID; no Namespace, CRD or claim unasked', () => {
    let removed = 0;
    fc.assert(
      fc.property(input, (given) => {
        const { remove } = planPrune(given);
        removed += remove.length;
        const entries = new Map(given.inventory.entries.map((entry) => [keyOf(entry), entry]));
        const wantedKeys = given.wanted.map((object) => keyOf(refOf(object)));
        const wrong = remove.filter(({ uid, ...ref }) => {
          const [entry, live] = [entries.get(keyOf(ref)), given.live.get(keyOf(ref))];
          const isAsked = given.config.confirm.includes(describeRef(ref));
          const isOurs =
            live?.metadata.uid === uid &&
            live.metadata.labels?.['app.kubernetes.io/managed-by'] === 'hawser' &&
            (entry?.uid === undefined ? live.metadata.managedFields === undefined : entry.uid === uid) &&
            (entry?.adopted === undefined || isAsked);
          const isWanted =
            wantedKeys.includes(keyOf(ref)) ||
            given.wanted.some(({ metadata }) => metadata.uid === uid) ||
            (ref.kind === 'Namespace' && given.wanted.some(({ metadata }) => metadata.namespace === ref.name));
          const isPrecious = ['Namespace', 'PersistentVolumeClaim'].includes(ref.kind) && !isAsked;
          return !isOurs || isWanted || isPrecious || ref.name === 'hawser-pull';
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
    expect(removed).toBeGreaterThan(500);
  });

  test('each object that left the release is removed, kept or gone, and no other one is', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { remove, kept, gone } = planPrune(given);
        const judged = [...remove, ...kept.map(({ entry }) => entry), ...gone].map((ref) => keyOf(ref));
        const left = leftoversOf(given.inventory.entries, given.wanted.map(refOf)).map((entry) => keyOf(entry));
        expect(judged.toSorted()).toEqual(left.toSorted());
      }),
    );
  });

  test('it goes in the reverse order of applying, and a refusal leaves nothing to remove', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { remove, refused } = planPrune(given);
        expect(remove.map(plainRef)).toEqual(remove.map(plainRef).toSorted((a, b) => compareRefs(b, a)));
        const mayRemove = refused.length === 0 && (given.wanted.length > 0 || given.everything === true);
        expect(mayRemove ? [] : remove).toEqual([]);
      }),
    );
  });
});
