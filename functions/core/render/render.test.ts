import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ReleaseError } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import { describePosition } from './position.ts';
import { render, renderWithPlaces, type RenderInput } from './render.ts';

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
      'hawser.dev/app': 'shop',
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

  it('leaves selectors and claim templates as they are, and labels the pods of each kind', () => {
    const set = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  selector: { matchLabels: { app: db } }
  volumeClaimTemplates:
    - metadata: { name: data, labels: { app: db } }
      spec: { accessModes: [ReadWriteOnce] }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: ghcr.io/acme/shop }] }
`;
    const cron = `apiVersion: batch/v1
kind: CronJob
metadata: { name: c }
spec:
  schedule: '0 3 * * *'
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: ghcr.io/acme/shop }] } } } }
`;
    const objects = render(onlyBase(`${set}---\n${cron}`));
    expect(kindOf(objects, 'StatefulSet')?.['spec']).toEqual({
      selector: { matchLabels: { app: 'db' } },
      volumeClaimTemplates: [{ metadata: { name: 'data', labels: { app: 'db' } }, spec: { accessModes: ['ReadWriteOnce'] } }],
      template: { metadata: { labels: { app: 'db', 'hawser.dev/revision': revision } }, spec: { containers: [{ name: 'db', image: pinned }] } },
    }); // prettier-ignore
    expect(kindOf(objects, 'CronJob')).toMatchObject({
      spec: { jobTemplate: { spec: { template: { metadata: { labels: { 'hawser.dev/revision': revision } } } } } },
    });
  });

  it('says where a field is written, as the API server names it: in the base, in the patch, or in the nearest parent', () => {
    const overlay = `namespace: shop
resources: [../../base]
patches:
  - target: { kind: Service, name: shop }
    json6902:
      - { op: replace, path: /spec/ports/0/nodePort, value: 99 }
`;
    const { objects, placeOf } = renderWithPlaces(input(withOverlay(overlay), { pullSecret: 'hawser-pull' }));
    const place = (kind: string, path: string): string => {
      const name = { apiVersion: kind === 'Service' ? 'v1' : 'apps/v1', kind, namespace: 'shop', name: 'shop' };
      const position = placeOf(name, path);
      return position === undefined ? 'nowhere' : describePosition(position);
    };
    expect(place('Service', 'spec.ports[0].nodePort')).toBe('k8s/overlays/production/overlay.yaml:6');
    expect(place('Service', '.spec.ports[port=80,protocol="TCP"].port')).toBe('k8s/base/service.yaml:6');
    expect(place('Deployment', '.spec.template.spec.containers[name="proxy"].image')).toBe(
      'k8s/base/deployment.yaml:18',
    );
    expect(place('Deployment', 'spec.template.spec.containers[0].resources.limits')).toBe(
      'k8s/base/deployment.yaml:15',
    );
    expect(place('Deployment', 'spec.template.spec.imagePullSecrets[0].name')).toBe('k8s/base/deployment.yaml:11');
    expect(place('Deployment', 'metadata.labels[hawser.dev/revision]')).toBe('k8s/base/deployment.yaml:5');
    expect(place('StatefulSet', 'spec')).toBe('nowhere');
    const dumped = JSON.stringify(objects);
    expect(dumped).not.toContain('locate');
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
        const image = `ghcr.io/acme/shop@sha256:${digest.replaceAll(/[$<>{}%\s]/g, '')}`;
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
    ['a placeholder in a text of many lines, at its line', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  x: |\n    one\n    two ${TWO}\n    three', `k8s/base/a.yaml:${at + 8}: data.x: the placeholder \${TWO} was not replaced`],
    ['a placeholder in a folded text', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  x: >-\n    one\n    {{ two }}', `k8s/base/a.yaml:${at + 8}: data.x: the placeholder {{ two }} was not replaced`],
    ['a placeholder in a list in a list', 'apiVersion: example.com/v1\nkind: A\nmetadata: { name: a }\nspec:\n  - - a\n    - "${B}"', `k8s/base/a.yaml:${at + 7}: spec[0][1]: the placeholder \${B} was not replaced`],
    ['a placeholder in a key', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  a: b\n  "${KEY}": c', `k8s/base/a.yaml:${at + 7}: data["\${KEY}"]: the placeholder \${KEY} was not replaced`],
    ['a variable of a shell in an image', 'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n    - { name: a, image: "acme/x:$TAG" }', `k8s/base/a.yaml:${at + 7}: spec.containers[0].image: the placeholder $TAG was not replaced`],
    ['a placeholder in a Secret, whose value stays unsaid', 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData:\n  a: "${PASSWORD:-hunter2}"', `k8s/base/a.yaml:${at + 6}: stringData.a: the placeholder in this value was not replaced`],
    ['a number in a Secret, whose value stays unsaid', 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\nstringData:\n  pin: 1234', `k8s/base/a.yaml:${at + 6}: stringData.pin: expected a string, got a number: put it in quotes`],
    ['an argument that is a number', 'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n    - name: a\n      args: [--port, 80]', `k8s/base/a.yaml:${at + 8}: spec.containers[0].args[1]: expected a string, got the number 80: put it in quotes`],
    ['a selector that is a number', 'apiVersion: v1\nkind: Service\nmetadata: { name: p }\nspec:\n  selector: { version: 2 }', `k8s/base/a.yaml:${at + 6}: spec.selector.version: expected a string, got the number 2: put it in quotes`],
    ['a hook that is none', 'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\n  annotations:\n    hawser.dev/hook: before', `k8s/base/a.yaml:${at + 7}: metadata.annotations["hawser.dev/hook"]: expected pre-deploy or post-deploy, got "before"`],
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
    ['an operation that fails', 'resources: [../../base]\npatches:\n  - target: { kind: Service, name: shop }\n    json6902:\n      - { op: replace, path: /spec/ports/7, value: 1 }', 'k8s/overlays/production/overlay.yaml:5: patches[0].json6902[0]: operation 1 (replace /spec/ports/7): there is nothing at /spec/ports/7'],
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

  it('an app whose image runs only in a hook', () => {
    const job = `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\n  annotations: { hawser.dev/hook: pre-deploy }\nspec: { template: { spec: { containers: [{ name: a, image: ghcr.io/acme/shop }] } } }\n`;
    const other = deployment.replaceAll('acme/shop', 'acme/other').replace('${TAG}', '1');
    expect(problemsOf(input({ 'base/a.yaml': `${job}---\n${other}` }, { overlay: 'base' }))).toEqual([
      expect.stringContaining('no container uses the image ghcr.io/acme/shop; the images are ghcr.io/acme/other:1, '),
    ]);
  });

  it('thousands of problems, telling the first fifty', () => {
    const found = problemsOf(onlyBase(`a: 1\n${'b: 1\n'.repeat(2_000)}`));
    expect(found).toHaveLength(51);
    expect(found.at(-1)).toBe('and 1949 more');
  });

  it('all problems of all files at once', () => {
    const files = withOverlay('resources: [../../base]\n', {
      'base/x.yaml': 'a: 1\na: 2',
      'base/y.yaml': 'apiVersion: v1\nkind: A\n---\nb: [\n---\nc: {',
    });
    expect(problemsOf(input(files)).map((line) => line.split(': ')[0])).toEqual([
      'k8s/base/x.yaml:2',
      'k8s/base/y.yaml:1',
      'k8s/base/y.yaml:4',
      'k8s/base/y.yaml:6',
    ]);
  });
});
