import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApiServer, type ApiServer } from '../../functions/adapters/contract/apiserver.ts';
import { describeRef, type Ref } from '../../functions/core/kubernetes.ts';
import { startDaemon } from '../../sandbox/host/daemon.ts';
import { openWorkspace } from '../../sandbox/host/workspace.ts';
import { kubernetesBinary } from '../../sandbox/setup/kubernetes.mjs';
import { createProgress } from '../../sandbox/setup/progress.mjs';
import { inProcess } from '../testing/in-process.ts';

// The autoscaler looks at its target every 15 s.
vi.setConfig({ testTimeout: 120_000 });

type Fields = Record<string, unknown>;

const workspace = await openWorkspace();
let apiServer: ApiServer | undefined;
let kubectl: (input: string, ...args: string[]) => string;

/** The real controllers write what is judged here; no kubelet runs, so no Pod ever starts. */
beforeAll(async () => {
  apiServer = await startApiServer();
  const binary = await kubernetesBinary(createProgress());
  const [client = '', controllers = ''] = ['kubectl', 'kube-controller-manager'].map((name) => {
    symlinkSync(binary, join(workspace.dir, name));
    return join(workspace.dir, name);
  });
  const kubeconfig = join(workspace.dir, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(apiServer), { mode: 0o600 });
  kubectl = (input, ...args) =>
    execFileSync(client, ['--kubeconfig', kubeconfig, ...args], {
      encoding: 'utf8',
      input,
      maxBuffer: 64 * 1024 * 1024,
    });
  startDaemon(workspace, {
    name: 'kube-controller-manager.out',
    command: controllers,
    args: ['--kubeconfig', kubeconfig, '--leader-elect=false', '--secure-port=0'],
  });
});
afterAll(async () => {
  await workspace.close();
  await apiServer?.stop();
});

function kubeconfigOf({ port, admin, authority }: ApiServer): string {
  const token = admin.credential.kind === 'token' ? admin.credential.token : '';
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(authority.pem).toString('base64'),
    'tls-server-name': 'kubernetes',
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

function object(typed: string, name: string, parts: Fields = {}, namespace = 'shop'): Fields {
  const [apiVersion, kind] = typed.split(' ');
  return { apiVersion, kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) }, ...parts };
}

function workload(typed: string, name: string, spec: Fields, namespace = 'shop'): Fields {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'app', image: 'registry.test/x' }] },
  };
  return object(typed, name, { spec: { selector: { matchLabels: { app: name } }, template, ...spec } }, namespace);
}

function job(name: string, spec: Fields): Fields {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'registry.test/x' }] } };
  return object('batch/v1 Job', name, { spec: { template, ...spec } });
}

function claim(name: string): Fields {
  const resources = { requests: { storage: '1Gi' } };
  return object('v1 PersistentVolumeClaim', name, {
    spec: { storageClassName: name, accessModes: ['ReadWriteOnce'], resources },
  });
}

function autoscaler(name: string, version: string): Fields {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
  return object(`autoscaling/${version} HorizontalPodAutoscaler`, name, {
    spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3 },
  });
}

function budget(name: string): Fields {
  return object('policy/v1 PodDisruptionBudget', name, {
    spec: { minAvailable: 1, selector: { matchLabels: { app: name } } },
  });
}

function definition(plural: string): Fields {
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
  const spec = { group: 'example.com', scope: 'Namespaced', names: { plural, kind: 'Widget' }, versions };
  return object('apiextensions.k8s.io/v1 CustomResourceDefinition', `${plural}.example.com`, { spec }, '');
}

