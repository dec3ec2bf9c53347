import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { diff } from '../diff/diff.ts';
import { fail } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { counting } from '../testing/counting.ts';
import { apply } from './apply.ts';
import { compare } from './compare.ts';

const forever = new AbortController().signal;
const labels = { 'hawser.dev/environment': 'production' };
const object = (kind: string, name: string, fields: object = {}, apiVersion = 'v1'): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, labels, ...(kind === 'Namespace' ? {} : { namespace: 'shop' }) },
  ...fields,
});
const namespace = object('Namespace', 'shop');
const config = (name: string, greeting = 'hello'): Manifest => object('ConfigMap', name, { data: { greeting } });
const deployment = (image: string): Manifest =>
  object(
    'Deployment',
    'shop',
    { spec: { replicas: 2, template: { spec: { containers: [{ name: 'shop', image, args: [] }] } } } },
    'apps/v1',
  );
const app = (image: string): Manifest[] => [
  namespace,
  object('ServiceAccount', 'shop'),
  object('Secret', 'hawser-pull', { data: { a: 'eA==' } }),
  object('NetworkPolicy', 'shop', { spec: { podSelector: { a: 'b' } } }, 'networking.k8s.io/v1'),
  object('Service', 'shop', { spec: { ports: [{ port: 80 }] } }),
  deployment(image),
];

let cluster: MemoryCluster;
beforeEach(() => {
  cluster = memoryCluster();
});
const plan = (objects: readonly Manifest[], on: Cluster = cluster, force = false) =>
  compare(on, objects, { force }, forever);
const changes = async (objects: readonly Manifest[]) => (await plan(objects)).map(({ change }) => change);

/** Plans and applies; what it cost. */
async function cost(objects: readonly Manifest[], forbidden: Partial<Cluster> = {}): Promise<Record<string, number>> {
  const counted = counting({ ...cluster, ...forbidden });
  await apply(counted.cluster, await plan(objects, counted.cluster), () => undefined, forever);
  return counted.calls;
}

describe('requests', () => {
  test('a first deploy that brings its namespace: what lies in it is asked about once that is there, then written', async () => {
    expect(await cost(app('a:1'))).toEqual({ get: 2, 'dry-run': 6, apply: 6 });
  });

  test('a first deploy into a namespace that is there: the dry-runs tell that nothing is', async () => {
    await cost([namespace]);
    expect(await cost(app('a:1'))).toEqual({ get: 2, 'dry-run': 5, apply: 5 });
  });

  test('a deploy that changes one of N objects: N reads, one dry-run, one write; nothing changed: N reads', async () => {
    await cost(app('a:1'));
    expect(await cost(app('a:2'))).toEqual({ get: 6, 'dry-run': 1, apply: 1 });
    expect(await cost(app('a:2'))).toEqual({ get: 6 });
  });

  test('many of one kind are listed; what the list lacks is read if the dry-run says that it is there', async () => {
    const many = [namespace, ...Array.from({ length: 100 }, (_, index) => config(`c${index}`))];
    await cost(many);
    expect(await cost(many.with(1, config('c0', 'moin')))).toEqual({ get: 1, list: 1, 'dry-run': 1, apply: 1 });
    await cluster
      .as('somebody')
      .apply(
        { ...config('old'), metadata: { name: 'old', namespace: 'shop' } },
        { dryRun: false, force: false },
        forever,
      );
    expect(await cost([...many, config('old'), config('new')])).toEqual({ get: 2, list: 1, 'dry-run': 3, apply: 3 });
  });

  test('Secrets are read by name, never listed; objects without the label and forbidden lists are read one by one', async () => {
    const secrets = [0, 1, 2, 3].map((index) => object('Secret', `s${index}`));
    const bare = [0, 1, 2].map((index): Manifest => ({
      ...config(`b${index}`),
      metadata: { name: `b${index}`, namespace: 'shop' },
    }));
    const all = [namespace, ...secrets, ...bare];
    await cost(all);
    expect(await cost(all)).toMatchObject({ get: 8 });
    const configs = [0, 1, 2].map((index) => config(`c${index}`));
    await cost(configs);
    const list = async () => {
      throw fail('KubeconfigRejected', 'The credential may not list configmaps.', {
        secret: 's',
        verb: 'list',
        resource: 'configmaps',
      });
    };
    expect(await cost(configs, { list })).toEqual({ list: 1, get: 3 });
    expect(await cost(secrets)).toMatchObject({ get: 4 });
  });
});

