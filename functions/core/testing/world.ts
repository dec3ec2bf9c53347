import { memoryAddresses } from '../../adapters/memory/addresses.ts';
import { memoryClock } from '../../adapters/memory/clock.ts';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { memoryGitHub } from '../../adapters/memory/github.ts';
import { memoryLock } from '../../adapters/memory/lock.ts';
import { memoryMachines } from '../../adapters/memory/machines.ts';
import { memoryQueue } from '../../adapters/memory/queue.ts';
import { memoryRegistry } from '../../adapters/memory/registry.ts';
import { memoryReleases } from '../../adapters/memory/releases.ts';
import { memorySecrets } from '../../adapters/memory/secrets.ts';
import { memorySite } from '../../adapters/memory/site.ts';
import { parseConfig } from '../config.ts';
import { fail } from '../errors.ts';
import { releaseId } from '../identity.ts';
import type { Manifest } from '../kubernetes.ts';
import { trustOfKeys } from '../gate/trust.ts';
import type { DeployPorts, Ports } from '../ports.ts';
import type { ReleaseRequest } from '../release.ts';
import { rawConfig } from './config.ts';
import { runJob } from './job.ts';
import { testKubeconfig } from './kubeconfig.ts';
import { POLICY, signedVerdict, testPredicate } from './verdict.ts';
import { PREDICATE_TYPE, type Predicate } from '../../../scanners/verdict/predicate.ts';

export const INSTANCE = 'i-0123456789abcdef0';
export const CREDENTIAL = { username: 'acme-bot', password: 'pull-token-0123456789' };

/** How an image behaves once the node runs it. */
export type Behaviour = 'good' | 'crashes' | 'mute';

/**
 * A whole world in memory: all ports, one node, and a cluster whose controllers roll out at once what is applied. `ship`
 * pushes a commit with its image and run, and returns the request that its webhook would make.
 */
export function world(change: (raw: Record<string, unknown>) => Record<string, unknown> = (raw) => raw) {
  const config = parseConfig(change(rawConfig()));
  const clock = memoryClock('2026-11-24T10:00:00Z', { auto: true });
  const behaviours = new Map<string, { behaviour: Behaviour; revision: string }>();
  let containerLog = ['listening on nothing', 'Error: DATABASE_URL must be set'];
  const cluster = memoryCluster({
    onApply: (object, self) => {
      if (object.kind === 'Deployment') rollOut(object, self, behaviours, clock.now());
      if (object.kind === 'Job') runJob(object, self, object.metadata.annotations?.['test/fails'] === undefined);
    },
    logs: () => containerLog,
  });
  cluster.put(roomyNode());
  const secrets = memorySecrets({
    'shop/registry': JSON.stringify(CREDENTIAL),
    'shop/github': 'github-token-0123456789',
    'shop/webhook': 'webhook-secret-0123456789',
    'shop/kubeconfig': testKubeconfig(),
  });
  const github = memoryGitHub();
  const registry = memoryRegistry(CREDENTIAL);
  const machines = memoryMachines({ clock, instances: [INSTANCE] });
  const connections: string[] = [];
  const lines: string[] = [];
  const record = (message: string, fields?: object): void => void lines.push(JSON.stringify({ message, ...fields }));
  const { source } = config.app;
  const ports: DeployPorts = {
    config,
    gateRules: { source, gate: config.gate, policies: [POLICY], trust: trustOfKeys(config.gate.keys) },
    manifests: manifests(),
    releases: memoryReleases(),
    lock: memoryLock({ clock }),
    queue: memoryQueue({ clock }),
    machines,
    addresses: memoryAddresses({ secrets }),
    secrets,
    registry,
    github,
    site: memorySite((url) => serve(url, cluster, behaviours)),
    connectCluster: (_, address) => {
      connections.push(address);
      return {
        ...cluster,
        close: () => Promise.resolve(),
        ready: (signal) => readyWhen(machines, address, cluster, signal),
      };
    },
    clock,
    log: { info: record, warn: record, error: record },
  };
  let runs = 0;
  return {
    ports,
    clock,
    cluster,
    /** What releases brought onto the cluster. */
    applied: (): Manifest[] => cluster.objects().filter(({ kind }) => kind !== 'Node'),
    github,
    machines,
    registry,
    secrets,
    connections,
    lines,
    /** From now on every container's log is this. */
    writeLog: (log: string[]): void => void (containerLog = log),
    /** From now on the revision behaves otherwise, as if what it needed were there now. */
    behave: ({ revision }: ReleaseRequest, behaviour: Behaviour): void => {
      for (const [digest, image] of behaviours)
        if (image.revision === revision) behaviours.set(digest, { behaviour, revision });
    },
    ship: (
      behaviour: Behaviour,
      options: { number?: number; verdict?: Partial<Predicate> | 'none' } = {},
    ): ReleaseRequest => {
      runs += 1;
      const number = options.number ?? runs;
      const revision = number.toString(16).padStart(40, 'a');
      const digest = `sha256:${number.toString(16).padStart(64, '0')}`;
      behaviours.set(digest, { behaviour, revision });
      registry.push(config.app.image, revision, digest);
      if (options.verdict !== 'none') {
        const predicate = testPredicate({ revision, run: number, configs: [digest] }, options.verdict);
        registry.attach(config.app.image, digest, signedVerdict(config.app.image, digest, predicate), PREDICATE_TYPE);
      }
      github.push(revision);
      github.setRun(number, 1, {
        number,
        status: 'completed',
        conclusion: 'success',
        headSha: revision,
        path: '.github/workflows/ci.yml',
        event: 'push',
        url: `https://github.com/acme/shop/actions/runs/${number}`,
        jobs: [],
      });
      return {
        version: 1,
        id: releaseId({
          trigger: 'workflow_run',
          repositoryId: 42,
          run: number,
          number,
          attempt: 1,
          revision,
          environment: 'production',
        }),
        action: 'deploy',
        environment: 'production',
        revision,
        trigger: 'workflow_run',
        actor: 'ana',
        requestedAt: clock.now().toISOString(),
        run: {
          id: number,
          number,
          attempt: 1,
          createdAt: clock.now().toISOString(),
        },
      };
    },
  };
}

