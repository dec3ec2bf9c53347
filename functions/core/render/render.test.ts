import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ReleaseError } from '../errors.ts';
import { imageName } from './image.ts';
import type { Manifest } from '../kubernetes.ts';
import { render, type RenderInput } from './render.ts';

const pinned = `ghcr.io/acme/shop@sha256:${'ab'.repeat(32)}`;
const revision = 'c0ffee'.repeat(6) + 'abcd';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  labels: { app.kubernetes.io/name: shop, team: web }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata:
      labels: { app: shop }
    spec:
      initContainers:
        - { name: migrate, image: 'ghcr.io/acme/shop:1.2@sha256:00' }
      containers:
        - name: app
          image: ghcr.io/acme/shop:\${TAG}
        - name: proxy
          image: ghcr.io/acme/shop-proxy:1
`;
const service =
  'apiVersion: v1\nkind: Service\nmetadata: { name: shop }\nspec:\n  ports:\n    - { port: 80, nodePort: 31445 }\n';

function input(files: Record<string, string>, more: Partial<RenderInput> = {}): RenderInput {
  return {
    files: new Map(Object.entries(files)),
    overlay: 'overlays/production',
    image: { name: 'ghcr.io/acme/shop', pinned },
    release: { id: 'r1', revision, environment: 'production', app: 'shop' },
    ...more,
  };
}

function withOverlay(overlay: string, files: Record<string, string> = {}): Record<string, string> {
  return {
    'base/deployment.yaml': deployment,
    'base/service.yaml': service,
    'overlays/production/overlay.yaml': overlay,
    ...files,
  };
}

const whole = withOverlay('resources: [../../base]\n');
const onlyBase = (text: string): RenderInput =>
  input({ 'base/a.yaml': `${deployment}---\n${text}` }, { overlay: 'base' });

function problemsOf(rendered: RenderInput): readonly string[] {
  try {
    render(rendered);
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'ManifestInvalid') return error.details['problems'] as string[];
    throw error;
  }
  return [];
}

const kindOf = (objects: Manifest[], kind: string): Manifest | undefined =>
  objects.find((object) => object.kind === kind);

describe('render', () => {
  it('pins the image by its name, in every list of containers, and leaves other images', () => {
    const text = JSON.stringify(render(input(whole)));
    expect(text.match(/"image":"[^"]*"/g)).toEqual([
      `"image":"${pinned}"`,
      `"image":"${pinned}"`,
      '"image":"ghcr.io/acme/shop-proxy:1"',
    ]);
  });

  it('labels objects; the revision only where it is what runs', () => {
    const objects = render(input(whole));
    expect(kindOf(objects, 'Deployment')?.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'shop',
      'app.kubernetes.io/managed-by': 'hawser',
      'hawser.dev/environment': 'production',
      'hawser.dev/revision': revision,
      team: 'web',
    });
    expect(kindOf(objects, 'Service')?.metadata.labels).not.toHaveProperty('hawser.dev/revision');
    expect(kindOf(objects, 'Deployment')).toMatchObject({
      spec: { selector: { matchLabels: { app: 'shop' } }, template: { metadata: { labels: { app: 'shop', 'hawser.dev/revision': revision } } } },
    }); // prettier-ignore
  });

  it('gives the same bytes for the same revision, whatever the release', () => {
    const again = input(whole, { release: { id: 'r2', revision, environment: 'production', app: 'shop' } });
    expect(JSON.stringify(render(again))).toBe(JSON.stringify(render(input(whole))));
  });

  it('adds the pull secret once, and keeps others', () => {
    const files = withOverlay(`resources: [../../base]
patches:
  - target: { kind: Deployment, name: shop }
    merge: { spec: { template: { spec: { imagePullSecrets: [{ name: mine }] } } } }