describe('somebody writes between the read and the dry-run', () => {
  const theirs = () =>
    cluster.as('other').apply({ ...config('a'), data: { theirs: '1' } }, { dryRun: false, force: false }, forever);

  test('what they wrote is no change of ours', async () => {
    await cost([namespace, config('a')]);
    const raced: Cluster = {
      ...cluster,
      apply: async (one, how, signal) => {
        if (one.kind === 'ConfigMap' && cluster.objects().at(-1)?.metadata.resourceVersion === '3') await theirs();
        return cluster.apply(one, how, signal);
      },
    };
    const [, compared] = await plan([namespace, config('a', 'moin')], raced);
    expect(compared?.live).toMatchObject({ data: { greeting: 'hello', theirs: '1' } });
    expect(diff(config('a'), compared?.live ?? config('a'), compared?.predicted)).toEqual([
      { path: 'data.greeting', live: 'hello', desired: 'moin' },
    ]);
  });

  test('what they removed is created', async () => {
    await cost([namespace, config('a')]);
    const raced: Cluster = {
      ...cluster,
      apply: async (one, how, signal) => {
        if (one.kind === 'ConfigMap')
          await cluster.remove({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' }, signal);
        return cluster.apply(one, how, signal);
      },
    };
    expect((await plan([namespace, config('a', 'moin')], raced))[1]).toMatchObject({
      change: 'created',
      live: undefined,
    });
  });

  test('what they created is configured', async () => {
    await cost([namespace]);
    const raced: Cluster = {
      ...cluster,
      apply: async (one, how, signal) => (await theirs(), cluster.apply(one, how, signal)),
    };
    expect((await plan([namespace, config('a')], raced))[1]).toMatchObject({
      change: 'configured',
      live: { data: { theirs: '1' } },
    });
  });
});

test('an autoscaler that has scaled keeps its replicas, also on an object that is only found by the dry-run', async () => {
  const scaler = object(
    'HorizontalPodAutoscaler',
    'shop',
    { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' } } },
    'autoscaling/v2',
  );
  const managedFields = [
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      subresource: 'scale',
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    },
  ];
  cluster.put(namespace);
  cluster.put({
    ...deployment('a:1'),
    spec: { replicas: 5 },
    metadata: { name: 'shop', namespace: 'shop', managedFields },
  });
  const named = (name: string): Manifest => ({ ...deployment('a:1'), metadata: { name, namespace: 'shop', labels } });
  for (const others of [[], [config('missing')], [named('other'), named('another')]]) {
    const all = [namespace, deployment('a:1'), ...others, scaler];
    const compared = (await plan(all)).find(
      ({ desired }) => desired.kind === 'Deployment' && desired.metadata.name === 'shop',
    );
    expect(compared).toMatchObject({ change: 'configured', predicted: { spec: { replicas: 5 } } });
    expect(compared?.desired['spec']).not.toHaveProperty('replicas');
  }
});

describe('what is refused', () => {
  const typo = (name: string): Manifest => ({ ...config(name), dataa: {} });

  test('is refused all at once, in the order of the objects, with the code of the first', async () => {
    await cost([namespace]);
    await cluster.as('argocd').apply(config('held', 'theirs'), { dryRun: false, force: false }, forever);
    const error: unknown = await plan([typo('a'), config('good'), config('held'), typo('b')]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'ApplyRejected',
      message: expect.stringMatching(/^3 objects were refused\. .*shop\/a.*argocd owns .*shop\/b/),
      details: {
        object: 'configmap/a -n shop',
        problems: [expect.any(String), expect.any(String), expect.any(String)],
      },
    });
  });

  test('alone is told in its own words', async () => {
    await cost([namespace]);
    await expect(plan([typo('a'), config('b')])).rejects.toMatchObject({
      message: expect.stringMatching(/^The API server refused ConfigMap shop\/a/),
    });
  });

  test('does not make what lies in it refused, too', async () => {
    const refusing: Cluster = {
      ...cluster,
      apply: async (one, how, signal) => {
        if (one.kind === 'Namespace') throw fail('ApplyRejected', 'No such Namespace.', { object: 'n' });
        return cluster.apply(one, how, signal);
      },
    };
    await expect(plan([namespace, config('a')], refusing)).rejects.toMatchObject({ message: 'No such Namespace.' });
  });

  test('rights that are missing are told together; an unknown credential and a lost connection stop it at once', async () => {
    const refusing = async (details: object, code: 'KubeconfigRejected' | 'ApiServerUnreachable') => {
      let asked = 0;
      const on: Cluster = {
        ...cluster,
        get: async () => undefined,
        apply: async ({ metadata }) => {
          asked++;
          throw fail(code, `No ${metadata.name}.`, { secret: 's', address: 'a', ...details });
        },
      };
      const many = Array.from({ length: 40 }, (_, index) => config(`c${index}`, 'x')).map((one): Manifest => ({
        ...one,
        metadata: { ...one.metadata, labels: {} },
      }));
      return { error: await plan(many, on).catch((thrown: unknown) => thrown), asked };
    };
    const forbidden = await refusing({ verb: 'patch' }, 'KubeconfigRejected');
    expect(forbidden).toMatchObject({
      asked: 40,
      error: { code: 'KubeconfigRejected', message: expect.stringContaining('And 20 more.') },
    });
    expect((await refusing({}, 'KubeconfigRejected')).asked).toBeLessThan(10);
    expect((await refusing({}, 'ApiServerUnreachable')).asked).toBeLessThan(10);
  });
});

describe('what is not possible yet', () => {
  const definition = (served = 'v1'): Manifest => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [{ name: served, served: true, storage: true }],
    },
  });
  const widget = (version = 'v1'): Manifest => object('Widget', 'w', { spec: { size: 1 } }, `example.com/${version}`);

  test('a custom object comes with its CRD in one apply, once that is established', async () => {
    const all = [namespace, definition(), widget()];
    const comparisons = await plan(all);
    expect(comparisons.map(({ change, isDeferred }) => [change, isDeferred])).toEqual([
      ['created', undefined],
      ['created', undefined],
      ['created', true],
    ]);
    await apply(cluster, comparisons, () => undefined, forever);
    expect(cluster.objects().map(({ kind }) => kind)).toContain('Widget');
    expect(await changes(all)).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  test('a CRD that is not served yet, as after a release that was cut off, is waited for though it is unchanged', async () => {
    await cost([namespace]);
    await cluster.apply(definition(), { dryRun: false, force: false }, forever);
    const comparisons = await plan([namespace, definition(), widget()]);
    expect(comparisons.map(({ change }) => change)).toEqual(['unchanged', 'unchanged', 'created']);
    expect(comparisons[2]?.isDeferred).toBe(true);
    await apply(cluster, comparisons, () => undefined, forever);
    expect(cluster.objects().map(({ kind }) => kind)).toContain('Widget');
  });

  test('a version that the CRD only serves after the release is not asked for before', async () => {
    await cost([namespace, definition('v1')]);
    const versions = [
      { name: 'v1', served: true },
      { name: 'v2', served: true },
    ];
    const both = { ...definition(), spec: { ...(definition()['spec'] as object), versions } };
    const [, , second] = await plan([namespace, both, widget('v2')]);
    expect(second).toMatchObject({ change: 'created', isDeferred: true });
    expect(await cost([namespace, both, widget('v2')])).toMatchObject({ apply: 2 });
  });

  test('an object that the old schema of its CRD refuses is asked for again after the new one', async () => {
    await cost([namespace, definition(), widget()]);
    const edited = { ...definition(), metadata: { name: 'widgets.example.com', annotations: { edition: '2' } } };
    let isNew = false;
    const strict: Cluster = {
      ...cluster,
      apply: async (one, how, signal) => {
        if (one.kind === 'Widget' && !isNew) throw fail('ApplyRejected', 'field not declared', { object: 'w' });
        if (one.kind === 'CustomResourceDefinition' && !how.dryRun) isNew = true;
        return cluster.apply(one, how, signal);
      },
    };
    const bigger = object('Widget', 'w', { spec: { size: 2 } }, 'example.com/v1');
    const comparisons = await plan([namespace, edited, bigger], strict);
    expect(comparisons[2]).toMatchObject({ change: 'configured', isDeferred: true });
    await apply(strict, comparisons, () => undefined, forever);
    expect(cluster.objects().find(({ kind }) => kind === 'Widget')).toMatchObject({ spec: { size: 2 } });
    await expect(
      plan([bigger], { ...strict, apply: async () => Promise.reject(fail('ApplyRejected', 'no', { object: 'w' })) }),
    ).resolves.toMatchObject([{ change: 'unchanged' }]);
  });
});
