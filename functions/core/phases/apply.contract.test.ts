import { describe, expect, test } from 'vitest';
import { corpus } from '../../adapters/contract/corpus.ts';
import { openTransport } from '../../adapters/kubernetes/transport.ts';
import type { Manifest } from '../kubernetes.ts';
import { nameServiceAccounts } from '../render/service-account.ts';
import { at } from '../rollout/field.ts';
import { counting } from '../testing/counting.ts';
import { apply } from './apply.ts';
import { compare } from './compare.ts';
import { takesOverFromKubectl } from './contract/after-kubectl.ts';
import { refusesConflicts } from './contract/conflicts.ts';
import { appliesEveryKind } from './contract/every-kind.ts';
import { config, soon, useApiServer } from './contract/use-api-server.ts';

const api = useApiServer();
const { live, plan, changes, deploy } = api;

appliesEveryKind(api);
takesOverFromKubectl(api);
refusesConflicts(api);

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
  const counted = counting(api.cluster);
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
  const transport = openTransport(api.admin, '127.0.0.1');
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