`);
    const [object] = render(input(files, { pullSecret: 'hawser-pull' }));
    expect(object).toMatchObject({
      spec: { template: { spec: { imagePullSecrets: [{ name: 'mine' }, { name: 'hawser-pull' }] } } },
    });
  });

  it('puts everything into the overlay’s namespace, and cluster-scoped objects into none', () => {
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n';
    const other = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: elsewhere }\n';
    const files = withOverlay('namespace: shop-staging\nresources: [../../base]\n', {
      'base/n.yaml': `${namespace}---\n${other}`,
    });
    expect(render(input(files)).map(({ kind, metadata }) => [kind, metadata.namespace])).toEqual([
      ['Deployment', 'shop-staging'],
      ['Namespace', undefined],
      ['ConfigMap', 'shop-staging'],
      ['Service', 'shop-staging'],
    ]);
  });

  it('patches by kind and name, by merge and by operations', () => {
    const files = withOverlay(`resources: [../../base/deployment.yaml, ../../base/service.yaml]
patches:
  - target: { kind: Deployment, name: shop }
    merge: { spec: { replicas: 3 }, metadata: { labels: { team: null } } }
  - target: { kind: Service, name: shop }
    json6902:
      - { op: replace, path: /spec/ports/0/nodePort, value: 31446 }
`);
    const objects = render(input(files));
    expect(kindOf(objects, 'Deployment')).toMatchObject({ spec: { replicas: 3 } });
    expect(kindOf(objects, 'Deployment')?.metadata.labels).not.toHaveProperty('team');
    expect(kindOf(objects, 'Service')).toMatchObject({ spec: { ports: [{ nodePort: 31446 }] } });
  });

  it('flattens Lists and drops what generators leave behind', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n  - ${service.trimEnd().replaceAll('\n', '\n    ')}\n    status: { loadBalancer: {} }\n`;
    const rendered = render(onlyBase(list.replace('name: shop }', 'name: shop, creationTimestamp: null }')));
    expect(rendered[1]).toEqual(expect.objectContaining({ kind: 'Service' }));
    expect(rendered[1]).not.toHaveProperty('status');
    expect(rendered[1]?.metadata).not.toHaveProperty('creationTimestamp');
  });

  it('lets an object keep its placeholders when it says so', () => {
    const script =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations: { hawser.dev/allow-placeholders: "true" }\ndata: { run: "echo ${HOME}" }\n';
    expect(problemsOf(onlyBase(script))).toEqual([]);
  });

  it('puts values into the tree, never into text: no value changes the structure', () => {
    const shape = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'string' ? '' : item)));
    const expected = shape(render(input(whole)));
    fc.assert(
      fc.property(fc.string(), fc.string(), (digest, text) => {
        const image = `ghcr.io/acme/shop@sha256:${digest.replaceAll(/[{}]/g, '')}`;
        const release = { id: text, revision: text, environment: text, app: text };
        expect(shape(render(input(whole, { image: { name: 'ghcr.io/acme/shop', pinned: image }, release })))).toEqual(
          expected,
        );
      }),
    );
  });
});

