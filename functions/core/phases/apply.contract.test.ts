import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectCluster } from '../../adapters/cluster.ts';
import { startApiServer, type ApiServer } from '../../adapters/contract/apiserver.ts';
import { corpus } from '../../adapters/contract/corpus.ts';
import { diff } from '../diff/diff.ts';
import { driftOf } from '../diff/drift.ts';
import { entriesOf } from '../fields/set.ts';
import { isSettled } from '../fields/settled.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { inOrder } from '../render/order.ts';
import { nameServiceAccounts } from '../render/service-account.ts';
import { at, isRecord } from '../rollout/field.ts';
import { counting } from '../testing/counting.ts';
import { apply } from './apply.ts';
import { compare } from './compare.ts';

const soon = () => AbortSignal.timeout(50_000);
const plain = { dryRun: false, force: false };

let server: ApiServer;
let cluster: Cluster;
beforeAll(async () => {
  server = await startApiServer();
  cluster = connectCluster(server.admin, '127.0.0.1');
});
afterAll(async () => {
  await cluster.close();
  await server.stop();
});

/** The same API server through another field manager. */
async function as<T>(fieldManager: string, use: (other: Cluster) => Promise<T>): Promise<T> {
  const other = connectCluster(server.admin, '127.0.0.1', { fieldManager });
  try {
    return await use(other);
  } finally {
    await other.close();
  }
}
const live = (object: Manifest) => cluster.get(refOf(object), soon());
const plan = (all: readonly Manifest[], force = false) => compare(cluster, all, { force }, soon());
const changes = async (all: readonly Manifest[]) => (await plan(all)).map(({ change }) => change);
const deploy = async (all: readonly Manifest[]) => apply(cluster, await plan(all), () => undefined, soon());
const config = (name: string, data: Record<string, string>, metadata: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...metadata },
  data,
});

describe('every kind', () => {
  const objects = inOrder(corpus);
  const versions = async () => (await Promise.all(objects.map(live))).map((object) => object?.metadata.resourceVersion);

  test('a first plan says created and stores nothing; one apply makes all, custom objects with their CRD', async () => {
    expect(await changes(objects)).toEqual(objects.map(() => 'created'));
    expect(new Set(await versions())).toEqual(new Set([undefined]));
    await deploy(objects);
    expect((await versions()).filter((version) => version === undefined)).toEqual([]);
  });

  test('planned and applied again, nothing is written and nothing has drifted', async () => {
    const before = await versions();
    const changed = (await plan(objects)).filter(({ change }) => change !== 'unchanged');
    expect(changed.map(({ desired }) => refOf(desired))).toEqual([]);
    expect(driftOf(await plan(objects, true))).toEqual([]);
    await deploy(objects);
    expect(await versions()).toEqual(before);
  });

  test('what is found unchanged without a dry-run would be unchanged by one; any leaf that is edited is not', async () => {
    let settled = 0;
    for (const object of objects) {
      const now = await live(object);
      if (now === undefined || !isSettled(object, now, 'hawser')) continue;
      settled++;
      const predicted = await cluster.apply(object, { dryRun: true, force: false }, soon());
      // An empty list that is not stored counts as another value there, though not in what is stored.
      expect(diff(object, now, predicted)).toEqual([]);
      expect(entriesOf(predicted).map(({ fieldsV1 }) => fieldsV1)).toEqual(
        entriesOf(now).map(({ fieldsV1 }) => fieldsV1),
      );
      for (const edited of edits(object))
        expect({ edited, is: isSettled(edited, now, 'hawser') }).toMatchObject({ is: false });
    }
    expect(settled).toBeGreaterThan(objects.length / 2);
  });

  test('an apply that is cut off anywhere is finished by the next one, with what was planned', async () => {
    const edited = objects.map((object): Manifest => ({
      ...object,
      metadata: { ...object.metadata, annotations: { edition: '2' } },
    }));
    const planned = await plan(edited);
    const kinds = planned.filter(({ change }) => change === 'configured').length;
    for (const writes of [1, 7, 20]) {
      let left = writes;
      const dying: Cluster = {
        ...cluster,
        apply: async (object, how, signal) => {
          if (!how.dryRun && left-- === 0) throw new Error('cut off');
          return cluster.apply(object, how, signal);
        },
      };
      await expect(apply(dying, await plan(edited), () => undefined, soon())).rejects.toThrow('cut off');
    }
    await deploy(edited);
    expect(new Set(await changes(edited))).toEqual(new Set(['unchanged']));
    for (const { desired, live: before, predicted } of planned) {
      const after = await live(desired);
      if (before === undefined || after === undefined) throw new Error(`${desired.kind} is not there`);
      expect(diff(desired, after, predicted)).toEqual([]);
    }
    expect(kinds).toBe(objects.length);
  });
});

