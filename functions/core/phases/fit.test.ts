import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { fail, ReleaseError } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { node, pod, workload, type WorkloadParts } from '../testing/capacity.ts';
import { compare } from './compare.ts';
import { fit, type FitOptions } from './fit.ts';

const forever = new AbortController().signal;
const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const surge = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
const oldFirst = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
const NEW = 'registry.test/acme/shop@sha256:2';

let memory: MemoryCluster;
let cluster: Cluster;
let lists: string[];

beforeEach(() => {
  memory = memoryCluster();
  memory.put(namespace);
  lists = [];
  cluster = {
    ...memory,
    list: (selection, signal) => {
      lists.push(selection.kind);
      return memory.list(selection, signal);
    },
  };
});

/** What is there before: nodes with their pods. */
function given(...objects: Manifest[]): void {
  for (const object of objects) memory.put(object);
}

async function plan(objects: Manifest[], options: Partial<FitOptions> = {}) {
  const again = (some: Manifest[]) => compare(memory, some, { force: false }, forever);
  const said: string[] = [];
  const first = await compare(memory, objects, { force: false }, forever);
  lists = [];
  const how: FitOptions = { surge: 'keep', mustFit: true, again, ...options };
  const fitted = await fit(cluster, first, how, (text) => void said.push(text), forever);
  expect(said).toEqual(fitted.notes);
  return fitted;
}

/** Plans and applies, and stands in for the controllers: nothing of the pods changes. */
async function deploy(objects: Manifest[], options: Partial<FitOptions> = {}) {
  const fitted = await plan(objects, options);
  for (const { desired } of fitted.comparisons) await memory.apply(desired, { dryRun: false, force: false }, forever);
  return fitted;
}

const strategies = (objects: readonly Manifest[]): unknown[] =>
  objects.map((object) => (object['spec'] as { strategy?: unknown }).strategy);

/** `web` with one pod on node `a` that is live, and how it is wanted now. */
async function running(parts: WorkloadParts, then: WorkloadParts = { ...parts, image: NEW }): Promise<Manifest> {
  await deploy([workload('web', parts)]);
  given(pod({ of: 'Deployment/web', memory: parts.memory ?? 0 }));
  return workload('web', then);
}

async function refusal(doing: Promise<unknown>): Promise<ReleaseError> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ReleaseError);
  return error as ReleaseError;
}

