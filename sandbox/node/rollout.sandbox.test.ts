import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { connectCluster } from '../../functions/adapters/cluster.ts';
import { parseKubeconfig } from '../../functions/core/kubeconfig/kubeconfig.ts';
import { refOf, type Manifest } from '../../functions/core/kubernetes.ts';
import { verify, type VerifyOptions } from '../../functions/core/phases/verify.ts';
import type { Cluster } from '../../functions/core/ports.ts';
import type { Failure } from '../../functions/core/release.ts';
import { waitUntil } from '../host/daemon.ts';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { kubernetesBinary } from '../setup/kubernetes.mjs';
import { createProgress } from '../setup/progress.mjs';
import { cluster as plainCluster, isNodeReady } from './fixtures/cluster.ts';
import { createMachine } from './machine.ts';
import { openNetwork } from './network.ts';
import { PAUSE_IMAGE, pauseImage } from './pause.ts';

const signal = new AbortController().signal;

let workspace: Workspace;
let cluster: Cluster;
let said: string[];

beforeAll(async () => {
  workspace = await openWorkspace();
  const network = await openNetwork(workspace);
  const machine = await createMachine(workspace, network, {
    kubernetes: await kubernetesBinary(createProgress()),
    pauseImage: await pauseImage(),
  });
  const address = network.nextPublicIp();
  await machine.powerOn(address);
  const api = plainCluster(machine.kubeconfig, address);
  const patience = { timeoutMs: 90_000, everyMs: 100 };
  await waitUntil('The node', () => isNodeReady(api, machine.nodeName), patience);
  const account = async () => (await api.get('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined;
  await waitUntil('The service account', account, patience);
  cluster = connectCluster(parseKubeconfig(machine.kubeconfig, 'the sandbox'), address);
});
afterAll(async () => {
  await cluster.close();
  await workspace.close();
});

/** Applies the objects and verifies them, as a release does. */
async function release(objects: Manifest[], options: Partial<VerifyOptions> = {}): Promise<Failure | undefined> {
  for (const object of objects) await cluster.apply(object, { dryRun: false, force: false }, signal);
  said = [];
  const all = { timeoutMs: 60_000, facts: {}, startedAt: new Date(), ...options };
  return verify({ cluster, clock: systemClock }, objects, all, (line) => void said.push(line), signal);
}

/** A shell script in the pause image, which has no shell: busybox is the host's. Without one, the pause program. */
function podSpec(script: string | undefined, secret?: string): object {
  const command = script === undefined ? {} : { command: ['/busybox', 'sh', '-c', script] };
  const env =
    secret === undefined ? [] : [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: secret, key: 'token' } } }];
  const volumeMounts = [{ name: 'busybox', mountPath: '/busybox', readOnly: true }];
  return {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'app', image: PAUSE_IMAGE, imagePullPolicy: 'IfNotPresent', ...command, env, volumeMounts }],
    volumes: [{ name: 'busybox', hostPath: { path: '/bin/busybox', type: 'File' } }],
  };
}

interface Parts {
  /** Differs from revision to revision. */
  revision?: string;
  script?: string;
  /** Name of a Secret that its container needs. */
  secret?: string;
  [field: string]: unknown;
}

function workload(kind: string, name: string, { revision = '1', script, secret, ...spec }: Parts = {}): Manifest {
  const labels = { app: name };
  const template = { metadata: { labels, annotations: { revision } }, spec: podSpec(script, secret) };
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'apps/v1', kind, metadata, spec: { selector: { matchLabels: labels }, template, ...spec } };
}

function job(name: string, script: string, spec: object = {}, restartPolicy = 'Never'): Manifest {
  const template = { spec: { ...podSpec(script), restartPolicy } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'default' }, spec: { template, ...spec } };
}

async function revisions(app: string): Promise<(string | undefined)[]> {
  const selection = { apiVersion: 'v1', kind: 'Pod', namespace: 'default', labelSelector: `app=${app}` };
  const { items } = await cluster.list(selection, signal);
  const byName = items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  return byName.map(({ metadata }) => metadata.annotations?.['revision']);
}

describe('a StatefulSet', () => {
  // The second revision is broken for good, so each verdict comes at once; by the deadline it would take minutes.
  test('is ready pod by pod, fails by a broken one, and is blocked by it until that is deleted', async () => {
    const set = (parts: Parts): Manifest => workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db', ...parts });
    expect(await release([set({})])).toBeUndefined();
    expect(said.at(-1)).toBe('StatefulSet default/db is ready');
    expect(said.some((line) => line.startsWith('StatefulSet default/db: '))).toBe(true);

    expect(await release([set({ revision: '2', secret: 'nowhere' })])).toMatchObject({
      code: 'ContainerConfigInvalid',
      subject: 'Pod default/db-1',
      message: expect.stringContaining('secret "nowhere" not found') as string,
      events: expect.arrayContaining([expect.stringContaining('Pod db-1')]) as string[],
    });

    expect(await release([set({})])).toMatchObject({
      code: 'UpdateBlocked',
      subject: 'StatefulSet default/db',
      hint: expect.stringContaining('kubectl -n default delete pod db-1') as string,
    });
    expect(await release([set({})], { unblock: true })).toBeUndefined();
    expect(await revisions('db')).toEqual(['1', '1']);
  });

  test('with a partition: only pods from it on are waited for', async () => {
    const set = (parts: Parts): Manifest =>
      workload('StatefulSet', 'part', {
        replicas: 3,
        serviceName: 'part',
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
        ...parts,
      });
    expect(await release([set({})])).toBeUndefined();
    expect(await release([set({ revision: '2' })])).toBeUndefined();
    expect(await revisions('part')).toEqual(['1', '1', '2']);
  });

  test('with OnDelete: the pods are not waited for, and that is said', async () => {
    const set = (parts: Parts): Manifest =>
      workload('StatefulSet', 'manual', {
        replicas: 1,
        serviceName: 'manual',
        updateStrategy: { type: 'OnDelete' },
        ...parts,
      });
    expect(await release([set({})])).toBeUndefined();
    expect(said.at(-1)).toBe('StatefulSet default/manual is ready');
    expect(await release([set({ revision: '2' })])).toBeUndefined();
    expect(said.at(-1)).toMatch(
      /^StatefulSet default\/manual is not waited for: its updateStrategy is OnDelete; 1 pod/,
    );
    await cluster.remove({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'manual-0' }, signal);
    await waitUntil('The new pod', async () => (await revisions('manual'))[0] === '2', {
      timeoutMs: 90_000,
      everyMs: 100,
    });
    expect(await release([set({ revision: '2' })])).toBeUndefined();
    expect(said.at(-1)).toBe('StatefulSet default/manual is ready');
  });
});

