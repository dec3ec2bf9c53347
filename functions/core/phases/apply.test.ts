import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { diff } from '../diff/diff.ts';
import { fail } from '../errors.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { apply, countChanges, describeChanges } from './apply.ts';
import { compare } from './compare.ts';
import { isHumanConflict } from './conflict.ts';

const forever = new AbortController().signal;
const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const config = (name: string, greeting = 'hello'): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { greeting },
});

let cluster: MemoryCluster;
let writes: string[];
let counted: Cluster;

beforeEach(() => {
  cluster = memoryCluster();
  writes = [];
  counted = {
    ...cluster,
    apply: (object, how, signal) => {
      if (!how.dryRun) writes.push(object.metadata.name);
      return cluster.apply(object, how, signal);
    },
  };
});

const plan = (objects: Manifest[], force = false) => compare(counted, objects, { force }, forever);

async function deploy(objects: Manifest[]): Promise<string[]> {
  const said: string[] = [];
  await apply(counted, await plan(objects), (text) => void said.push(text), forever);
  return said;
}

const changes = async (objects: Manifest[]): Promise<string[]> => (await plan(objects)).map(({ change }) => change);

describe('compare', () => {
  test('tells what is created, configured and unchanged, in the order given, and stores nothing', async () => {
    const all = [namespace, config('a'), config('b')];
    expect(await changes(all)).toEqual(['created', 'created', 'created']);
    expect(cluster.objects()).toEqual([]);
    await deploy(all);
    expect(await changes([namespace, config('a', 'moin'), config('b'), config('c')])).toEqual([
      'unchanged',
      'configured',
      'unchanged',
      'created',
    ]);
  });

  test('objects of a namespace that is itself to be created are created', async () => {
    const [, second] = await plan([namespace, config('a')]);
    expect(second).toMatchObject({ change: 'created', live: undefined, predicted: config('a') });
  });
});

