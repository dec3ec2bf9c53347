import { beforeEach, describe, expect, test } from 'vitest';
import { memoryClock } from '../../adapters/memory/clock.ts';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { fail } from '../errors.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { node, workload, type WorkloadParts } from '../testing/capacity.ts';
import type { Comparison } from './compare.ts';
import { prePull } from './pull.ts';

const forever = new AbortController().signal;
const OLD = `registry.test/acme/shop@sha256:${'1'.repeat(64)}`;
const NEW = `registry.test/acme/shop@sha256:${'2'.repeat(64)}`;
const recreate = { strategy: { type: 'Recreate' } };
const message404 = `rpc error: code = NotFound desc = failed to pull and unpack image "${NEW}": failed to resolve reference "${NEW}": ${NEW}: not found`;

/** What the kubelet says of each container of a pod that pulls; undefined: it is still at it. */
type Kubelet = (container: { name: string; image: string }, pod: Manifest) => object | undefined;
const pulls: Kubelet = ({ image }) => ({
  imageID: image,
  state: { terminated: { reason: 'StartError', exitCode: 128, message: 'stat /hawser/…: no such file or directory' } },
});
const waits =
  (reason: string, message: string): Kubelet =>
  () => ({ imageID: '', state: { waiting: { reason, message } } });

let memory: MemoryCluster;
let cluster: Cluster;
let kubelet: Kubelet;
let made: Manifest[];
let removed: string[];
let said: string[];

beforeEach(() => {
  kubelet = pulls;
  [made, removed, said] = [[], [], []];
  memory = memoryCluster({ onApply: (object) => object.kind === 'Pod' && run(object) });
  memory.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  memory.put(node('a', 1_000));
  cluster = {
    ...memory,
    remove: (ref, signal) => {
      removed.push(ref.name);
      return memory.remove(ref, signal);
    },
  };
});

function containersOf(pod: Manifest): { name: string; image: string }[] {
  return (pod['spec'] as { containers: { name: string; image: string }[] }).containers;
}

function run(pod: Manifest): void {
  made.push(pod);
  const containerStatuses = containersOf(pod).map((one) => ({
    name: one.name,
    ...(kubelet(one, pod) ?? { state: { waiting: { reason: 'ContainerCreating' } } }),
  }));
  memory.put({ ...pod, status: { phase: 'Pending', containerStatuses } });
}

const imageOf = (image: string, parts: WorkloadParts): Manifest => workload('web', { spec: recreate, ...parts, image });

function change(parts: WorkloadParts = {}, from = OLD, to = NEW): Comparison {
  const predicted = imageOf(to, parts);
  return { desired: predicted, live: imageOf(from, parts), predicted, change: 'configured' };
}

function pull(comparisons: Comparison[], signal = forever) {
  const ports = { cluster, clock: memoryClock('2026-11-24T10:00:00Z', { auto: true }) };
  return prePull(ports, comparisons, { facts: { secret: 'shop/registry' } }, (text) => void said.push(text), signal);
}

const pods = (): Manifest[] => memory.objects().filter(({ kind }) => kind === 'Pod');

