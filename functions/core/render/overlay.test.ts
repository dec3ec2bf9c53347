import * as fc from 'fast-check';
import { dump } from 'js-yaml';
import { describe, expect, it, test } from 'vitest';
import { isRecord } from '../rollout/field.ts';
import { resolveOverlay } from './overlay.ts';
import { jsonPatch, type PatchOperation } from './patch.ts';
import { childPointer, describeProblem } from './position.ts';

const object = (kind: string, name: string, more = ''): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
const files = (overlay: string, more: Record<string, string> = {}): Map<string, string> =>
  new Map(
    Object.entries({
      'base/a.yaml': object('Service', 'shop', 'spec:\n  ports:\n    - port: 80\n    - port: 443\n'),
      'overlays/p/overlay.yaml': overlay,
      ...more,
    }),
  );
const resolve = (overlay: string, more?: Record<string, string>) => resolveOverlay(files(overlay, more), 'overlays/p');
const problems = (overlay: string, more?: Record<string, string>): string[] =>
  resolve(overlay, more).problems.map((problem) => describeProblem(problem));
const names = (overlay: string, more?: Record<string, string>): unknown[] =>
  resolve(overlay, more).sources.map(({ value }) => (value as { metadata: { name: string } }).metadata.name);

describe('components', () => {
  const component = {
    'components/x/component.yaml': 'resources: [b.yaml]\npatches:\n  - target: { kind: Service, name: shop }\n    merge: { spec: { type: NodePort, from: x } }\n',
    'components/x/b.yaml': object('ConfigMap', 'b'),
    'components/y/component.yaml': 'patches:\n  - target: { kind: ConfigMap, name: b }\n    merge: { data: { from: z } }\n',
  }; // prettier-ignore

  it('come after the resources and before the overlay’s own patches, in their order', () => {
    const overlay = `resources: [../../base]
components: [../../components/x, ../../components/y]
patches:
  - target: { kind: Service, name: shop }
    merge: { spec: { type: ClusterIP } }
`;
    expect(problems(overlay, component)).toEqual([]);
    expect(resolve(overlay, component).sources.map(({ value }) => value)).toMatchObject([
      { kind: 'Service', spec: { type: 'ClusterIP', from: 'x' } },
      { kind: 'ConfigMap', data: { from: 'z' } },
    ]);
  });

  it('know what they wrote', () => {
    const [service] = resolve('resources: [../../base]\ncomponents: [../../components/x]\n', component).sources;
    expect(service?.locate('/spec/from')).toEqual({ file: 'components/x/component.yaml', line: 4 });
    expect(service?.locate('/spec/ports/0/port')).toEqual({ file: 'base/a.yaml', line: 7 });
  });

  test.each<[string, string, Record<string, string>, string]>([
    ['that are not there', 'resources: [../../base]\ncomponents:\n  - ../../components/z', {}, 'k8s/overlays/p/overlay.yaml:3: there is no component at k8s/components/z: expected a folder with a component.yaml'],
    ['that lead out', 'resources: [../../base]\ncomponents: [../../../z]', {}, 'k8s/overlays/p/overlay.yaml:2: ../../../z leads out of k8s/; expected a path below it'],
    ['twice', 'resources: [../../base]\ncomponents:\n  - ../../components/x\n  - ../../components/x/', component, 'k8s/overlays/p/overlay.yaml:4: k8s/components/x is taken already, in k8s/overlays/p/overlay.yaml:3'],
    ['before what they patch', 'resources: [../../base]\ncomponents: [../../components/y, ../../components/x]', component, 'k8s/components/y/component.yaml:2: patches[0].target: there is no ConfigMap b to patch; there is Service shop'],
    ['with a namespace', 'resources: [../../base]\ncomponents: [../../components/z]', { 'components/z/component.yaml': 'namespace: x\nresources: [c.yaml]', 'components/z/c.yaml': object('ConfigMap', 'c') }, 'k8s/components/z/component.yaml:1: namespace: unknown key'],
    ['with nothing in them', 'resources: [../../base]\ncomponents: [../../components/z]', { 'components/z/component.yaml': 'resources: []' }, 'k8s/components/z/component.yaml:1: expected resources or patches'],
    ['among the resources', 'resources: [../../base, ../../components/x]', component, 'k8s/overlays/p/overlay.yaml:1: k8s/components/x is a component: name it under components'],
  ])('are refused %s', (_, overlay, more, problem) => {
    expect(problems(overlay, more)).toEqual([problem]);
  }); // prettier-ignore
});