describe('a Deployment without a strategy', () => {
  const claim = (mode: string): Manifest => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop' },
    spec: { accessModes: [mode] },
  });
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];

  test('starts its new pod beside the old one where both fit', async () => {
    given(node('a', 1_000));
    const { objects, comparisons, notes } = await plan([await running({ memory: 400 })]);
    expect(strategies(objects)).toEqual([surge]);
    expect(objects[0]?.metadata.annotations).toEqual({ 'hawser.dev/surge': 'auto' });
    expect(comparisons.map(({ change }) => change)).toEqual(['configured']);
    expect(notes).toEqual([
      'Deployment shop/web: the new pod is ready before the old one goes (maxSurge 1, maxUnavailable 0): there is room for one pod more on node a',
    ]);
  });

  test('lets the old one go first where they do not', async () => {
    given(node('a', 799));
    const { objects, notes } = await plan([await running({ memory: 400 })]);
    expect(strategies(objects)).toEqual([oldFirst]);
    expect(notes).toEqual([
      'Deployment shop/web: the old pod goes first (maxSurge 0, maxUnavailable 1): there is no room for one pod more on node a',
    ]);
  });

  test('is planned as created with the strategy, also in a namespace that is not there yet', async () => {
    given(node('a', 500));
    const other = { ...namespace, metadata: { name: 'other' } };
    const inOther = { ...workload('web', { memory: 400 }), metadata: { name: 'web', namespace: 'other' } };
    const { comparisons } = await plan([other, inOther]);
    expect(comparisons.map(({ change }) => change)).toEqual(['created', 'created']);
    expect(strategies(comparisons.map(({ predicted }) => predicted).slice(1))).toEqual([oldFirst]);
  });

  test('keeps what was chosen while nothing changes, asks nothing of the nodes, and is unchanged', async () => {
    given(node('a', 1_000));
    const web = await running({ memory: 400 }, { memory: 400 });
    given(pod({ memory: 400 }));
    const { objects, comparisons, notes } = await plan([web]);
    expect(strategies(objects)).toEqual([surge]);
    expect(comparisons.map(({ change }) => change)).toEqual(['unchanged']);
    expect([notes, lists]).toEqual([[], []]);
    expect(strategies((await plan([{ ...web, spec: { ...(web['spec'] as object), replicas: 1 } }])).objects)).toEqual([
      surge,
    ]);
  });

  test('chooses anew with each rollout, from the objects of a release as well', async () => {
    given(node('a', 1_000));
    const { objects } = await deploy([await running({ memory: 400 })]);
    given(pod({ memory: 400 }));
    expect(strategies((await plan([workload('web', { memory: 400 })])).objects)).toEqual([oldFirst]);
    const restored = {
      ...objects[0],
      spec: {
        ...(objects[0]?.['spec'] as object),
        template: (workload('web', { memory: 300 })['spec'] as { template: unknown }).template,
      },
    };
    expect(strategies((await plan([restored as Manifest])).objects)).toEqual([oldFirst]);
  });

  test('counts every pod that is there: also one that is leaving holds its room', async () => {
    given(node('a', 1_000), pod({ memory: 300, deleted: true }));
    expect(strategies((await plan([await running({ memory: 400 })])).objects)).toEqual([oldFirst]);
  });

  test('is left as it is while nothing changes if Hawser never chose: the next rollout will', async () => {
    given(node('a', 1_000), workload('web', { spec: { strategy: surge } }));
    await memory.apply(workload('web'), { dryRun: false, force: false }, forever);
    const { comparisons } = await plan([workload('web')]);
    expect(comparisons.map(({ change }) => change)).toEqual(['unchanged']);
    expect(lists).toEqual([]);
  });

  test('whose volume nobody may look at, is taken to have one for one pod', async () => {
    given(node('a', 1_000));
    const web = await running({ podSpec: { volumes } });
    const forbidden = fail('KubeconfigRejected', 'The credential may not get persistentvolumeclaims.', { verb: 'get' });
    cluster.get = () => Promise.reject(forbidden);
    expect(strategies((await plan([web])).objects)).toEqual([{ type: 'Recreate' }]);
  });

  test('a pod of its own that is leaving holds its room, and is no reason for one more', async () => {
    given(node('a', 1_000));
    const web = await running({ memory: 400 });
    given(pod({ of: 'Deployment/web', memory: 300, deleted: true }));
    expect(strategies((await plan([web])).objects)).toEqual([oldFirst]);
    given(node('a', 1_100));
    expect(strategies((await plan([web])).objects)).toEqual([surge]);
  });

  test('keeps what was chosen when only the number of pods changes', async () => {
    given(node('a', 700));
    const { objects } = await deploy([await running({ memory: 400 })]);
    expect(strategies(objects)).toEqual([oldFirst]);
    given(node('a', 4_000));
    const web = workload('web', { memory: 400, image: NEW, spec: { replicas: 2 } });
    expect(strategies((await plan([web])).objects)).toEqual([oldFirst]);
  });

  test('two that roll at once both need the room; one gets it if that is all there is', async () => {
    given(node('a', 1_000));
    await deploy([workload('web', { memory: 300 }), workload('api', { memory: 300 })]);
    given(pod({ of: 'Deployment/web', memory: 300 }), pod({ of: 'Deployment/api', memory: 300 }));
    const both = [workload('web', { memory: 300, image: NEW }), workload('api', { memory: 300, image: NEW })];
    expect(strategies((await plan(both)).objects)).toEqual([surge, oldFirst]);
    given(node('a', 1_200));
    expect(strategies((await plan(both)).objects)).toEqual([surge, surge]);
  });

  test('takes a larger old pod for what it is', async () => {
    given(node('a', 1_000));
    expect(strategies((await plan([await running({ memory: 700 }, { memory: 200, image: NEW })])).objects)).toEqual([
      oldFirst,
    ]);
  });

  test('lets all old pods go first where its volume is for one pod', async () => {
    given(node('a', 1_000));
    const web = await running({ podSpec: { volumes } });
    const choose = async (objects: Manifest[]): Promise<unknown> =>
      strategies((await plan([...objects, web])).objects).at(-1);
    expect(await choose([])).toEqual({ type: 'Recreate' });
    expect(await choose([claim('ReadWriteOnce')])).toEqual({ type: 'Recreate' });
    expect(await choose([claim('ReadWriteMany')])).toEqual(surge);
    given(claim('ReadWriteMany'));
    expect(await choose([])).toEqual(surge);
  });

  test('but not where the API server would refuse it: defaults that nobody set are still there', async () => {
    given(node('a', 1_000), claim('ReadWriteOnce'));
    const live = workload('web', { podSpec: { volumes }, spec: { strategy: surge } });
    given(live);
    expect(strategies((await plan([workload('web', { podSpec: { volumes }, image: NEW })])).objects)).toEqual([
      oldFirst,
    ]);
  });

  test('lets it go first where only one pod can hold a port of the node', async () => {
    given(node('a', 1_000));
    const container = { ports: [{ containerPort: 80, hostPort: 80 }] };
    await deploy([workload('web', { container })]);
    given(pod({ of: 'Deployment/web', spec: { containers: [container] } }));
    const { objects, notes } = await plan([workload('web', { container, image: NEW })]);
    expect(strategies(objects)).toEqual([{ type: 'Recreate' }]);
    expect(notes[0]).toContain('only one pod of a node can hold TCP 0.0.0.0:80');
  });

  test('lets it go first where its pods keep apart', async () => {
    given(node('a', 1_000));
    const topologySpreadConstraints = [
      { topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
    ];
    expect(strategies((await plan([await running({ podSpec: { topologySpreadConstraints } })])).objects)).toEqual([
      oldFirst,
    ]);
  });
});

