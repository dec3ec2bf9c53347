import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { node } from '../testing/capacity.ts';
import type { Comparison } from './compare.ts';
import { change, containersOf, NEW, OLD, pullingCluster, pulls } from './testing/pulling-cluster.ts';

describe('prePull', () => {
  test('lets each node pull the image, waits until it is there, and leaves nothing behind', async () => {
    const { memory, made, said, pods, pull } = pullingCluster();
    memory.put(node('b', 1_000));
    expect(await pull([change()])).toBeUndefined();
    expect(made.map(({ spec }) => (spec as { nodeName: string }).nodeName)).toEqual(['a', 'b']);
    expect(said).toEqual([
      'pulling registry.test/acme/shop@sha256:222222222222… on node a',
      'pulling registry.test/acme/shop@sha256:222222222222… on node b',
      'node a has the image',
      'node b has the image',
    ]);
    expect(pods()).toEqual([]);
  });

  test('makes a pod that runs nothing, is selected by nobody, and satisfies pod security restricted', async () => {
    const { made, pull } = pullingCluster();
    const podSpec = {
      imagePullSecrets: [{ name: 'hawser-pull' }],
      serviceAccountName: 'shop',
      tolerations: [{ operator: 'Exists' }],
    };
    await pull([
      change({ podSpec, container: { resources: { limits: { memory: '128Mi' }, requests: { memory: '64Mi' } } } }),
    ]);
    expect(made[0]).toMatchObject({
      metadata: {
        name: expect.stringMatching(/^hawser-pull-[0-9a-f]{10}-[0-9a-f]{10}$/),
        namespace: 'shop',
        labels: {
          'app.kubernetes.io/managed-by': 'hawser',
          'hawser.dev/pull': expect.stringMatching(/^[0-9a-f]{10}$/),
        },
      },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        imagePullSecrets: podSpec.imagePullSecrets,
        tolerations: podSpec.tolerations,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'web',
            image: NEW,
            imagePullPolicy: 'IfNotPresent',
            resources: { requests: { cpu: '1m', memory: '4Mi' }, limits: { memory: '128Mi' } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    });
    expect(made[0]?.['spec']).not.toHaveProperty('serviceAccountName');
  });

  test('takes the service account where it brings the pull secret', async () => {
    const { made, pull } = pullingCluster();
    await pull([change({ podSpec: { serviceAccountName: 'shop' } })]);
    expect(made[0]).toMatchObject({ spec: { serviceAccountName: 'shop' } });
  });

  test('pulls each new image once, of init containers, too, and none that runs already', async () => {
    const { made, pull } = pullingCluster();
    const container = (name: string, image: string) => ({ name, image });
    const template = (image: string) => ({
      podSpec: { initContainers: [container('migrate', image), container('wait', 'registry.test/wait:1')] },
    });
    const [before, after] = [template('registry.test/acme/migrate:1'), template('registry.test/acme/migrate:2')];
    await pull([change(after, OLD, NEW, before)]);
    const pairs = made.flatMap(containersOf).map(({ name, image }) => [name, image]);
    expect(pairs).toEqual([
      ['migrate', 'registry.test/acme/migrate:2'],
      ['web', NEW],
    ]);
  });

  test('updates the pull secret before it pulls', async () => {
    const { memory, answer, pull } = pullingCluster();
    const secret: Manifest = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hawser-pull', namespace: 'shop' },
      data: { a: 'Yg==' },
    };
    const other = { ...secret, metadata: { name: 'other', namespace: 'shop' } };
    const changes = [secret, other].map((one): Comparison => ({
      desired: one,
      live: undefined,
      predicted: one,
      change: 'created',
    }));
    answer((container, pod) =>
      memory.objects().some(({ kind }) => kind === 'Secret') ? pulls(container, pod) : undefined,
    );
    await pull([...changes, change({ podSpec: { imagePullSecrets: [{ name: 'hawser-pull' }] } })]);
    expect(
      memory
        .objects()
        .filter(({ kind }) => kind === 'Secret')
        .map(({ metadata }) => metadata.name),
    ).toEqual(['hawser-pull']);
  });
});