/** The object with one leaf changed or one field left out, in every way. */
function edits(object: Manifest): Manifest[] {
  const variants = (value: unknown): unknown[] => {
    if (Array.isArray(value))
      return value.flatMap((item, index) => variants(item).map((other) => value.with(index, other)));
    if (isRecord(value)) {
      const without = Object.keys(value).map((key) =>
        Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)),
      );
      const changed = Object.entries(value).flatMap(([key, item]) =>
        variants(item).map((other) => ({ ...value, [key]: other })),
      );
      return [...without, ...changed];
    }
    if (typeof value === 'string') return [`${value}x`];
    return typeof value === 'number' ? [value + 1] : [value !== true];
  };
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, ...fields } = metadata;
  return variants({ ...rest, metadata: fields }).map((edited) => {
    const { metadata: more = {}, ...other } = edited as { metadata?: object };
    return {
      apiVersion,
      kind,
      ...other,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...more },
    };
  });
}

describe('after kubectl apply', () => {
  /** As kubectl's client-side apply leaves an object behind: its fields as Update, and its own copy. */
  async function kubectlApplied(object: Manifest): Promise<void> {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(object) };
    const made = await as('kubectl-client-side-apply', (kubectl) =>
      kubectl.apply({ ...object, metadata: { ...object.metadata, annotations } }, plain, soon()),
    );
    const managedFields = entriesOf(made).map((entry) => ({ ...entry, operation: 'Update' }));
    await as('kubectl-client-side-apply', (kubectl) =>
      kubectl.patch(
        refOf(object),
        [
          { op: 'replace', path: '/metadata/managedFields', value: managedFields },
          { op: 'replace', path: '/metadata/resourceVersion', value: made.metadata.resourceVersion },
        ],
        soon(),
      ),
    );
  }

  test('a field that the manifest dropped goes, what another controller holds stays, and the plan said so', async () => {
    const before = config('moved', { kept: '1', dropped: '2', shared: '3' });
    await kubectlApplied(before);
    expect(entriesOf(await live(before)).map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'kubectl-client-side-apply Update',
    ]);
    await as('controller', (controller) =>
      controller.apply(config('moved', { shared: '3', theirs: '4' }), plain, soon()),
    );
    const version = (await live(before))?.metadata.resourceVersion;

    const wanted = config('moved', { kept: '1' });
    const [planned] = await plan([wanted]);
    expect((await live(before))?.metadata.resourceVersion).toBe(version);
    expect(planned?.change).toBe('configured');
    const shown = planned?.live === undefined ? [] : diff(wanted, planned.live, planned.predicted);
    expect(shown).toEqual([{ path: 'data.dropped', live: '2', desired: null }]);

    await deploy([wanted]);
    const after = await live(wanted);
    expect(after).toMatchObject({ data: { kept: '1', shared: '3', theirs: '4' } });
    expect(after?.['data']).not.toHaveProperty('dropped');
    expect(after?.metadata.annotations).toBeUndefined();
    expect(
      entriesOf(after)
        .map(({ manager, operation }) => `${manager} ${operation}`)
        .toSorted(),
    ).toEqual(['controller Apply', 'hawser Apply']);
    expect(await changes([wanted])).toEqual(['unchanged']);
  });

  test('a container that the manifest dropped goes', async () => {
    const with2 = (containers: object[]): Manifest => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'moved', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'moved' } },
        template: { metadata: { labels: { app: 'moved' } }, spec: { containers } },
      },
    });
    const shop = { name: 'shop', image: 'example.com/shop:1', env: [{ name: 'A', value: '1' }] };
    await kubectlApplied(
      with2([
        { ...shop, env: [...shop.env, { name: 'B', value: '2' }] },
        { name: 'sidecar', image: 'example.com/sidecar:1' },
      ]),
    );
    const wanted = with2([shop]);
    const [planned] = await plan([wanted]);
    const shown = planned?.live === undefined ? [] : diff(wanted, planned.live, planned.predicted);
    expect(shown.map(({ path }) => path)).toEqual([
      'spec.template.spec.containers[name=shop].env[name=B]',
      'spec.template.spec.containers[name=sidecar]',
    ]);
    await deploy([wanted]);
    expect(await live(wanted)).toMatchObject({
      spec: { template: { spec: { containers: [{ name: 'shop', env: [{ name: 'A' }] }] } } },
    });
  });

  test('what was there before anybody applied counts as a client’s', async () => {
    const before = config('ancient', { kept: '1', dropped: '2' });
    const made = await cluster.apply(before, plain, soon());
    // This empties managedFields, as on an object from the time before there were any.
    const patch = [
      { op: 'replace', path: '/metadata/managedFields', value: [{}] },
      { op: 'replace', path: '/metadata/resourceVersion', value: made.metadata.resourceVersion },
    ] as const;
    expect(entriesOf(await cluster.patch(refOf(before), patch, soon()))).toEqual([]);
    const wanted = config('ancient', { kept: '3' });
    const [planned] = await plan([wanted]);
    expect(planned?.predicted['data']).toEqual({ kept: '3' });
    await deploy([wanted]);
    expect((await live(wanted))?.['data']).toEqual({ kept: '3' });
    expect(await changes([wanted])).toEqual(['unchanged']);
  });

  test('somebody who writes between plan and apply does not stop it', async () => {
    const before = config('raced', { kept: '1', dropped: '2' });
    await kubectlApplied(before);
    const planned = await plan([config('raced', { kept: '1' })]);
    await as('controller', (controller) => controller.apply(config('raced', { theirs: '1' }), plain, soon()));
    await apply(cluster, planned, () => undefined, soon());
    expect((await live(before))?.['data']).toEqual({ kept: '1', theirs: '1' });
  });
});