/** Each with what is to be said of it. */
const cases: [Fields, string][] = [
  [workload('apps/v1 Deployment', 'shop', { replicas: 2 }), 'Progressing ReplicasNotAvailable'],
  [workload('apps/v1 Deployment', 'full', { replicas: 1 }, 'small'), 'Degraded FailedCreate'],
  [workload('apps/v1 Deployment', 'zero', { replicas: 0 }), 'Healthy ScaledToZero'],
  [workload('apps/v1 Deployment', 'paused', { replicas: 1, paused: true }), 'Suspended DeploymentPaused'],
  [
    workload('apps/v1 Deployment', 'slow', { replicas: 1, progressDeadlineSeconds: 1 }),
    'Degraded ProgressDeadlineExceeded',
  ],
  [workload('apps/v1 StatefulSet', 'shop', { serviceName: 'shop', replicas: 1 }), 'Progressing ReplicasNotReady'],
  [workload('apps/v1 StatefulSet', 'zero', { serviceName: 'zero', replicas: 0 }), 'Healthy ScaledToZero'],
  [workload('apps/v1 DaemonSet', 'shop', {}), 'Healthy NoNodeMatches'],
  [job('runs', {}), 'Progressing JobRunning'],
  [job('held', { suspend: true }), 'Suspended JobSuspended'],
  [job('late', { activeDeadlineSeconds: 1 }), 'Degraded DeadlineExceeded'],
  [job('none', { completions: 0 }), 'Healthy JobComplete'],
  [
    object(
      'storage.k8s.io/v1 StorageClass',
      'lazy',
      { provisioner: 'example.com/x', volumeBindingMode: 'WaitForFirstConsumer' },
      '',
    ),
    'Healthy Exists',
  ],
  [object('storage.k8s.io/v1 StorageClass', 'fast', { provisioner: 'example.com/x' }, ''), 'Healthy Exists'],
  [claim('lazy'), 'Healthy WaitForFirstConsumer'],
  [claim('fast'), 'Progressing Provisioning'],
  [claim('nowhere'), 'Progressing StorageClassNotFound'],
  [autoscaler('nowhere', 'v2'), 'Degraded FailedGetScale'],
  [autoscaler('zero', 'v1'), 'Healthy ScalingDisabled'],
  [budget('shop'), 'Progressing InsufficientPods'],
  [budget('nobody'), 'Healthy NoPods'],
  [
    object('v1 Service', 'shop', { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } }),
    'Progressing LoadBalancerPending',
  ],
  [definition('widgets'), 'Healthy Established'],
];

describe('hawser health, of what the real controllers write', () => {
  it('says so of each', async () => {
    const quota = object('v1 ResourceQuota', 'none', { spec: { hard: { pods: '0' } } }, 'small');
    const namespaces = ['shop', 'small'].map((name) => object('v1 Namespace', name, {}, ''));
    const apply = (items: unknown[]): string =>
      kubectl(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'apply', '--server-side', '-f', '-');
    apply([...namespaces, quota]);
    apply(cases.map(([one]) => one));
    const expected = Object.fromEntries(cases.map(([one, said]) => [nameOf(one), said]));
    await vi.waitFor(async () => expect(await answered()).toEqual(expected), { timeout: 90_000, interval: 1_000 });
  });

  it('says so of a definition whose names are taken', async () => {
    kubectl(JSON.stringify(definition('gadgets')), 'apply', '--server-side', '-f', '-');
    await vi.waitFor(
      async () => {
        const answers = await healthOf(kubectl('', 'get', 'crd', 'gadgets.example.com', '-o', 'json'));
        expect(answers).toEqual([expect.objectContaining({ status: 'Degraded', reason: 'ListKindConflict' })]);
      },
      { timeout: 30_000, interval: 500 },
    );
  });
});

function nameOf(one: Fields): string {
  const { name, namespace } = one['metadata'] as Pick<Ref, 'name' | 'namespace'>;
  return describeRef({
    apiVersion: '',
    kind: String(one['kind']),
    name,
    ...(namespace === undefined ? {} : { namespace }),
  });
}

/** Status and reason of each of the cases, by name; the others of the cluster are told of too. */
async function answered(): Promise<Record<string, string>> {
  const kinds = 'deploy,sts,ds,job,sc,pvc,pdb,svc,crd,events';
  const lists = [
    kubectl('', 'get', kinds, '-A', '-o', 'json'),
    kubectl('', 'get', 'horizontalpodautoscalers.v2.autoscaling', '-n', 'shop', 'nowhere', '-o', 'json'),
    kubectl('', 'get', 'horizontalpodautoscalers.v1.autoscaling', '-n', 'shop', 'zero', '-o', 'json'),
  ];
  const answers = await healthOf(lists.join('\n---\n'));
  const names = new Set(cases.map(([one]) => nameOf(one)));
  return Object.fromEntries(
    answers
      .map(({ ref, status, reason }) => [describeRef(ref), `${status} ${reason}`] as const)
      .filter(([name]) => names.has(name)),
  );
}

async function healthOf(text: string): Promise<{ ref: Ref; status: string; reason: string }[]> {
  const path = join(workspace.dir, 'saved.yaml');
  writeFileSync(path, text);
  const { status, value } = await inProcess('health', path);
  expect(status).toBe(0);
  return value as { ref: Ref; status: string; reason: string }[];
}