describe('a strategy in the manifest', () => {
  const wants = (parts: WorkloadParts = {}): WorkloadParts => ({ memory: 400, spec: { strategy: surge }, ...parts });

  test('stays where it can work', async () => {
    given(node('a', 800));
    const { objects, notes } = await plan([await running(wants())]);
    expect(strategies(objects)).toEqual([surge]);
    expect(objects[0]?.metadata.annotations).toBeUndefined();
    expect(notes).toEqual([]);
  });

  test('that needs room that is not there is NodeTooSmall, with the setting that mends it', async () => {
    given(node('a', 700));
    const error = await refusal(plan([await running(wants())]));
    expect(error.code).toBe('NodeTooSmall');
    expect(error.message).toBe(
      'Deployment shop/web starts its new pod beside the old one, which asks for 400Mi memory; node a has 700Mi, of which 300Mi are free beside shop/web (400Mi): 100Mi short.',
    );
    expect(error.hint).toContain('set rollout.surge: auto in k8s/deploy.yaml');
  });

  test('gives way with surge: auto, and stays so while nothing changes', async () => {
    given(node('a', 700));
    const web = await running(wants());
    const { objects, notes } = await deploy([web], { surge: 'auto' });
    expect(strategies(objects)).toEqual([oldFirst]);
    expect(notes[0]).toContain('100Mi short. So the old pod goes first (maxSurge 0, maxUnavailable 1), instead');
    const after = await plan([web], { surge: 'auto' });
    expect(after.comparisons.map(({ change }) => change)).toEqual(['unchanged']);
    expect(strategies(after.objects)).toEqual([oldFirst]);
  });

  test.each<[string, Manifest[], WorkloadParts]>([
    ['the old pod is not ready: it goes at once', [pod({ of: 'Deployment/web', memory: 400, ready: false })], wants()],
    [
      'another old pod is too many',
      [pod({ of: 'Deployment/web', memory: 200 }), pod({ of: 'Deployment/web', memory: 200 })],
      wants(),
    ],
    [
      'a pod may be missing',
      [pod({ of: 'Deployment/web', memory: 400 })],
      wants({ spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } } }),
    ],
    ['Recreate', [pod({ of: 'Deployment/web', memory: 400 })], wants({ spec: { strategy: { type: 'Recreate' } } })],
  ])('is not refused where %s', async (_, pods, parts) => {
    given(node('a', 700));
    await deploy([workload('web', parts)]);
    given(...pods);
    expect((await plan([workload('web', { ...parts, image: NEW })])).notes).toEqual([]);
  });

  test('of two that wait for each other, too', async () => {
    given(node('a', 1_000));
    await deploy([workload('web', wants()), workload('api', wants())]);
    given(pod({ of: 'Deployment/web', memory: 400 }), pod({ of: 'Deployment/api', memory: 400 }));
    const both = [workload('web', wants({ image: NEW })), workload('api', wants({ image: NEW }))];
    expect((await refusal(plan(both))).message).toContain('200Mi short');
  });
});

