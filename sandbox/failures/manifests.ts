import type { Manifest } from '../../functions/core/kubernetes.ts';
import type { Registry } from '../registry/registry.ts';
import { APP, REGISTRY, STRANGER_PASSWORD, type FailureCase } from './case.ts';

/** In the range of NodePorts, and nobody else's in the sandbox. */
export const NODE_PORT = 31_445;

type Change = Pick<FailureCase, 'container' | 'pod' | 'deployment' | 'objects'>;

/** `surge` starts the new pod beside the old one, which goes when the new one is ready. With the others it goes at once. */
export const strategies = {
  surge: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  replace: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  recreate: { type: 'Recreate' },
};
export type Strategy = keyof typeof strategies;

/** The files below k8s/ of a release. JSON is YAML, so that each object is a file of its own as it is. */
export function manifestFiles(
  change: Change,
  { registry, image, strategy }: { registry: Registry; image: string; strategy: Strategy },
): ReadonlyMap<string, string> {
  const objects = [namespace, service, deployment(change, image, strategy), ...(change.objects ?? [])];
  return new Map(
    objects.map((object, index) => [
      `production/${index}-${object.kind}.yaml`,
      JSON.stringify(filled(object, registry)),
    ]),
  );
}

/** The object with the registry and its account in place of what stands for them. */
export function filled(object: Manifest, { host, stranger }: Registry): Manifest {
  const text = JSON.stringify(object).replaceAll(REGISTRY, host).replaceAll(STRANGER_PASSWORD, stranger.password);
  return JSON.parse(text) as Manifest;
}

const labels = { app: APP };
const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: APP } };
const service: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: APP, namespace: APP },
  spec: { type: 'NodePort', selector: labels, ports: [{ port: 80, targetPort: 8080, nodePort: NODE_PORT }] },
};

function deployment(change: Change, image: string, strategy: Strategy): Manifest {
  const container = {
    name: APP,
    image,
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1, timeoutSeconds: 5 },
    resources: { requests: { cpu: '100m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    // Where no request may be lost, the old pod has to outlast kube-proxy, which may take seconds on a busy machine.
    ...(strategy === 'surge' ? { env: [{ name: 'LAME_DUCK', value: '6s' }] } : {}),
    ...change.container,
  };
  const pod = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 12,
    ...change.pod,
    containers: [container, ...sidecars(change.pod)],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: APP, namespace: APP },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      strategy: strategies[strategy],
      ...change.deployment,
      template: { metadata: { labels }, spec: pod },
    },
  };
}

/** Containers beside the app's. */
function sidecars(pod: object | undefined): unknown[] {
  const containers: unknown = Object(pod)['containers'];
  return Array.isArray(containers) ? containers : [];
}
