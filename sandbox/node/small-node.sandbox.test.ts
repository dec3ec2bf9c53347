import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { connectCluster } from '../../functions/adapters/cluster.ts';
import { parseKubeconfig } from '../../functions/core/kubeconfig/kubeconfig.ts';
import { refOf, type Manifest } from '../../functions/core/kubernetes.ts';
import { compare, type Comparison } from '../../functions/core/phases/compare.ts';
import { fit } from '../../functions/core/phases/fit.ts';
import { prePull } from '../../functions/core/phases/pull.ts';
import type { Cluster } from '../../functions/core/ports.ts';
import { waitUntil } from '../host/daemon.ts';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { kubernetesBinary } from '../setup/kubernetes.mjs';
import { createProgress } from '../setup/progress.mjs';
import { startSlowRegistry, type SlowRegistry } from './fixtures/slow-registry.ts';
import { createMachine } from './machine.ts';
import { openNetwork } from './network.ts';
import { ociImage } from './oci.ts';
import { pauseImage } from './pause.ts';

const patience = { timeoutMs: 90_000, everyMs: 100 };
const forever = new AbortController().signal;
const NODE_PORT = 31_081;
const NAMESPACE = 'shop';

let workspace: Workspace;
let registry: SlowRegistry;
let cluster: Cluster;
let address: string;
let nodeName: string;

beforeAll(async () => {
  workspace = await openWorkspace();
  const network = await openNetwork(workspace);
  registry = await startSlowRegistry(workspace, network.gateway);
  const machine = await createMachine(workspace, network, {
    kubernetes: await kubernetesBinary(createProgress()),
    pauseImage: await pauseImage(),
    registry,
  });
  nodeName = machine.nodeName;
  address = network.nextPublicIp();
  await machine.powerOn(address);
  cluster = connectCluster(parseKubeconfig(machine.kubeconfig, 'the test'), address);
  const isReady = async (): Promise<boolean> => {
    const node = await cluster.get({ apiVersion: 'v1', kind: 'Node', name: nodeName }, forever).catch(() => undefined);
    const { conditions = [] } = (node?.['status'] ?? {}) as { conditions?: { type: string; status: string }[] };
    return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  };
  await waitUntil('The node', isReady, patience);
  await openNamespace(NAMESPACE);
  await apply(service());
});

afterAll(async () => {
  await cluster.close();
  await registry.close();
  await workspace.close();
});

const apply = (object: Manifest): Promise<Manifest> => cluster.apply(object, { dryRun: false, force: false }, forever);
const planned = (objects: Manifest[]): Promise<Comparison[]> => compare(cluster, objects, { force: false }, forever);

async function openNamespace(name: string, labels: Record<string, string> = {}): Promise<void> {
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: name, name: 'default' };
  await waitUntil('The account', async () => (await cluster.get(account, forever)) !== undefined, patience);
}

function service(): Manifest {
  const ports = [{ port: 80, targetPort: 8080, nodePort: NODE_PORT, protocol: 'TCP' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: { type: 'NodePort', selector: { app: 'web' }, ports },
  };
}

/** An image that no other test has: what is in it does not matter. */
const imageOf = (content: string): string =>
  registry.add('team/web', ociImage([{ name: 'content', content: Buffer.from(content), mode: 0o644 }], {}));

interface Parts {
  image: string;
  revision: string;
  memory?: string;
  strategy?: object;
}

/** How long a pod that is told to stop goes on: kube-proxy forgets it only then, a second later at best and several on a busy machine. */
const LAME_DUCK_MS = 6_000;

/** Answers its revision, and goes on doing so for a while after SIGTERM. The program is the Node.js that runs the test, mounted from the host with what it is linked to. */
function web({ image, revision, memory = '100Mi', strategy }: Parts): Manifest {
  const folders = ['/usr', '/lib', '/lib64', dirname(process.execPath)].filter(existsSync);
  const labels = { app: 'web' };
  const container = {
    name: 'web',
    image,
    command: [
      process.execPath,
      '-e',
      `process.on('SIGTERM', () => setTimeout(process.exit, ${LAME_DUCK_MS})); require('node:http').createServer((_, to) => to.end('${revision}')).listen(8080)`,
    ],
    readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
    resources: { requests: { memory } },
    volumeMounts: folders.map((path, index) => ({ name: `host-${index}`, mountPath: path, readOnly: true })),
  };
  const volumes = folders.map((path, index) => ({ name: `host-${index}`, hostPath: { path } }));
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: NAMESPACE },
    spec: {
      ...(strategy === undefined ? {} : { strategy }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 12, containers: [container], volumes } },
    },
  };
}

