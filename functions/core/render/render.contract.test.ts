import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ReleaseError } from '../errors.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import { useApiServer } from '../phases/contract/use-api-server.ts';
import { inOrder } from './order.ts';
import { describePosition } from './position.ts';
import { renderWithPlaces, type Rendered } from './render.ts';

const root = join(import.meta.dirname, '../../..');
const soon = () => AbortSignal.timeout(20_000);
const api = useApiServer();

function filesIn(folder: string): Map<string, string> {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return new Map(
    paths
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => [path, readFileSync(join(root, folder, path), 'utf8')]),
  );
}

function rendered(files: ReadonlyMap<string, string>, environment: string): Rendered {
  return renderWithPlaces({
    files,
    overlay: `overlays/${environment}`,
    image: { name: 'ghcr.io/acme/shop', pinned: `ghcr.io/acme/shop@sha256:${'ab'.repeat(32)}` },
    release: { id: 'r', revision: 'c0ffee'.repeat(6) + 'abcd', environment, app: 'shop' },
    pullSecret: 'hawser-pull',
  });
}

/** Our own k8s folder, with a component and what the overlay has to say for it. */
function withIngress(environment: string, component: string): Map<string, string> {
  const files = filesIn('k8s');
  const path = `overlays/${environment}/overlay.yaml`;
  const own = files.get(path) ?? '';
  const patch = `
  - target: { kind: Ingress, name: shop }
    json6902:
      - { op: replace, path: /spec/rules/0/host, value: ${environment}.example.com }
      - { op: add, path: /spec/tls, value: [{ hosts: [${environment}.example.com], secretName: shop-tls }] }
components: [../../components/${component}]
`;
  return files.set(path, `${own.trimEnd()}\n${patch}`);
}

/** As docs/manifests.md closes the other ways in: no host, no NodePort, nobody but the controller. */
function closed(): Map<string, string> {
  return filesIn('k8s').set(
    'overlays/staging/overlay.yaml',
    `namespace: shop-staging
resources: [../../base]
components: [../../components/ingress-traefik]
patches:
  - target: { kind: Namespace, name: shop }
    merge: { metadata: { name: shop-staging } }
  - target: { kind: Ingress, name: shop }
    json6902: [{ op: remove, path: /spec/rules/0/host }]
  - target: { kind: Service, name: shop }
    merge: { spec: { type: ClusterIP, externalTrafficPolicy: null, ports: [{ name: http, port: 80, targetPort: http, protocol: TCP }] } }
  - target: { kind: NetworkPolicy, name: shop }
    json6902: [{ op: remove, path: /spec/ingress }]
`,
  );
}

async function applyAll(objects: readonly Manifest[], namespace: string): Promise<string[]> {
  if (!objects.some(({ kind }) => kind === 'Namespace')) {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  }
  const versions: string[] = [];
  for (const object of inOrder(objects)) {
    const live = await apply(object);
    // A definition is given its status meanwhile, which is no change of ours.
    const { resourceVersion, generation } = live.metadata;
    const version = object.kind === 'CustomResourceDefinition' ? generation : resourceVersion;
    versions.push(`${object.kind} ${live.metadata.name} ${version}`);
  }
  return versions;
}

/** A kind that was defined just now is served a moment later. */
async function apply(object: Manifest): Promise<Manifest> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await api.cluster.apply(object, { dryRun: false, force: false }, soon());
    } catch (error) {
      if (object.kind !== 'Probe' || attempt === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function refusal(object: Manifest, { placeOf }: Rendered): Promise<string[]> {
  try {
    await api.cluster.apply(object, { dryRun: true, force: true }, soon());
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return (error.details['fields'] as string[]).map((field) => {
      const position = placeOf(refOf(object), field);
      return position === undefined ? field : describePosition(position);
    });
  }
  return [];
}

describe('a real API server', () => {
  test.each<[string, () => Map<string, string>, string, string]>([
    ['helm template printed', () => filesIn('docs/examples/helm/k8s'), 'production', 'shop'],
    ['kustomize build printed', () => filesIn('docs/examples/kustomize/k8s'), 'production', 'shop'],
    ['we have, behind Traefik', () => withIngress('staging', 'ingress-traefik'), 'staging', 'shop-staging'],
    ['we have, behind NGINX', () => withIngress('staging', 'ingress-nginx'), 'staging', 'shop-staging'],
    ['we have, behind Traefik alone', closed, 'staging', 'shop-staging'],
  ])('takes all that %s; rendered and applied again, nothing changes', async (_, files, environment, namespace) => {
    const first = await applyAll(rendered(files(), environment).objects, namespace);
    expect(first.length).toBeGreaterThan(3);
    expect(await applyAll(rendered(files(), environment).objects, namespace)).toEqual(first);
  });

  test('refuses fields, each of which is found in its file', async () => {
    const files = filesIn('k8s');
    const edit = (path: string, from: string, to: string): void =>
      void files.set(path, (files.get(path) ?? '').replace(from, to));
    edit('base/deployment.yaml', 'imagePullPolicy: IfNotPresent', 'imagePullPolicyy: IfNotPresent');
    edit('base/serviceaccount.yaml', 'automountServiceAccountToken: false', 'automountServiceAccountToken: "no"');
    const all = rendered(files, 'production');
    const of = (kind: string): Manifest => all.objects.find((one) => one.kind === kind) as Manifest;
    const line = (path: string, text: string): string =>
      `k8s/${path}:${(files.get(path) ?? '').split('\n').findIndex((one) => one.includes(text)) + 1}`;

    expect(await refusal(of('Deployment'), all)).toEqual([line('base/deployment.yaml', 'imagePullPolicyy')]);
    expect(await refusal(of('ServiceAccount'), all)).toEqual([line('base/serviceaccount.yaml', 'automount')]);
  });

  test('refuses values, each of which is found in its file or in the overlay that wrote it', async () => {
    // By now the chart's Service holds this port, and kustomize's Deployment shop has another selector.
    const files = filesIn('k8s').set(
      'overlays/production/overlay.yaml',
      `namespace: shop
resources: [../../base]
patches:
  - target: { kind: Deployment, name: shop }
    merge:
      spec:
        replicas: -1
`,
    );
    const all = rendered(files, 'production');
    const of = (kind: string): Manifest => all.objects.find((one) => one.kind === kind) as Manifest;
    expect(await refusal(of('Service'), all)).toEqual(['k8s/base/service.yaml:21']);
    expect(await refusal(of('Deployment'), all)).toEqual([
      'k8s/overlays/production/overlay.yaml:7',
      'k8s/base/deployment.yaml:17',
    ]);
  });
});