describe('render refuses, naming file, line and path', () => {
  const at = 17 + deployment.split('\n').length - 18; // lines before the second document of onlyBase
  test.each<[string, string, string]>([
    ['a placeholder in an image of others', 'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n    - { name: a, image: IMAGE_PLACEHOLDER }', `k8s/base/a.yaml:${at + 7}: spec.containers[0].image: the placeholder IMAGE_PLACEHOLDER was not replaced`],
    ['a placeholder in any string', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  url: "http://${HOST}/"', `k8s/base/a.yaml:${at + 6}: data.url: the placeholder \${HOST} was not replaced`],
    ['a template in a string', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .name }}" }', `k8s/base/a.yaml:${at + 4}: metadata.name: the placeholder {{ .name }} was not replaced`],
    ['no kind', 'apiVersion: v1\nmetadata: { name: a }', `k8s/base/a.yaml:${at + 2}: kind: expected a string, got nothing`],
    ['no name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { generateName: a- }', `k8s/base/a.yaml:${at + 4}: metadata.name: expected a string, got nothing`],
    ['a value that is no object', '[a]', `k8s/base/a.yaml:${at + 2}: expected an object of Kubernetes, got a list`],
    ['a label that is a number', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: { version: 1.5 }', `k8s/base/a.yaml:${at + 6}: metadata.labels.version: expected a string, got the number 1.5: put it in quotes`],
    ['a variable that is a boolean', 'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n    - name: a\n      env:\n        - { name: A, value: true }', `k8s/base/a.yaml:${at + 9}: spec.containers[0].env[0].value: expected a string, got the boolean true: put it in quotes`],
    ['a field of a live object', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  uid: 123-4', `k8s/base/a.yaml:${at + 6}: metadata.uid: only the API server sets this`],
    ['a namespace where none belongs', 'apiVersion: v1\nkind: Namespace\nmetadata: { name: a, namespace: b }', `k8s/base/a.yaml:${at + 4}: metadata.namespace: a Namespace belongs to no namespace`],
    ['the same object twice', deployment, `k8s/base/a.yaml:${at + 2}: Deployment default/shop is there twice; the first is in k8s/base/a.yaml:1`],
    ['a key twice', 'a: 1\na: 2', `k8s/base/a.yaml:${at + 3}: a: the key is there twice`],
  ])('%s', (_, text, problem) => {
    expect(problemsOf(onlyBase(text))).toEqual([expect.stringContaining(problem)]);
  }); // prettier-ignore

  test.each<[string, string, string]>([
    ['an unknown key of the overlay', 'resources: [../../base]\nnamePrefix: x', 'k8s/overlays/production/overlay.yaml:2: namePrefix: unknown key'],
    ['a path that leads out', 'resources:\n  - ../../base\n  - ../../../secrets', 'k8s/overlays/production/overlay.yaml:3: ../../../secrets leads out of k8s/'],
    ['an absolute path', 'resources: [../../base, /etc]', 'k8s/overlays/production/overlay.yaml:1: /etc leads out'],
    ['a path that is not there', 'resources: [../../base, ../../extra]', 'k8s/overlays/production/overlay.yaml:1: there is no manifest at k8s/extra'],
    ['a patch without target', 'resources: [../../base]\npatches:\n  - target: { kind: Deployment, name: shopp }\n    merge: {}', 'k8s/overlays/production/overlay.yaml:3: patches[0].target: there is no Deployment shopp to patch; there is Deployment shop, Service shop'],
    ['a patch with both forms', 'resources: [../../base]\npatches:\n  - { target: { kind: Service, name: shop }, merge: {}, json6902: [{ op: remove, path: /spec }] }', 'patches[0]: expected either merge or json6902'],
    ['an operation that fails', 'resources: [../../base]\npatches:\n  - target: { kind: Service, name: shop }\n    json6902:\n      - { op: replace, path: /spec/ports/7, value: 1 }', 'k8s/overlays/production/overlay.yaml:4: patches[0].json6902: operation 1 (replace /spec/ports/7): there is nothing at /spec/ports/7'],
    ['what a patch put in, at the line of the patch', 'resources: [../../base]\npatches:\n  - target: { kind: Service, name: shop }\n    merge:\n      spec:\n        externalName: "${HOST}"', 'k8s/overlays/production/overlay.yaml:6: spec.externalName: the placeholder ${HOST}'],
  ])('%s', (_, overlay, problem) => {
    expect(problemsOf(input(withOverlay(overlay)))).toEqual([expect.stringContaining(problem)]);
  }); // prettier-ignore

  it('manifests without the app’s image', () => {
    const files = { 'overlays/production/service.yaml': service };
    expect(problemsOf(input(files))).toEqual([
      expect.stringContaining('no container uses the image ghcr.io/acme/shop'),
    ]);
  });

  it('all problems of all files at once', () => {
    const files = withOverlay('resources: [../../base]\n', {
      'base/x.yaml': 'a: 1\na: 2',
      'base/y.yaml': 'kind: A\n---\nb: [',
    });
    expect(problemsOf(input(files)).map((line) => line.split(': ')[0])).toEqual([
      'k8s/base/x.yaml:2',
      'k8s/base/y.yaml:3',
    ]);
  });
});

test.each([
  ['ghcr.io/acme/shop', 'ghcr.io/acme/shop'],
  ['ghcr.io/acme/shop:1.2', 'ghcr.io/acme/shop'],
  ['ghcr.io/acme/shop@sha256:00', 'ghcr.io/acme/shop'],
  ['localhost:5000/shop:1@sha256:00', 'localhost:5000/shop'],
  ['localhost:5000/shop', 'localhost:5000/shop'],
  ['nginx:1', 'nginx'],
])('the name of image %s is %s', (reference, name) => {
  expect(imageName(reference)).toBe(name);
});