describe('apply', () => {
  test('writes in order and says where it is; a second time it writes nothing', async () => {
    const all = [namespace, config('a'), config('b')];
    expect(await deploy(all)).toEqual([
      '1 of 3: Namespace shop',
      '2 of 3: ConfigMap shop/a',
      '3 of 3: ConfigMap shop/b',
      '3 created, 0 configured, 0 unchanged',
    ]);
    expect(writes).toEqual(['shop', 'a', 'b']);
    writes = [];
    expect(await deploy(all)).toEqual(['0 created, 0 configured, 3 unchanged']);
    expect(writes).toEqual([]);
  });

  test.each(['kubectl-edit', 'kubectl-client-side-apply', 'k9s'])(
    'what a person set with %s is taken over',
    async (manager) => {
      await deploy([namespace, config('a')]);
      await cluster.as(manager).apply(config('a', 'by hand'), { dryRun: false, force: true }, forever);
      expect(await changes([config('a')])).toEqual(['configured']);
      await deploy([config('a')]);
      expect(cluster.objects().at(-1)).toMatchObject({ data: { greeting: 'hello' } });
    },
  );

  test('what another manager holds stops the plan, and nothing is written', async () => {
    await deploy([namespace, config('a')]);
    writes = [];
    await cluster.as('argocd').apply(config('a', 'ours'), { dryRun: false, force: true }, forever);
    await expect(deploy([config('b'), config('a')])).rejects.toMatchObject({
      code: 'ApplyConflict',
      message: expect.stringContaining('argocd owns .data.greeting') as string,
    });
    expect(writes).toEqual([]);
  });

  test('a manager that takes a field between plan and apply stops the apply', async () => {
    await deploy([namespace, config('a')]);
    const planned = await plan([config('a', 'moin')]);
    await cluster.as('argocd').apply(config('a', 'ours'), { dryRun: false, force: true }, forever);
    await expect(apply(counted, planned, () => undefined, forever)).rejects.toMatchObject({ code: 'ApplyConflict' });
    expect(cluster.objects().at(-1)).toMatchObject({ data: { greeting: 'ours' } });
  });

  test('wave by wave: what others need is there before they are begun, webhooks come last', async () => {
    const object = (kind: string, name: string, apiVersion: string): Manifest => ({
      apiVersion,
      kind,
      metadata: { name, ...(kind.endsWith('Configuration') ? {} : { namespace: 'shop' }) },
    });
    const all = [
      object('ValidatingWebhookConfiguration', 'hook', 'admissionregistration.k8s.io/v1'),
      object('Ingress', 'web', 'networking.k8s.io/v1'),
      object('Deployment', 'web', 'apps/v1'),
      object('RoleBinding', 'web', 'rbac.authorization.k8s.io/v1'),
      ...Array.from({ length: 20 }, (_, index) => config(`c${index}`)),
      namespace,
    ];
    const events: string[] = [];
    const slow: Cluster = {
      ...cluster,
      apply: async (one, how, signal) => {
        if (how.dryRun) return cluster.apply(one, how, signal);
        events.push(`begin ${one.kind}`);
        await new Promise((resolve) => setImmediate(resolve));
        const applied = await cluster.apply(one, how, signal);
        events.push(`end ${one.kind}`);
        return applied;
      },
    };
    const said: string[] = [];
    await apply(slow, await compare(slow, all, { force: false }, forever), (text) => void said.push(text), forever);
    const order = ['Namespace', 'ConfigMap', 'RoleBinding', 'Deployment', 'Ingress', 'ValidatingWebhookConfiguration'];
    expect([...new Set(events.map((event) => event.split(' ')[1]))]).toEqual(order);
    for (const [index, kind] of order.slice(1).entries())
      expect(events.indexOf(`begin ${kind}`)).toBeGreaterThan(events.lastIndexOf(`end ${order[index]}`));
    const underWay = events.map((_, index) =>
      events.slice(0, index + 1).reduce((sum, event) => sum + (event.startsWith('begin') ? 1 : -1), 0),
    );
    expect(Math.max(...underWay)).toBe(8);
    expect(said.at(-1)).toBe('25 created, 0 configured, 0 unchanged');
  });

  test('one that fails lets those under way end, and begins no other', async () => {
    const many = [namespace, ...Array.from({ length: 40 }, (_, index) => config(`c${index}`))];
    await deploy([namespace]);
    const planned = await plan(many);
    let [begun, ended] = [0, 0];
    const failing: Cluster = {
      ...cluster,
      apply: async (one, how, signal) => {
        begun++;
        if (one.metadata.name === 'c3') throw fail('ApplyRejected', 'No.', { object: 'c3' });
        await new Promise((resolve) => setImmediate(resolve));
        return cluster.apply(one, how, signal).finally(() => ended++);
      },
    };
    await expect(apply(failing, planned, () => undefined, forever)).rejects.toMatchObject({ message: 'No.' });
    expect(begun).toBeLessThan(15);
    expect(ended).toBe(begun - 1);
    const now = begun;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(begun).toBe(now);
    await deploy(many);
    expect(await changes(many)).toEqual(many.map(() => 'unchanged'));
  });

  test('returns what was compared, in the order of applying, as it is now', async () => {
    await deploy([namespace, config('a')]);
    const applied = await apply(counted, await plan([config('b'), config('a'), namespace]), () => undefined, forever);
    expect(applied.map(({ desired, change }) => [desired.metadata.name, change])).toEqual([
      ['shop', 'unchanged'],
      ['b', 'created'],
      ['a', 'unchanged'],
    ]);
    const uids = cluster.objects().map(({ metadata }) => metadata.uid);
    expect(applied.map(({ live }) => live?.metadata.uid)).toEqual([uids[0], uids[2], uids[1]]);
  });

  test('says where it is in few lines, however many objects there are', async () => {
    const said = await deploy([namespace, ...Array.from({ length: 300 }, (_, index) => config(`c${index}`))]);
    expect(said.length).toBeLessThanOrEqual(26);
    expect(said.slice(0, 2)).toEqual([
      '1 of 301: Namespace shop',
      expect.stringMatching(/^14 of 301: ConfigMap shop\/c\d+$/),
    ]);
  });

  test('with force, drift is seen whoever made it', async () => {
    await deploy([namespace, config('a')]);
    await cluster.as('argocd').apply(config('a', 'ours'), { dryRun: false, force: true }, forever);
    expect((await plan([config('a')], true))[0]?.change).toBe('configured');
  });
});

/** As `kubectl apply` without --server-side leaves an object behind. */
function kubectlApplied(object: Manifest): void {
  const data = Object.fromEntries(Object.keys(object['data'] as object).map((key) => [`f:${key}`, {}]));
  const managedFields = [
    {
      manager: 'kubectl-client-side-apply',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': data },
    },
  ];
  cluster.put({ ...object, metadata: { ...object.metadata, managedFields } });
}

