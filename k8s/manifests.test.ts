import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../functions/core/kubernetes.ts';
import { resolveOverlay } from '../functions/core/render/overlay.ts';
import { render } from '../functions/core/render/render.ts';

const folder = import.meta.dirname;
const files = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
);
const environments = readdirSync(join(folder, 'overlays'));

/** The parts of our own manifests that the tests below look at. */
interface Pod {
  metadata: { labels: Record<string, string> };
  spec: {
    serviceAccountName: string;
    automountServiceAccountToken: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: Record<string, unknown>;
    containers: Container[];
  };
}
interface Container {
  image: string;
  ports: { name: string; containerPort: number }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: Record<string, unknown>;
  startupProbe: Probe;
  readinessProbe: Probe;
  livenessProbe: Probe;
}
interface Probe {
  httpGet: { path: string; port: string };
}
interface ServiceSpec {
  type: string;
  selector: Record<string, string>;
  ports: { port: number; targetPort: string; nodePort: number }[];
}

function objectsOf(environment: string) {
  const { sources, namespace, problems } = resolveOverlay(files, `overlays/${environment}`);
  const objects = sources.map(({ value }) => value as Manifest);
  const only = (kind: string): Manifest => {
    const [first, ...rest] = objects.filter((object) => object.kind === kind);
    if (first === undefined || rest.length > 0) throw new Error(`expected one ${kind} in ${environment}`);
    return first;
  };
  const deployment = only('Deployment')['spec'] as { selector: { matchLabels: Record<string, string> }; template: Pod };
  const [container, ...others] = deployment.template.spec.containers;
  if (container === undefined || others.length > 0) throw new Error(`expected one container in ${environment}`);
  const service = only('Service')['spec'] as ServiceSpec;
  return { objects, only, namespace, problems, deployment, pod: deployment.template, container, service };
}

/** `50m` of CPU in cores, `64Mi` of memory in bytes; the units that our manifests use. */
function quantity(text: string): number {
  const [, digits, unit] = /^(\d+)(m|Mi|Gi)?$/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`unexpected quantity ${text}`);
  return Number(digits) * { m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30, '': 1 }[(unit ?? '') as 'm' | 'Mi' | 'Gi' | ''];
}

test('there are the two environments of the documentation', () => {
  expect(environments.toSorted()).toEqual(['production', 'staging']);
});

describe.each(environments)('%s', (environment) => {
  const { objects, only, namespace, problems, deployment, pod, container, service } = objectsOf(environment);

  test('is read without a problem, each patch finding its target', () => {
    expect(problems).toEqual([]);
    expect(objects.map((object) => object.kind).sort()).toEqual([
      'Deployment',
      'Namespace',
      'NetworkPolicy',
      'Service',
      'ServiceAccount',
    ]);
  });

  test('brings its own namespace, under the restricted pod security standard', () => {
    expect(only('Namespace').metadata).toMatchObject({
      name: namespace,
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
  });

  test('meets the restricted standard, and writes to no file', () => {
    expect(pod.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('gives its pods no token of the Kubernetes API', () => {
    expect(pod.spec).toMatchObject({
      serviceAccountName: only('ServiceAccount').metadata.name,
      automountServiceAccountToken: false,
    });
    expect(only('ServiceAccount')['automountServiceAccountToken']).toBe(false);
  });

  test('asks for no more than its limits, and fits a 1 GB node beside k3s', () => {
    const { requests, limits } = container.resources;
    for (const [name, limit] of Object.entries(limits)) {
      expect(quantity(requests[name] ?? 'missing')).toBeLessThanOrEqual(quantity(limit));
    }
    expect(quantity(limits['memory'] ?? 'missing')).toBeLessThanOrEqual(128 * 2 ** 20);
    expect(quantity(requests['cpu'] ?? 'missing')).toBeLessThanOrEqual(0.1);
  });

  test('leaves it to Hawser whether the node has room for two pods during a rollout', () => {
    expect(only('Deployment')['spec']).not.toHaveProperty('strategy');
  });

  test('serves on while the other nodes learn that its pod goes, and still ends in time', () => {
    const { lifecycle } = container as unknown as { lifecycle: { preStop: { sleep: { seconds: number } } } };
    const { terminationGracePeriodSeconds } = pod.spec as unknown as { terminationGracePeriodSeconds: number };
    expect(lifecycle.preStop.sleep.seconds).toBeGreaterThan(0);
    // The app itself takes up to 10 s to close.
    expect(terminationGracePeriodSeconds).toBeGreaterThan(10 + lifecycle.preStop.sleep.seconds);
  });

  test('selects its own pods', () => {
    expect(pod.metadata.labels).toMatchObject(deployment.selector.matchLabels);
    expect(pod.metadata.labels).toMatchObject(service.selector);
  });

  test('leads from the NodePort to the port that the container listens on', () => {
    const [port] = service.ports;
    expect(service.type).toBe('NodePort');
    expect(container.ports).toContainEqual({ name: port?.targetPort, containerPort: 8080, protocol: 'TCP' });
    expect(only('NetworkPolicy')['spec']).toMatchObject({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 8080, protocol: 'TCP' }] }],
    });
  });

  test('probes /health three ways', () => {
    const health = { path: '/health', port: 'http' };
    expect(container).toMatchObject({
      startupProbe: { httpGet: health },
      readinessProbe: { httpGet: health },
      livenessProbe: { httpGet: health },
    });
  });

  test('names the image alone: the digest is put in by the deployer', () => {
    expect(container.image).toBe('ghcr.io/acme/shop');
  });

  test('leaves the app the time that it takes to shut down', () => {
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
  });
});

test('the environments can share a cluster: namespaces differ, and so do the NodePorts, all within the range', () => {
  const ports = environments.flatMap((name) => objectsOf(name).service.ports.map((port) => port.nodePort));
  const namespaces = environments.map((name) => objectsOf(name).namespace);
  expect(new Set(ports).size).toBe(environments.length);
  expect(new Set(namespaces).size).toBe(environments.length);
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(30_000);
    expect(port).toBeLessThanOrEqual(32_767);
  }
});

