import type { Manifest } from '../kubernetes.ts';
import type { Observation, Verdict } from '../rollout/rollout.ts';

/** Objects as a real API server returns them, cut to what the rules read. Time is counted in seconds after the rollout's start. */
export const startedAt = new Date('2026-11-24T10:00:00Z');

export function after(seconds: number): string {
  return new Date(startedAt.getTime() + seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

const image = 'ghcr.io/acme/shop@sha256:4297f44b13955235245b2497399d7a93403e503a5a1a0a1a0a1a0a1a0a1a0429';

export function deployment(status: object = {}, spec: object = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'shop',
      namespace: 'shop',
      uid: 'd-1',
      generation: 2,
      annotations: { 'deployment.kubernetes.io/revision': '2' },
    },
    spec: { replicas: 1, ...spec },
    status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1, ...status },
  };
}

export function replicaSet(revision: number, status: object = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `shop-${revision}`,
      namespace: 'shop',
      uid: `rs-${revision}`,
      labels: { 'pod-template-hash': `hash${revision}` },
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop', uid: 'd-1', controller: true }],
    },
    spec: { replicas: 1 },
    status: { replicas: 1, ...status },
  };
}

interface PodOptions {
  revision?: number;
  createdAfter?: number;
  container?: object;
  status?: object;
  initContainers?: object[];
  metadata?: object;
}

/** One pod of the revision (2, the new one, unless said otherwise), placed on a node and with one container `app`. */
export function pod({
  revision = 2,
  createdAfter = 1,
  container = {},
  status = {},
  initContainers,
  metadata = {},
}: PodOptions = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `shop-${revision}-x7k2p`,
      namespace: 'shop',
      uid: `pod-${revision}`,
      labels: { 'pod-template-hash': `hash${revision}` },
      creationTimestamp: after(createdAfter),
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `shop-${revision}`,
          uid: `rs-${revision}`,
          controller: true,
        },
      ],
      ...metadata,
    },
    spec: {
      containers: [{ name: 'app', image, ports: [{ name: 'http', containerPort: 8080 }], ...container }],
      ...(initContainers === undefined ? {} : { initContainers }),
    },
    status: {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady' },
      ],
      ...status,
    },
  };
}

export function containerStatus(state: object, more: object = {}): object {
  return { name: 'app', ready: false, restartCount: 0, image, state, ...more };
}

export function waitingPod(reason: string, message = '', more: object = {}, options: PodOptions = {}): Manifest {
  const status = containerStatus({ waiting: { reason, ...(message === '' ? {} : { message }) } }, more);
  return pod({ ...options, status: { containerStatuses: [status], ...options.status } });
}

export function terminated(exitCode: number, more: object = {}): object {
  return { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: after(4), ...more } };
}

export function event(reason: string, message: string, more: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `e-${reason}-${message.length}`, namespace: 'shop', creationTimestamp: after(3) },
    type: 'Warning',
    reason,
    message,
    count: 1,
    firstTimestamp: after(3),
    lastTimestamp: after(3),
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'shop-2-x7k2p', uid: 'pod-2' },
    ...more,
  };
}

/** The rollout of revision 2 as it stands 20 s after its start, with one new pod that is not ready. */
export function observation(parts: Partial<Observation> & { at?: number } = {}): Observation {
  const { at = 20, ...rest } = parts;
  return {
    workload: deployment(),
    replicaSets: [replicaSet(1, { replicas: 0 }), replicaSet(2)],
    pods: [],
    events: [],
    now: new Date(startedAt.getTime() + at * 1_000),
    startedAt,
    ...rest,
  };
}

/** A workload of any kind named `db`, at generation 2, which its controller has seen. */
export function workload(kind: string, spec: object = {}, status: object = {}, metadata: object = {}): Manifest {
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : kind === 'Pod' ? 'v1' : 'apps/v1',
    kind,
    metadata: { name: 'db', namespace: 'shop', uid: 'w-1', generation: 2, ...metadata },
    spec,
    status: { observedGeneration: 2, ...status },
  };
}

/** A pod of that workload; `revision` is its controller-revision-hash. */
export function podOf(
  owner: Manifest,
  name: string,
  options: { revision?: string; ready?: boolean } & Omit<PodOptions, 'revision'> = {},
): Manifest {
  const { revision = 'b', ready = false, metadata = {}, status = {}, ...rest } = options;
  const { apiVersion, kind } = owner;
  const ownerReferences = [{ apiVersion, kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true }];
  const conditions = [
    { type: 'PodScheduled', status: 'True' },
    { type: 'Ready', status: ready ? 'True' : 'False' },
  ];
  return pod({
    ...rest,
    status: { phase: ready ? 'Running' : 'Pending', conditions, ...status },
    metadata: { name, uid: name, labels: { 'controller-revision-hash': revision }, ownerReferences, ...metadata },
  });
}

/** The rollout of that workload 20 s after its start. */
export function rolloutOf(owner: Manifest, parts: Partial<Observation> & { at?: number } = {}): Observation {
  return observation({ workload: owner, replicaSets: [], ...parts });
}

/** The words of a verdict, whichever it is. */
export function lineOf(verdict: Verdict): string {
  if (verdict.state === 'progressing') return verdict.waitsFor;
  if (verdict.state === 'skipped') return verdict.note;
  return verdict.state === 'failed' ? verdict.message : '';
}