describe('after kubectl apply', () => {
  const before: Manifest = { ...config('a'), data: { greeting: 'hello', old: 'x' } };

  test('a field that the manifest dropped is planned to go, and goes, though somebody writes in between', async () => {
    await deploy([namespace]);
    kubectlApplied(before);
    const planned = await plan([config('a')]);
    expect(planned).toMatchObject([{ change: 'configured', predicted: { data: { greeting: 'hello' } } }]);
    expect(planned[0]?.predicted['data']).not.toHaveProperty('old');
    await cluster
      .as('other')
      .apply({ ...config('a'), data: { theirs: '1' } }, { dryRun: false, force: false }, forever);
    await apply(counted, planned, () => undefined, forever);
    expect(cluster.objects().at(-1)?.['data']).toEqual({ greeting: 'hello', theirs: '1' });
    expect(await changes([config('a')])).toEqual(['unchanged']);
  });
});

describe('properties', () => {
  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const data = fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('1', '2', '3'), { maxKeys: 3 });
  const set = fc.dictionary(names, data, { maxKeys: 5 });
  const objects = (from: Record<string, Record<string, string>>): Manifest[] => [
    namespace,
    ...Object.entries(from).map(([name, value]): Manifest => ({ ...config(name), data: value })),
  ];

  test('what is planned is what happens; applied again, nothing does; whatever was there before', async () => {
    await fc.assert(
      fc.asyncProperty(set, set, set, async (ours, kubectls, wanted) => {
        cluster = memoryCluster();
        counted = cluster;
        await deploy(objects(ours));
        for (const object of objects(kubectls).slice(1)) if (!(object.metadata.name in ours)) kubectlApplied(object);
        const planned = await plan(objects(wanted));
        await apply(cluster, planned, () => undefined, forever);
        for (const { desired, predicted, change } of planned) {
          const after = await cluster.get(refOf(desired), forever);
          if (after === undefined) throw new Error('not applied');
          expect(diff(desired, after, predicted)).toEqual([]);
          const isKept = after.metadata.resourceVersion === predicted.metadata.resourceVersion;
          expect(isKept).toBe(change === 'unchanged');
          expect(after['data'] ?? {}).toEqual(wanted[desired.metadata.name] ?? {});
        }
        const stored = JSON.stringify(cluster.objects());
        expect(new Set(await changes(objects(wanted)))).toEqual(new Set(['unchanged']));
        await deploy(objects(wanted));
        expect(JSON.stringify(cluster.objects())).toBe(stored);
      }),
      { numRuns: 150 },
    );
  });
});

test.each<[string, unknown, boolean]>([
  ['one person', fail('ApplyConflict', 'x', { object: 'o', managers: ['kubectl-edit'] }), true],
  [
    'a person and a controller',
    fail('ApplyConflict', 'x', { object: 'o', managers: ['kubectl-edit', 'argocd'] }),
    false,
  ],
  ['nobody named', fail('ApplyConflict', 'x', { object: 'o', managers: [] }), false],
  ['a name with kubectl in it', fail('ApplyConflict', 'x', { object: 'o', managers: ['my-kubectl'] }), false],
  [
    'what was there before, and ourselves',
    fail('ApplyConflict', 'x', { object: 'o', managers: ['before-first-apply', 'hawser'] }),
    true,
  ],
  ['another code', fail('ApplyRejected', 'x', { managers: ['kubectl'] }), false],
  ['another error', new Error('kubectl'), false],
])('isHumanConflict: %s', (_, error, expected) => {
  expect(isHumanConflict(error)).toBe(expected);
});

test('changes in words', () => {
  expect(describeChanges(countChanges([]))).toBe('0 created, 0 configured, 0 unchanged');
});

describe('a namespace that the release makes', () => {
  test('one object in it that is refused keeps all the others from being written', async () => {
    const refusing: Cluster = {
      ...counted,
      apply: async (one, how, signal) => {
        if (one.metadata.name === 'c') throw fail('ApplyRejected', 'ConfigMap shop/c is wrong.', { fields: ['.data'] });
        return counted.apply(one, how, signal);
      },
    };
    const planned = await compare(
      refusing,
      [namespace, config('a'), config('b'), config('c')],
      { force: false },
      forever,
    );
    const placeOf = () => ({ file: 'base/c.yaml', line: 5 });
    await expect(apply(refusing, planned, () => undefined, forever, placeOf)).rejects.toMatchObject({
      message: 'ConfigMap shop/c is wrong (k8s/base/c.yaml:5).',
    });
    expect(writes).toEqual(['shop']);
  });
});
