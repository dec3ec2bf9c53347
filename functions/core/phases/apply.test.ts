import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { fail } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { apply, countChanges, describeChanges } from './apply.ts';
import { compare, isHumanConflict } from './compare.ts';

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

  test('stops asking when one object is refused', async () => {
    await deploy([namespace]);
    let asked = 0;
    const refusing: Cluster = {
      ...cluster,
      get: async () => (asked++, undefined),
      apply: async (object) => {
        if (object.metadata.name === 'c0') throw fail('ApplyRejected', 'No.');
        return object;
      },
    };
    const many = Array.from({ length: 40 }, (_, index) => config(`c${index}`));
    await expect(compare(refusing, many, { force: false }, forever)).rejects.toMatchObject({ code: 'ApplyRejected' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBeLessThan(10);
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

  test('with force, drift is seen whoever made it', async () => {
    await deploy([namespace, config('a')]);
    await cluster.as('argocd').apply(config('a', 'ours'), { dryRun: false, force: true }, forever);
    expect((await plan([config('a')], true))[0]?.change).toBe('configured');
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
  ['another code', fail('ApplyRejected', 'x', { managers: ['kubectl'] }), false],
  ['another error', new Error('kubectl'), false],
])('isHumanConflict: %s', (_, error, expected) => {
  expect(isHumanConflict(error)).toBe(expected);
});

test('changes in words', () => {
  expect(describeChanges(countChanges([]))).toBe('0 created, 0 configured, 0 unchanged');
});