describe('prePull', () => {
  test('lets each node pull the image, waits until it is there, and leaves nothing behind', async () => {
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
    await pull([change({ podSpec: { serviceAccountName: 'shop' } })]);
    expect(made[0]).toMatchObject({ spec: { serviceAccountName: 'shop' } });
  });

  test('pulls each new image once, of init containers, too, and none that runs already', async () => {
    const container = (name: string, image: string) => ({ name, image });
    const template = (image: string) => ({
      podSpec: { initContainers: [container('migrate', image), container('wait', 'registry.test/wait:1')] },
    });
    const predicted = imageOf(NEW, template('registry.test/acme/migrate:2'));
    await pull([
      {
        desired: predicted,
        live: imageOf(OLD, template('registry.test/acme/migrate:1')),
        predicted,
        change: 'configured',
      },
    ]);
    const pairs = made.flatMap(containersOf).map(({ name, image }) => [name, image]);
    expect(pairs).toEqual([
      ['migrate', 'registry.test/acme/migrate:2'],
      ['web', NEW],
    ]);
  });

  test('updates the pull secret before it pulls', async () => {
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
    kubelet = (container, pod) =>
      memory.objects().some(({ kind }) => kind === 'Secret') ? pulls(container, pod) : undefined;
    await pull([...changes, change({ podSpec: { imagePullSecrets: [{ name: 'hawser-pull' }] } })]);
    expect(
      memory
        .objects()
        .filter(({ kind }) => kind === 'Secret')
        .map(({ metadata }) => metadata.name),
    ).toEqual(['hawser-pull']);
  });

  test('makes no pod where the node has the image', async () => {
    const has = node('a', 1_000);
    memory.put({
      ...has,
      status: { ...(has['status'] as object), images: [{ names: [NEW, 'registry.test/acme/shop:2'] }] },
    });
    expect(await pull([change()])).toBeUndefined();
    expect([made, said]).toEqual([[], []]);
    await pull([change({}, OLD, NEW.replace('@', ':2@'))]);
    expect(made).toEqual([]);
  });

  test('pulls on no node that the pods may not come to', async () => {
    memory.put(node('b', 1_000, { spec: { unschedulable: true } }));
    await pull([change({ podSpec: { nodeSelector: { disk: 'ssd' } } })]);
    expect(made).toEqual([]);
    await pull([change()]);
    expect(made).toHaveLength(1);
  });

  const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  });
  test.each<[string, WorkloadParts, number]>([
    ['Recreate', {}, 1],
    ['maxSurge 0', { spec: rolling(0, 1) }, 1],
    ['one pod that may be missing', { spec: rolling(1, 1) }, 1],
    ['a pod more', { spec: rolling(1, 0) }, 0],
    ['the default, with one pod', { spec: {} }, 0],
    ['the default, with four: one goes at once', { spec: { replicas: 4 } }, 1],
    ['no pods', { spec: { ...recreate, replicas: 0 } }, 0],
    ['StatefulSet', { kind: 'StatefulSet', spec: {} }, 1],
    ['StatefulSet, OnDelete', { kind: 'StatefulSet', spec: { updateStrategy: { type: 'OnDelete' } } }, 0],
    ['DaemonSet', { kind: 'DaemonSet', spec: {} }, 1],
    [
      'DaemonSet with a pod more',
      { kind: 'DaemonSet', spec: { updateStrategy: { rollingUpdate: { maxSurge: 1 } } } },
      0,
    ],
    ['Job', { kind: 'Job', spec: {} }, 0],
    ['an image that is never pulled', { container: { imagePullPolicy: 'Never' } }, 0],
  ])('is for rollouts in which an old pod goes first: %s', async (_, parts, count) => {
    await pull([change(parts)]);
    expect(made).toHaveLength(count);
  });

  test('and only for new images of what is there', async () => {
    await pull([change({}, NEW, NEW), { ...change(), live: undefined }]);
    expect(made).toEqual([]);
  });
});