describe('resources', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['a file that is taken twice', 'resources:\n  - ../../base\n  - ../../base/a.yaml', {}, 'k8s/overlays/p/overlay.yaml:3: k8s/base/a.yaml is taken already, in k8s/overlays/p/overlay.yaml:2'],
    ['another overlay', 'resources: [../../base, ../q]', { 'overlays/q/overlay.yaml': 'resources: [../../base]' }, 'k8s/overlays/p/overlay.yaml:1: k8s/overlays/q is an overlay of its own: overlays share a base or a component, not each other'],
    ['a kustomization', 'resources: [../../base, ../../kust]', { 'kust/kustomization.yaml': 'resources: []' }, 'k8s/overlays/p/overlay.yaml:1: k8s/kust is input for kustomize build: keep what it prints below k8s/ and name that, see docs/manifests.md'],
    ['a chart', 'resources: [../../base, ../../chart]', { 'chart/Chart.yaml': 'name: x', 'chart/values.yaml': 'a: 1' }, 'k8s/overlays/p/overlay.yaml:1: k8s/chart is input for helm template: keep what it prints below k8s/ and name that, see docs/manifests.md'],
  ])('refuse %s', (_, overlay, more, problem) => {
    expect(problems(overlay, more)).toEqual([problem]);
  }); // prettier-ignore

  it('are read, and their problems told, even when the overlay is wrong', () => {
    expect(problems('resources: [../../base]\nnamePrefix: x', { 'base/b.yaml': 'a: [' })).toEqual([
      'k8s/overlays/p/overlay.yaml:2: namePrefix: unknown key',
      expect.stringContaining('k8s/base/b.yaml:1: is not valid YAML'),
    ]);
  });

  it('say when the overlay has the wrong name', () => {
    const { problems: found } = resolveOverlay(new Map([['overlays/p/overlay.yml', 'resources: [a]']]), 'overlays/p');
    expect(found.map((problem) => describeProblem(problem))).toEqual([
      'k8s/overlays/p: k8s/overlays/p/overlay.yml has to be named overlay.yaml',
    ]);
  });

  it('in Lists are patched like all others', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: { name: b }\n`;
    const overlay =
      'resources: [../../base]\npatches:\n  - target: { kind: ConfigMap, name: b }\n    merge: { metadata: { name: c } }\n';
    expect(names(overlay, { 'base/l.yaml': list })).toEqual(['shop', 'c']);
  });
});

describe('patches', () => {
  const two = {
    'base/b.yaml': object('Service', 'shop')
      .replace('name: shop', 'name: shop\n  namespace: other')
      .replace('v1', 'example.com/v1'),
  };
  const patch = (target: string): string =>
    `resources: [../../base]\npatches:\n  - target: { ${target} }\n    merge: { data: { a: b } }\n`;

  it('that fit two objects say which', () => {
    expect(problems(patch('kind: Service, name: shop'), two)).toEqual([
      'k8s/overlays/p/overlay.yaml:3: patches[0].target: fits 2 objects: Service shop in k8s/base/a.yaml:1, Service shop in k8s/base/b.yaml:1; name its apiVersion or namespace, too',
    ]);
  });

  it.each(['apiVersion: example.com/v1', 'namespace: other'])('tell them apart by %s', (also) => {
    const overlay = patch(`kind: Service, name: shop, ${also}`);
    expect(problems(overlay, two)).toEqual([]);
    expect(resolve(overlay, two).sources.map(({ value }) => 'data' in (value as object))).toEqual([false, true]);
  });

  it('that fit none say what there is', () => {
    expect(problems(patch('kind: Service, name: shop, namespace: nowhere'), two)).toEqual([
      'k8s/overlays/p/overlay.yaml:3: patches[0].target: there is no Service shop in namespace nowhere to patch; there is Service shop, Service shop',
    ]);
  });

  it('whose test fails name the operation and its line, and no value', () => {
    const overlay = `resources: [../../base]
patches:
  - target: { kind: Service, name: shop }
    json6902:
      - { op: replace, path: /spec/ports/0/port, value: 81 }
      - { op: test, path: /spec/ports/1/port, value: 12345 }
`;
    expect(problems(overlay)).toEqual([
      'k8s/overlays/p/overlay.yaml:6: patches[0].json6902[1]: operation 2 (test /spec/ports/1/port): the value at /spec/ports/1/port is another one than the test expects',
    ]);
  });
});

test('what a merge brings new is in the overlay, and so is what is missing in it; a map that it enters stays where it began', () => {
  const overlay = `resources: [../../base]
patches:
  - target: { kind: Service, name: shop }
    merge:
      spec:
        sessionAffinityConfig:
          clientIP: { timeoutSeconds: 1 }
`;
  const [service] = resolve(overlay).sources;
  const lines = ['/spec', '/spec/type', '/spec/sessionAffinityConfig', '/spec/sessionAffinityConfig/gone'].map(
    (pointer) => service?.locate(pointer),
  );
  expect(lines).toEqual([
    { file: 'base/a.yaml', line: 5 },
    { file: 'base/a.yaml', line: 5 },
    { file: 'overlays/p/overlay.yaml', line: 6 },
    { file: 'overlays/p/overlay.yaml', line: 6 },
  ]);
});

test('each item of a List is where it was written', () => {
  const list = `apiVersion: v1
kind: List
items:
- kind: ConfigMap
  metadata: { name: b }
- kind: ConfigMap
  metadata: { name: c }
`;
  const { sources } = resolve('resources: [../../base/l.yaml]', { 'base/l.yaml': list });
  expect(sources.map(({ locate }) => locate('/metadata/name').line)).toEqual([5, 7]);
});

describe('after patches, each value is found where its text stands', () => {
  const leaf = fc.stringMatching(/^[a-z]{3}$/);
  const tree = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), fc.dictionary(fc.constantFrom('a', 'b', 'c'), leaf)), { maxKeys: 3 }); // prettier-ignore
  /** Texts that are all different, so that a line says which one it has. */
  const distinct = (value: unknown, prefix: string): unknown => {
    let count = 0;
    return JSON.parse(JSON.stringify(value), (_, item: unknown) =>
      typeof item === 'string' ? `${prefix}${count++}x` : item,
    );
  };
  /** The problems, or the texts that do not stand where they are said to. */
  const misplaced = (base: unknown, patch: object): unknown[] => {
    const all = new Map([
      ['base/a.yaml', dump({ apiVersion: 'v1', kind: 'T', metadata: { name: 't' }, spec: base })],
      ['overlays/p/overlay.yaml', dump({ resources: ['../../base'], patches: [{ target: { kind: 'T', name: 't' }, ...patch }] })],
    ]); // prettier-ignore
    const { sources, problems: found } = resolveOverlay(all, 'overlays/p');
    if (found.length > 0) return found;
    return sources.flatMap(({ value, locate }) =>
      texts((value as { spec: unknown }).spec, '/spec').filter(({ pointer, text }) => {
        const { file, line = 0 } = locate(pointer);
        return all.get(file)?.split('\n')[line - 1]?.includes(text) !== true;
      }),
    );
  };

  it('by merge', () => {
    const patch = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(fc.constant(null), leaf, tree), {
      maxKeys: 3,
    });
    fc.assert(
      fc.property(tree, patch, (base, merge) => {
        expect(misplaced(distinct(base, 'b'), { merge: { spec: distinct(merge, 'm') } })).toEqual([]);
      }),
    );
  });

  it('by operations', () => {
    fc.assert(
      fc.property(tree, fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 4 }), (written, choices) => {
        const base = distinct(written, 'b');
        const operations: PatchOperation[] = [];
        for (const [index, [which, first, second]] of choices.entries()) {
          const value: unknown = jsonPatch({ spec: base }, operations);
          const there = pointers((value as { spec: unknown }).spec, '/spec').filter((pointer) => pointer !== '/spec');
          const places = [
            ...there,
            '/spec/new',
            ...there.filter((pointer) => /\/\d+$/.test(pointer)).map((pointer) => pointer.replace(/\d+$/, '-')),
          ];
          const from = there[first % Math.max(there.length, 1)];
          const path = places[second % places.length] ?? '/spec/new';
          const text = { value: `o${index}x` };
          const candidates: PatchOperation[] = [{ op: 'add', path, ...text }];
          if (from !== undefined) {
            candidates.push(
              { op: 'remove', path: from },
              { op: 'replace', path: from, ...text },
              { op: 'copy', from, path },
            );
            candidates.push({ op: 'move', from, path });
          }
          const operation = candidates[which % candidates.length];
          if (operation === undefined || !works({ spec: base }, [...operations, operation])) continue;
          operations.push(operation);
        }
        const patch = operations.length > 0 ? { json6902: operations } : { merge: {} };
        expect(misplaced(base, patch)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

function works(value: unknown, operations: PatchOperation[]): boolean {
  try {
    jsonPatch(value, operations);
    return true;
  } catch {
    return false;
  }
}

function pointers(value: unknown, pointer: string): string[] {
  const entries = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  return [pointer, ...entries.flatMap(([key, item]) => pointers(item, childPointer(pointer, key)))];
}

function texts(value: unknown, pointer: string): { pointer: string; text: string }[] {
  if (typeof value === 'string') return [{ pointer, text: value }];
  const entries = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  return entries.flatMap(([key, item]) => texts(item, childPointer(pointer, key)));
}