async function readyWhen(
  machines: Ports['machines'],
  address: string,
  cluster: MemoryCluster,
  signal: AbortSignal,
): Promise<{ version: string }> {
  const node = await machines.describe(INSTANCE);
  if (node.address === address) return cluster.ready(signal);
  throw fail('ApiServerUnreachable', `Nobody answers at ${address}:6443.`, { address });
}

/** A node with room for everything. */
function roomyNode(): Manifest {
  const allocatable = { cpu: '2', memory: '2Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'ip-10-0-0-11' },
    spec: {},
    status: {
      allocatable,
      capacity: allocatable,
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { operatingSystem: 'linux', architecture: 'amd64' },
    },
  };
}

/** What Deployment controller, scheduler and kubelet would do, in one go. */
function rollOut(
  deployment: Manifest,
  cluster: MemoryCluster,
  behaviours: ReadonlyMap<string, { behaviour: Behaviour }>,
  now: Date,
): void {
  const { namespace = 'default', name, uid = '', generation = 1 } = deployment.metadata;
  const image = imageOf(deployment);
  const good = behaviours.get(digestOf(image))?.behaviour !== 'crashes';
  const revision = String(generation);
  const hash = `h${generation}`;
  const labels = { 'app.kubernetes.io/name': name, 'pod-template-hash': hash };
  const owner = (kind: string, owned: string, ownerUid: string): object => ({
    apiVersion: 'apps/v1',
    kind,
    name: owned,
    uid: ownerUid,
    controller: true,
  });
  const started = now.toISOString();
  cluster.put({
    ...deployment,
    metadata: {
      ...deployment.metadata,
      annotations: { ...deployment.metadata.annotations, 'deployment.kubernetes.io/revision': revision },
    },
    status: good
      ? {
          observedGeneration: generation,
          replicas: 1,
          updatedReplicas: 1,
          readyReplicas: 1,
          availableReplicas: 1,
          conditions: [{ type: 'Available', status: 'True' }],
        }
      : { observedGeneration: generation, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 },
  });
  const replicaSet = cluster.put({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [owner('Deployment', name, uid)] as never,
    },
    spec: { replicas: 1 },
    status: { replicas: 1 },
  });
  cluster.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${hash}-x`,
      namespace,
      labels,
      creationTimestamp: started,
      ownerReferences: [owner('ReplicaSet', replicaSet.metadata.name, replicaSet.metadata.uid ?? '')] as never,
    },
    spec: { containers: [{ name: 'shop', image }] },
    status: good
      ? {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [{ name: 'shop', ready: true, restartCount: 0, image, state: { running: {} } }],
        }
      : {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'False' }],
          containerStatuses: [
            {
              name: 'shop',
              ready: false,
              restartCount: 3,
              image,
              state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
              lastState: { terminated: { exitCode: 1, reason: 'Error' } },
            },
          ],
        },
  });
}

/** The app answers as the image that the Deployment has now; a mute one accepts and says nothing of its revision. */
function serve(
  url: string,
  cluster: MemoryCluster,
  behaviours: ReadonlyMap<string, { behaviour: Behaviour; revision: string }>,
): { status: number; revision?: string } | undefined {
  const deployment = cluster.objects().find(({ kind }) => kind === 'Deployment');
  const running = deployment === undefined ? undefined : behaviours.get(digestOf(imageOf(deployment)));
  if (running === undefined || running.behaviour === 'crashes' || !url.endsWith('/version')) return undefined;
  return running.behaviour === 'mute' ? { status: 200 } : { status: 200, revision: running.revision };
}

function imageOf(deployment: Manifest): string {
  const spec = deployment['spec'] as { template: { spec: { containers: { image: string }[] } } };
  return spec.template.spec.containers[0]?.image ?? '';
}

function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1);
}

function manifests(): ReadonlyMap<string, string> {
  const metadata = (name: string): string => `metadata:\n  name: ${name}\n`;
  return new Map([
    ['base/namespace.yaml', `apiVersion: v1\nkind: Namespace\n${metadata('shop')}`],
    ['base/config.yaml', `apiVersion: v1\nkind: ConfigMap\n${metadata('shop')}data:\n  greeting: hello\n`],
    [
      'base/deployment.yaml',
      `apiVersion: apps/v1\nkind: Deployment\n${metadata('shop')}spec:\n  replicas: 1\n  selector:\n    matchLabels: { app.kubernetes.io/name: shop }\n  template:\n    metadata:\n      labels: { app.kubernetes.io/name: shop }\n    spec:\n      containers:\n        - name: shop\n          image: registry.test/acme/shop\n`,
    ],
    ['overlays/production/overlay.yaml', 'namespace: shop\nresources: [../../base]\npatches: []\n'],
  ]);
}