describe('an image that cannot be pulled', () => {
  test('is the failure of the workload, found while the old pod serves', async () => {
    kubelet = waits('ErrImagePull', message404);
    const failure = await pull([change()]);
    expect(failure).toMatchObject({ code: 'ImageNotFound', subject: 'Deployment shop/web' });
    expect(failure?.message).toMatch(
      /^Deployment shop\/web: container web cannot pull .*404.* on node a; nothing was rolled out\.$/,
    );
    expect(pods()).toEqual([]);
  });

  test('names the secret when the registry wants a login', async () => {
    kubelet = waits(
      'ImagePullBackOff',
      'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    );
    expect(await pull([change()])).toMatchObject({
      code: 'ImagePullDenied',
      hint: expect.stringContaining('shop/registry'),
    });
  });

  test('what passes is waited for', async () => {
    let looks = 0;
    kubelet = waits('ErrImagePull', 'dial tcp: connection refused');
    const { get } = cluster;
    cluster.get = async (ref, signal) => {
      looks += 1;
      if (looks === 3) {
        kubelet = pulls;
        for (const pod of pods()) run(pod);
      }
      return get(ref, signal);
    };
    expect(await pull([change()])).toBeUndefined();
    expect(looks).toBe(3);
  });

  test('what passes, but does not within ten minutes, is the cause', async () => {
    kubelet = waits('ErrImagePull', 'dial tcp 198.51.100.1:443: connect: connection refused');
    expect(await pull([change()])).toMatchObject({ code: 'RegistryUnreachable' });
  });

  test('a pull that hangs ends, too', async () => {
    kubelet = () => undefined;
    const failure = await pull([change()]);
    expect(failure?.code).toBe('ImagePullFailing');
    expect(failure?.message).toContain(
      'node a has not pulled registry.test/acme/shop@sha256:222222222222… within 10 minutes',
    );
    expect(pods()).toEqual([]);
  });

  test('of several containers only those without their image are judged', async () => {
    kubelet = (container, pod) =>
      container.name === 'web' ? pulls(container, pod) : waits('ErrImagePull', message404)(container, pod);
    const containers = (tag: string): WorkloadParts => ({
      podSpec: { containers: ['web', 'api'].map((name) => ({ name, image: `registry.test/${name}:${tag}` })) },
    });
    const predicted = imageOf(NEW, containers('2'));
    const live = imageOf(OLD, containers('1'));
    const failure = await pull([{ desired: predicted, live, predicted, change: 'configured' }]);
    expect(failure?.message).toContain('container api cannot pull');
  });
});

describe('what hinders only the pull ahead is said, and the release goes on', () => {
  const refusing =
    (isRefused: (pod: Manifest) => boolean): Cluster['apply'] =>
    (object, how, signal) =>
      object.kind === 'Pod' && isRefused(object)
        ? Promise.reject(
            fail('ApplyRejected', 'The API server refused Pod shop/x: exceeded quota: q.', { object: 'pod/x' }),
          )
        : memory.apply(object, how, signal);

  test('quota, pod security, an admission webhook', async () => {
    cluster.apply = refusing(() => true);
    expect(await pull([change()])).toBeUndefined();
    expect(said).toEqual(['the image is not pulled ahead: The API server refused Pod shop/x: exceeded quota: q.']);
  });

  test('a namespace that refuses small requests gets those of the workload', async () => {
    cluster.apply = refusing((pod) => JSON.stringify(pod).includes('"4Mi"'));
    const resources = { requests: { memory: '64Mi' }, limits: { memory: '128Mi' } };
    expect(await pull([change({ container: { resources } })])).toBeUndefined();
    expect(made).toMatchObject([{ spec: { containers: [{ resources }] } }]);
    expect(said).toContain('node a has the image');
  });

  test('a credential that may not list nodes', async () => {
    cluster.list = () =>
      Promise.reject(
        fail('KubeconfigRejected', 'The credential of the kubeconfig may not list nodes.', { verb: 'list' }),
      );
    expect(await pull([change()])).toBeUndefined();
    expect(said).toEqual(['images are not pulled ahead: The credential of the kubeconfig may not list nodes']);
  });

  test('a kubelet that does not take the pod', async () => {
    kubelet = (_, pod) => {
      queueMicrotask(() =>
        memory.put({
          ...pod,
          status: { phase: 'Failed', reason: 'OutOfpods', message: 'Node has no room for more pods' },
        }),
      );
      return undefined;
    };
    expect(await pull([change()])).toBeUndefined();
    expect(said.at(-1)).toBe('node a does not pull ahead: Node has no room for more pods');
    expect(pods()).toEqual([]);
  });

  test('somebody who deletes the pod', async () => {
    kubelet = (_, pod) => {
      queueMicrotask(() => void memory.remove(refOf(pod), forever));
      return undefined;
    };
    expect(await pull([change()])).toBeUndefined();
    expect(said.at(-1)).toBe('node a does not pull ahead: the pod that pulls was deleted');
  });
});

describe('cut off', () => {
  async function cut(reason: Error): Promise<unknown> {
    kubelet = () => undefined;
    const stop = new AbortController();
    const running = pull([change()], stop.signal).catch((thrown: unknown) => thrown);
    await Promise.resolve();
    setImmediate(() => stop.abort(reason));
    return running;
  }

  test('by the deadline, the pod goes on pulling, and the next run takes it over', async () => {
    const reason = fail('DeadlineReached', 'Late.');
    expect(await cut(reason)).toBe(reason);
    const [left] = pods();
    expect(left).toBeDefined();
    memory.put({
      ...left,
      status: {
        phase: 'Pending',
        containerStatuses: [pulls({ name: 'web', image: NEW }, left as Manifest)].map((one) => ({
          name: 'web',
          ...one,
        })),
      },
    } as Manifest);
    expect(await pull([change()])).toBeUndefined();
    expect(made).toHaveLength(1);
    expect(pods()).toEqual([]);
  });

  test('by anything else, it is removed', async () => {
    const reason = fail('LockLost', 'Another release has it.', { environment: 'production' });
    expect(await cut(reason)).toBe(reason);
    expect(pods()).toEqual([]);
  });

  test('what a crash left is removed before anything is made: another image, or one that ended', async () => {
    await cut(fail('DeadlineReached', 'Late.'));
    const [left] = pods();
    const other = { ...left, metadata: { ...left?.metadata, name: 'hawser-pull-other' } } as Manifest;
    memory.put(other);
    memory.put({ ...left, status: { phase: 'Failed' } } as Manifest);
    kubelet = pulls;
    removed = [];
    expect(await pull([change()])).toBeUndefined();
    expect(removed.slice(0, 2).toSorted()).toEqual([left?.metadata.name, 'hawser-pull-other'].toSorted());
    expect(made).toHaveLength(2);
    expect(pods()).toEqual([]);
  });
});