describe('conflicts', () => {
  test('another manager’s field stops the plan and is named with its manager; the same value does not', async () => {
    await as('argocd', (argocd) => argocd.apply(config('held', { a: 'theirs', b: 'same' }), plain, soon()));
    await expect(plan([config('held', { a: 'ours', b: 'same' })])).rejects.toMatchObject({
      code: 'ApplyConflict',
      message: 'Hawser cannot apply ConfigMap default/held: argocd owns .data.a.',
    });
    expect(await changes([config('held', { b: 'same' })])).toEqual(['configured']);
  });

  test('the annotation takes the fields of that object', async () => {
    await as('argocd', (argocd) => argocd.apply(config('forced', { a: 'theirs' }), plain, soon()));
    const annotations = { 'hawser.dev/force-conflicts': 'true' };
    await deploy([config('forced', { a: 'ours' }, { annotations })]);
    expect(await live(config('forced', {}))).toMatchObject({ data: { a: 'ours' } });
    await as('argocd', (argocd) =>
      argocd.apply(config('forced', { a: 'theirs' }), { dryRun: false, force: true }, soon()),
    );
    await expect(
      plan([config('forced', { a: 'ours' }, { annotations: { 'hawser.dev/force-conflicts': 'false' } })]),
    ).rejects.toMatchObject({ code: 'ApplyConflict' });
  });

  test('all that is refused is told at once, and nothing is written', async () => {
    await as('argocd', (argocd) => argocd.apply(config('taken', { a: 'theirs' }), plain, soon()));
    const good = config('good', { a: '1' });
    const typo = { ...config('typo', {}), dataa: {} };
    const bad: Manifest = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'bad', namespace: 'default' },
      spec: { ports: [{ port: 99_999 }] },
    };
    const lost = config('lost', {}, { namespace: 'nowhere' });
    const error: unknown = await deploy([good, typo, bad, lost, config('taken', { a: 'ours' })]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      details: {
        problems: [
          expect.stringContaining('.dataa'),
          expect.stringContaining('spec.ports[0].port'),
          expect.stringContaining('nowhere'),
          expect.stringContaining('argocd owns .data.a'),
        ],
      },
    });
    for (const name of ['typo', 'lost', 'bad']) expect(String(error)).toContain(name);
    expect(await live(good)).toBeUndefined();
  });
});