/** Long enough that a busy machine is not taken for an app that is away. */
const PATIENCE_MS = 5_000;

async function ask(): Promise<string> {
  const answer = await fetch(`http://${address}:${NODE_PORT}`, {
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { connection: 'close' },
  }).catch(() => undefined);
  return answer?.ok === true ? answer.text() : 'nothing';
}

const serves = (revision: string): Promise<void> =>
  waitUntil(`Revision ${revision}`, async () => (await ask()) === revision, patience);

/** Asks without a pause while something is done: how often who answered. */
async function probing<T>(doing: Promise<T>): Promise<{ result: T; answers: Record<string, number> }> {
  const state = { isDone: false };
  const done = doing.finally(() => (state.isDone = true));
  const answers: Record<string, number> = {};
  while (!state.isDone) {
    const answer = await ask();
    answers[answer] = (answers[answer] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { result: await done, answers };
}

const said: string[] = [];
const pull = (comparisons: Comparison[], on: Cluster = cluster) =>
  prePull({ cluster: on, clock: systemClock }, comparisons, { facts: {} }, (text) => void said.push(text), forever);

const pullPods = async (namespace: string): Promise<Manifest[]> =>
  (await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: 'hawser.dev/pull' }, forever)).items;

describe('the image is pulled before the old pod goes', () => {
  const recreate = { type: 'Recreate' };
  let one: string;
  let two: string;

  test('the old pod answers every request during a slow pull, and the rollout then needs the registry no more', async () => {
    [one, two] = [imageOf('one'), imageOf('two')];
    await apply(web({ image: one, revision: 'one', strategy: recreate }));
    await serves('one');

    registry.slowness(4_000);
    const next = web({ image: two, revision: 'two', strategy: recreate });
    const { result, answers } = await probing(planned([next]).then(pull));
    expect(result).toBeUndefined();
    expect(Object.keys(answers)).toEqual(['one']);
    expect(said.at(-1)).toBe(`node ${nodeName} has the image`);
    expect(await pullPods(NAMESPACE)).toEqual([]);

    const before = registry.layers();
    await apply(next);
    await serves('two');
    expect(registry.layers()).toBe(before);
  });

  test('an image that is not there is found while the old pod serves, and nothing is rolled out', async () => {
    const missing = `${two.slice(0, two.indexOf('@'))}@sha256:${'0'.repeat(64)}`;
    const before = await cluster.get(refOf(web({ image: one, revision: 'one' })), forever);
    const comparisons = await planned([web({ image: missing, revision: 'three', strategy: recreate })]);
    const { result, answers } = await probing(pull(comparisons));
    expect(result?.subject).toBe('Deployment shop/web');
    expect(result?.message).toContain('nothing was rolled out');
    expect(Object.keys(answers)).toEqual(['two']);
    const after = await cluster.get(refOf(web({ image: one, revision: 'one' })), forever);
    expect(after?.metadata.generation).toBe(before?.metadata.generation);
    expect(await pullPods(NAMESPACE)).toEqual([]);
  });

  test('a node that says that it has the image is not asked to pull it', async () => {
    const node = { apiVersion: 'v1', kind: 'Node', name: nodeName };
    const isListed = async (): Promise<boolean> =>
      JSON.stringify((await cluster.get(node, forever))?.['status']).includes(one);
    await waitUntil('The image in the status of the node', isListed, patience);
    const made: string[] = [];
    const counted: Cluster = {
      ...cluster,
      apply: (object, how, signal) => {
        made.push(object.kind);
        return cluster.apply(object, how, signal);
      },
    };
    expect(
      await pull(await planned([web({ image: one, revision: 'one', strategy: recreate })]), counted),
    ).toBeUndefined();
    expect(made).toEqual([]);
  });

  /** As if a Deployment of that namespace got this image. */
  const changeIn = (namespace: string, image: string, resources: object = {}): Comparison => {
    const of = (name: string): Manifest => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: { strategy: recreate, template: { spec: { containers: [{ name: 'web', image: name, resources }] } } },
    });
    return { desired: of(image), live: of('localhost/old'), predicted: of(image), change: 'configured' };
  };

  test('pod security restricted admits the pod that pulls; a quota that does not is said, and the release goes on', async () => {
    registry.slowness(0);
    await openNamespace('strict', { 'pod-security.kubernetes.io/enforce': 'restricted' });
    expect(await pull([changeIn('strict', imageOf('strict'))])).toBeUndefined();
    expect(said.at(-1)).toBe(`node ${nodeName} has the image`);

    await openNamespace('full');
    const hard = { pods: '0' };
    await apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'full' },
      spec: { hard },
    });
    const isCounted = async (): Promise<boolean> =>
      JSON.stringify(
        await cluster.get({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: 'full', name: 'q' }, forever),
      ).includes('"used"');
    await waitUntil('The quota', isCounted, patience);
    expect(await pull([changeIn('full', imageOf('full'))])).toBeUndefined();
    expect(said.at(-1)).toMatch(/^the image is not pulled ahead: .*exceeded quota: q/);
  });

  test('where small requests are refused, the pod asks for what the workload asks for', async () => {
    await openNamespace('ranged');
    const limits = [{ type: 'Container', min: { memory: '32Mi' } }];
    await apply({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'r', namespace: 'ranged' },
      spec: { limits },
    });
    const resources = { requests: { memory: '64Mi' }, limits: { memory: '64Mi' } };
    const wanted = changeIn('ranged', imageOf('ranged'), resources);
    expect(await pull([wanted])).toBeUndefined();
    expect(said.at(-1)).toBe(`node ${nodeName} has the image`);
  });
});