describe.each(environments)('behind an Ingress, %s', (environment) => {
  const file = `overlays/${environment}/overlay.yaml`;
  const host = `  - target: { kind: Ingress, name: shop }
    json6902:
      - { op: replace, path: /spec/rules/0/host, value: ${environment}.example.com }
`;
  const renderWith = (component: string, patch: string): Manifest[] => {
    const own = files.get(file)?.replace('patches: []', 'patches:') ?? '';
    const overlay = `${own}\n${patch}\ncomponents: [../../components/${component}]\n`;
    return render({
      files: new Map([...files, [file, overlay]]),
      overlay: `overlays/${environment}`,
      image: { name: 'ghcr.io/acme/shop', pinned: `ghcr.io/acme/shop@sha256:${'ab'.repeat(32)}` },
      release: { id: 'r', revision: 'c0ffee', environment, app: 'shop' },
    });
  };

  test.each([
    ['ingress-traefik', 'traefik', 'kube-system'],
    ['ingress-nginx', 'nginx', 'ingress-nginx'],
  ])('of %s: its class, the host of the overlay, and the app’s Service and pods', (component, className, namespace) => {
    const objects = renderWith(component, host);
    const own = objectsOf(environment);
    const ingress = objects.find(({ kind }) => kind === 'Ingress');
    expect(ingress?.metadata.namespace).toBe(own.namespace);
    expect(ingress?.['spec']).toEqual({
      ingressClassName: className,
      rules: [
        {
          host: `${environment}.example.com`,
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { name: 'http' } } } }],
          },
        },
      ],
    });
    expect(own.only('Service').metadata.name).toBe('shop');
    expect(own.service.ports).toContainEqual(expect.objectContaining({ name: 'http' }));

    const policy = objects.find(({ metadata }) => metadata.name === 'shop-ingress')?.['spec'] as {
      podSelector: { matchLabels: Record<string, string> };
      ingress: unknown;
    };
    expect(own.pod.metadata.labels).toMatchObject(policy.podSelector.matchLabels);
    expect(policy.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': component.replace(/^ingress-(?=traefik)/, '') } },
          },
        ],
        ports: [{ port: own.container.ports[0]?.containerPort, protocol: 'TCP' }],
      },
    ]);
  });

  test.each(['ingress-traefik', 'ingress-nginx'])('%s asks for the host, naming the place', (component) => {
    const patch = environment === 'production' ? host.replace(/json6902:[^]*/, 'merge: {}\n') : '';
    const place = `k8s/components/${component}/ingress.yaml:13: spec.rules[0].host: the placeholder \${HOST} was not replaced`;
    expect(() => renderWith(component, patch)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ problems: [expect.stringContaining(place)] }) }),
    );
  });
});