describe('what does not fit', () => {
  test('is NodeTooSmall before anything is written', async () => {
    given(node('a', 300), pod({ memory: 100 }));
    const error = await refusal(plan([workload('web', { memory: 512 })]));
    expect([error.code, error.owner, error.details['short']]).toEqual(['NodeTooSmall', 'change', '312Mi']);
  });

  test('is only said in a rollback', async () => {
    given(node('a', 300));
    const { notes } = await plan([workload('web', { memory: 512 })], { mustFit: false });
    expect(notes[0]).toContain('212Mi short');
  });

  test('counts only once pods are made: more of them, or an autoscaler that wants more', async () => {
    given(node('a', 1_000));
    const web = await running({ memory: 400 }, { memory: 400 });
    expect((await plan([web])).notes).toEqual([]);
    const three = { ...web, spec: { ...(web['spec'] as object), replicas: 3 } };
    expect((await refusal(plan([three]))).message).toContain('asks for 1.2Gi memory (3 pods of 400Mi)');
    const scaler: Manifest = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { minReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    };
    const changed = workload('web', { memory: 400, image: NEW });
    expect((await refusal(plan([changed, scaler]))).message).toContain('(3 pods of 400Mi)');
  });

  test('includes what a LimitRange gives to containers without requests', async () => {
    given(node('a', 300), {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'defaults', namespace: 'shop' },
      spec: { limits: [{ type: 'Container', defaultRequest: { memory: '400Mi' } }] },
    });
    const bare = workload('web', { container: { resources: {} } });
    expect((await refusal(plan([bare]))).message).toContain('100Mi short');
    expect(lists.toSorted()).toEqual(['LimitRange', 'Node', 'Pod']);
  });

  test.each(['StatefulSet', 'DaemonSet', 'Job'])('a %s is looked at, too', async (kind) => {
    given(node('a', 300));
    expect((await refusal(plan([workload('db', { kind, memory: 400 })]))).message).toContain(
      `${kind} shop/db asks for 400Mi`,
    );
  });
});

describe('without the right to see the nodes', () => {
  const refused = (): Cluster => ({
    ...memory,
    list: () =>
      Promise.reject(
        fail('KubeconfigRejected', 'The credential of the kubeconfig may not list nodes.', {
          secret: 'kube',
          verb: 'list',
        }),
      ),
  });

  test('nothing is refused and nothing chosen, and that is said', async () => {
    cluster = refused();
    const { objects, notes } = await plan([workload('web', { memory: 512 })]);
    expect(strategies(objects)).toEqual([undefined]);
    expect(notes).toEqual([
      'the room on the nodes was not checked: The credential of the kubeconfig may not list nodes (k8s/node/deployer.yaml allows it)',
    ]);
  });

  test('what was chosen before stays', async () => {
    given(node('a', 700));
    const web = await running({ memory: 400 });
    cluster = refused();
    expect(strategies((await plan([web])).objects)).toEqual([oldFirst]);
  });

  test('any other trouble stops the release', async () => {
    cluster = {
      ...memory,
      list: () => Promise.reject(fail('ApiServerUnreachable', 'Nobody answers.', { address: 'a' })),
    };
    expect((await refusal(plan([workload('web')]))).code).toBe('ApiServerUnreachable');
  });
});