describe('what fits on a node of 1 GiB', () => {
  const fitted = async (object: Manifest) =>
    fit(
      cluster,
      await planned([object]),
      { surge: 'keep', mustFit: true, again: planned },
      (text) => void said.push(text),
      forever,
    );
  const strategyOf = ({ objects: [object] }: Awaited<ReturnType<typeof fitted>>): unknown =>
    (object?.['spec'] as { strategy: unknown } | undefined)?.strategy;
  const surge = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const oldFirst = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
  let image: string;

  /** The old pod is gone: what it holds counts no more. */
  const isAlone = (): Promise<void> =>
    waitUntil(
      'The end of the old pod',
      async () =>
        (await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE }, forever)).items.length === 1,
      patience,
    );

  async function roll(object: Manifest, revision: string) {
    const plan = await fitted(object);
    const [applied] = plan.objects;
    if (applied !== undefined) await apply(applied);
    const { answers } = await probing(serves(revision).then(isAlone));
    return { plan, answers };
  }

  test('a small pod rolls without a gap, a large one in the room of the old, and neither strategy flips', async () => {
    image = imageOf('fit');
    const small = await roll(web({ image, revision: 'small', memory: '400Mi' }), 'small');
    const next = await roll(web({ image, revision: 'next', memory: '400Mi' }), 'next');
    expect([small.plan, next.plan].map(strategyOf)).toEqual([surge, surge]);
    expect(next.answers['nothing']).toBeUndefined();

    const large = await roll(web({ image, revision: 'large', memory: '700Mi' }), 'large');
    expect(strategyOf(large.plan)).toEqual(oldFirst);
    const again = await fitted(web({ image, revision: 'large', memory: '700Mi' }));
    expect(again.comparisons.map(({ change }) => change)).toEqual(['unchanged']);
    expect(strategyOf(again)).toEqual(oldFirst);
  });

  test('what is refused is what the scheduler would not place either', async () => {
    const wanted = web({ image, revision: 'beside', memory: '700Mi', strategy: surge });
    await expect(fitted(wanted)).rejects.toThrow(
      /^Deployment shop\/web starts its new pod beside the old one, which asks for 700Mi memory; node \S+ has 1Gi, of which 324Mi are free beside shop\/web \(700Mi\): 376Mi short\.$/,
    );
    await apply(wanted);
    const isPending = async (): Promise<boolean> => {
      const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE }, forever);
      return items.some((pod) => JSON.stringify(pod['status']).includes('Insufficient memory'));
    };
    await waitUntil('The scheduler’s refusal', isPending, patience);
    expect(await ask()).toBe('large');
  });
});