test('a DaemonSet is ready, crashes with its log, and is mended', async () => {
  const set = (parts: Parts): Manifest => workload('DaemonSet', 'agent', parts);
  expect(await release([set({})])).toBeUndefined();
  // Without a readiness probe it is available for a second, and so is the DaemonSet's status.
  expect(await release([set({ revision: '2', script: 'echo no token; sleep 1; exit 3' })])).toMatchObject({
    code: 'ContainerCrashing',
    message: expect.stringContaining('exits 3') as string,
    logs: ['no token'],
  });
  expect(await release([set({ revision: '3' })])).toBeUndefined();
  expect(await revisions('agent')).toEqual(['3']);
});

describe('a Job', () => {
  test('that ends well', async () => {
    expect(await release([job('good', 'echo migrated')])).toBeUndefined();
    expect(said.at(-1)).toBe('Job default/good is ready');
  });

  test('that fails: why, how its pod ended, and its log', async () => {
    expect(await release([job('bad', 'echo no database; exit 3', { backoffLimit: 0 })])).toMatchObject({
      code: 'JobFailed',
      subject: 'Job default/bad',
      message: expect.stringMatching(/BackoffLimitExceeded.*container app exits 3/) as string,
      logs: ['no database'],
    });
  });

  test('whose pod is deleted when it fails: its log was kept', async () => {
    // The first restart comes at once, and who looks late sees neither end. Before the second, the kubelet waits for ten seconds.
    expect(await release([job('again', 'echo no database; exit 3', { backoffLimit: 2 }, 'OnFailure')])).toMatchObject({
      code: 'JobFailed',
      message: expect.stringContaining('BackoffLimitExceeded') as string,
      logs: ['no database'],
    });
  });

  test('that takes too long by its own rule', async () => {
    expect(await release([job('slow', 'sleep 600', { activeDeadlineSeconds: 3 })])).toMatchObject({
      code: 'JobFailed',
      message: expect.stringContaining('DeadlineExceeded') as string,
    });
  });
});

test('a Pod of its own is waited for until it has ended', async () => {
  const pod = (name: string, script: string): Manifest => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { ...podSpec(script), restartPolicy: 'Never' },
  });
  expect(await release([pod('once', 'sleep 1')])).toBeUndefined();
  expect(await release([pod('wrong', 'exit 4')])).toMatchObject({
    message: expect.stringContaining('app exits 4') as string,
  });
});

test('a claim that waits for its first pod, and an Ingress without a controller, hold up nothing', async () => {
  const metadata = { name: 'late', namespace: 'default' };
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'later' },
    provisioner: 'example.com/none',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
  const spec = {
    storageClassName: 'later',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Mi' } },
  };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec };
  const backend = { service: { name: 'late', port: { number: 80 } } };
  const paths = [{ path: '/', pathType: 'Prefix', backend }];
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { ingressClassName: 'nginx', rules: [{ http: { paths } }] } }; // prettier-ignore
  expect(await release([storageClass, claim, ingress])).toBeUndefined();
  expect(said.at(-1)).toBe(
    'PersistentVolumeClaim default/late is ready; Ingress default/late is not waited for: the cluster has no IngressClass nginx',
  );
});

test('with many objects at once, the first doom ends it while others still wait', async () => {
  const good = workload('Deployment', 'good', { script: 'sleep 600', minReadySeconds: 300 });
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'none', namespace: 'tight' },
    spec: { hard: { pods: '0' } },
  };
  const tight = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tight' } };
  const refused = workload('StatefulSet', 'refused', { serviceName: 'refused' });
  refused.metadata.namespace = 'tight';
  // Until its controller has counted what there is, the API server refuses pods for want of that, and not for the quota.
  for (const object of [tight, quota]) await cluster.apply(object, { dryRun: false, force: false }, signal);
  const isCounted = async (): Promise<boolean> =>
    JSON.stringify((await cluster.get(refOf(quota), signal))?.['status'] ?? {}).includes('"used"');
  await waitUntil('The quota', isCounted, { timeoutMs: 60_000, everyMs: 100 });
  expect(await release([tight, quota, good, refused])).toMatchObject({
    code: 'QuotaExceeded',
    subject: 'StatefulSet tight/refused',
  });
  const signalled = AbortSignal.timeout(500);
  const again = verify(
    { cluster, clock: systemClock },
    [good],
    { timeoutMs: 60_000, facts: {} },
    () => undefined,
    signalled,
  );
  await expect(again).rejects.toMatchObject({ name: 'TimeoutError' });
});