test('an autoscaler keeps its replicas through a deploy, and they are no drift', async () => {
  const labels = { app: 'scaled' };
  const deployment = (image: string): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'scaled', namespace: 'default' },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } },
    },
  });
  const scaler: Manifest = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'scaled', namespace: 'default' },
    spec: {
      minReplicas: 2,
      maxReplicas: 9,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
    },
  };
  await deploy([deployment('example.com/shop:1'), scaler]);
  expect(await live(deployment(''))).toMatchObject({ spec: { replicas: 2 } });
  await scale('deployments', 'scaled', 5);
  expect(await changes([deployment('example.com/shop:1'), scaler])).toEqual(['unchanged', 'unchanged']);
  await deploy([deployment('example.com/shop:2'), scaler]);
  expect(await live(deployment(''))).toMatchObject({ spec: { replicas: 5 } });
  const [drift] = await plan([deployment('example.com/shop:2'), scaler], true);
  expect(drift?.change).toBe('unchanged');
  // Without an autoscaler the manifest's number counts, and who scaled by another door is named.
  await expect(plan([deployment('example.com/shop:2')])).rejects.toMatchObject({ code: 'ApplyConflict' });
});

test('a CRD whose names another one has is told at once', async () => {
  const widgets = corpus.find(({ kind }) => kind === 'CustomResourceDefinition');
  const spec = widgets?.['spec'] as { names: object };
  const other = {
    ...widgets,
    metadata: { name: 'gadgets.example.com' },
    spec: { ...spec, names: { kind: 'Widget', plural: 'gadgets' } },
  } as Manifest;
  await expect(deploy([other])).rejects.toMatchObject({
    code: 'ApplyRejected',
    message: expect.stringMatching(/gadgets.* is not served: .* already in use/),
  });
});

test('N objects of an app cost a read each, and two more requests for the one that differs', async () => {
  const labels = { 'hawser.dev/environment': 'counted' };
  const many = Array.from({ length: 100 }, (_, index) => config(`many-${index}`, { n: '1' }, { labels }));
  await deploy(many);
  const counted = counting(cluster);
  const edited = many.with(50, config('many-50', { n: '2' }, { labels }));
  await apply(
    counted.cluster,
    await compare(counted.cluster, edited, { force: false }, soon()),
    () => undefined,
    soon(),
  );
  expect(counted.calls).toEqual({ list: 1, 'dry-run': 1, apply: 1 });
});

/** As the autoscaler's controller does it. */
async function scale(plural: string, name: string, replicas: number): Promise<void> {
  const { openTransport } = await import('../../adapters/kubernetes/transport.ts');
  const transport = openTransport(server.admin, '127.0.0.1');
  const answer = await transport.call(
    {
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/default/${plural}/${name}/scale`,
      query: { fieldManager: 'kube-controller-manager' },
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas } },
    },
    soon(),
  );
  expect(answer.status).toBe(200);
  await transport.close();
}

describe('a service account', () => {
  const app = (pod: object): Manifest => {
    const object: Manifest = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'with-account', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'with-account' } },
        template: {
          metadata: { labels: { app: 'with-account' } },
          spec: { ...pod, containers: [{ name: 'app', image: 'app:1' }] },
        },
      },
    };
    nameServiceAccounts(object);
    return object;
  };
  const accountOf = async (): Promise<unknown> =>
    at(await live(app({})), 'spec', 'template', 'spec', 'serviceAccountName') ?? null;

  test('that a release adds is gone again after a rollback, though the API server keeps a copy of the name', async () => {
    await deploy([app({})]);
    await deploy([app({ serviceAccountName: 'shop' })]);
    expect(await accountOf()).toBe('shop');
    expect(await changes([app({ serviceAccountName: 'shop' })])).toEqual(['unchanged']);
    await deploy([app({})]);
    expect(await accountOf()).toBeNull();
    expect(await changes([app({})])).toEqual(['unchanged']);
  });
});
