import type { Manifest } from '../kubernetes.ts';
import type { Planned } from '../capacity/demand.ts';

/** Objects of a small cluster, for tests. Memory in Mi. */
export function node(
  name: string,
  memory: number,
  more: { spec?: object; pods?: number; cpu?: string } = {},
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: more.spec ?? {},
    status: {
      allocatable: { memory: `${memory}Mi`, cpu: more.cpu ?? '2', pods: String(more.pods ?? 110) },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

export interface PodParts {
  on?: string;
  memory?: number;
  /** `Deployment/web`, `StatefulSet/db`, `Job/once` */
  of?: string;
  namespace?: string;
  spec?: object;
  phase?: string;
  ready?: boolean;
  deleted?: boolean;
}

let count = 0;

export function pod(parts: PodParts = {}): Manifest {
  const { on = 'a', memory = 0, of = '', namespace = 'shop', phase = 'Running', ready = true } = parts;
  const [kind = '', owner = ''] = of.split('/');
  const isDeployment = kind === 'Deployment';
  const controller = { kind: isDeployment ? 'ReplicaSet' : kind, name: isDeployment ? `${owner}-5d4f` : owner };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${owner || 'alone'}-${++count}`,
      namespace,
      uid: `pod-${count}`,
      ...(isDeployment ? { labels: { 'pod-template-hash': '5d4f' } } : {}),
      ...(of === ''
        ? {}
        : { ownerReferences: [{ apiVersion: 'apps/v1', uid: owner, controller: true, ...controller }] }),
      ...(parts.deleted === true ? { deletionTimestamp: '2026-11-24T10:00:00Z' } : {}),
    },
    spec: {
      nodeName: on,
      containers: [{ resources: { requests: { memory: `${memory}Mi`, cpu: '10m' } } }],
      ...parts.spec,
    },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

export interface WorkloadParts {
  kind?: string;
  memory?: number;
  image?: string;
  spec?: object;
  podSpec?: object;
  container?: object;
}

export function workload(name: string, parts: WorkloadParts = {}): Manifest {
  const { kind = 'Deployment', memory = 0, image = 'registry.test/acme/shop@sha256:1', spec = {} } = parts;
  const labels = { app: name };
  const resources = { requests: { memory: `${memory}Mi`, cpu: '10m' } };
  const container = { name: 'web', image, resources, ...parts.container };
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container], ...parts.podSpec } },
      ...spec,
    },
  };
}

/** The workload as it is planned: new, or with the image of a release before. */
export function planned(desired: Manifest, live?: Manifest): Planned {
  return { desired, live, predicted: desired };
}
