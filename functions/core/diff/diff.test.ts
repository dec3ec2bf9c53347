import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { changeOf, diff } from './diff.ts';
import { driftOf } from './drift.ts';
import type { Manifest } from '../kubernetes.ts';

const object = (fields: object, kind = 'Deployment', metadata: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'shop', namespace: 'shop', ...metadata },
  ...fields,
});
const container = (fields: object): object => ({
  spec: { template: { spec: { containers: [{ name: 'app', ...fields }] } } },
});
const app = 'spec.template.spec.containers[name=app]';

describe('diff with a prediction', () => {
  test.each<[string, object, object, { path: string; live: unknown; desired: unknown }[]]>([
    ['a field of a container', container({ image: 'a:1' }), container({ image: 'a:2' }), [{ path: `${app}.image`, live: 'a:1', desired: 'a:2' }]],
    ['a field that is new', {}, { spec: { replicas: 2 } }, [{ path: 'spec', live: null, desired: { replicas: 2 } }]],
    ['a field that goes', { spec: { a: 1, b: 2 } }, { spec: { a: 1 } }, [{ path: 'spec.b', live: 2, desired: null }]],
    ['a key with dots', { data: { 'app.conf': 'a' } }, { data: { 'app.conf': 'b' } }, [{ path: 'data["app.conf"]', live: 'a', desired: 'b' }]],
    ['a variable before the others', container({ env: [{ name: 'B', value: '1' }] }), container({ env: [{ name: 'A', value: '0' }, { name: 'B', value: '1' }] }), [{ path: `${app}.env[name=A]`, live: null, desired: { name: 'A', value: '0' } }]],
    ['ports by number and protocol', { ports: [{ port: 53, protocol: 'TCP' }, { port: 53, protocol: 'UDP', nodePort: 1 }] }, { ports: [{ port: 53, protocol: 'TCP' }, { port: 53, protocol: 'UDP', nodePort: 2 }] }, [{ path: 'ports[port=53,protocol=UDP].nodePort', live: 1, desired: 2 }]],
    ['an item without key', { args: ['a', 'b'] }, { args: ['a', 'c'] }, [{ path: 'args[1]', live: 'b', desired: 'c' }]],
    ['the order of variables', { env: [{ name: 'A' }, { name: 'B' }] }, { env: [{ name: 'B' }, { name: 'A' }] }, [{ path: 'env', live: ['[name=A]', '[name=B]'], desired: ['[name=B]', '[name=A]'] }]],
    ['null, which is nothing', { spec: {} }, { spec: { a: null } }, []],
    ['status', { status: { a: 1 } }, { status: { a: 2 } }, []],
  ])('%s', (_, live, predicted, expected) => {
    expect(diff(object(predicted), object(live), object(predicted))).toEqual(expected);
  }); // prettier-ignore

  it('ignores what the API server and the controllers keep about an object', () => {
    const kept = (n: number): object => ({
      uid: `${n}`, resourceVersion: `${n}`, generation: n, creationTimestamp: `${n}`, managedFields: [n], selfLink: `${n}`,
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `${n}`, 'deployment.kubernetes.io/revision': `${n}` },
    }); // prettier-ignore
    expect(diff(object({}), object({}, 'Deployment', kept(1)), object({}, 'Deployment', kept(2)))).toEqual([]);
  });
});

describe('diff without a prediction', () => {
  it.each<[string, object, object]>([
    ['fields that the API server filled in', { spec: { a: 1 } }, { spec: { a: 1, b: 2 } }],
    ['items that others added', container({}), { spec: { template: { spec: { containers: [{ name: 'app' }, { name: 'sidecar' }] } } } }],
    ['empty values that it drops', { spec: { resources: {}, subjects: [], x: null } }, { spec: {} }],
    ['quantities in its own form', container({ resources: { limits: { cpu: 0.5, memory: '1Gi' } } }), container({ resources: { limits: { cpu: '500m', memory: '1024Mi' } } })],
  ])('leaves out %s', (_, desired, live) => {
    expect(diff(object(desired), object(live))).toEqual([]);
  }); // prettier-ignore

  it('sees what is wanted and missing or different', () => {
    const changes = diff(object({ spec: { a: 1, b: { c: 2 } } }), object({ spec: { b: { c: 3 } } }));
    expect(changes.map(({ path }) => path)).toEqual(['spec.a', 'spec.b.c']);
    const limits = (memory: string): Manifest => object(container({ resources: { limits: { memory } } }));
    expect(diff(limits('128Mi'), limits('64Mi'))).toHaveLength(1);
  });
});

const keyed = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });

describe('properties', () => {
  it('nothing differs from itself', () => {
    fc.assert(
      fc.property(keyed, (spec) => {
        const one = object({ spec });
        expect(diff(one, structuredClone(one), structuredClone(one))).toEqual([]);
        expect(diff(one, structuredClone(one))).toEqual([]);
      }),
    );
  });

  it('a leaf that changed is always found, at its path', () => {
    const path = fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(keyed, path, (spec, keys) => {
        const withLeaf = (value: string): Manifest => {
          const root: Record<string, unknown> = structuredClone(spec);
          let at = root;
          for (const key of keys.slice(0, -1)) at = at[key] = {} as Record<string, unknown>;
          at[keys.at(-1) ?? ''] = value;
          return object({ spec: root });
        };
        expect(diff(withLeaf('new'), withLeaf('old'), withLeaf('new'))).toEqual([
          { path: `spec.${keys.join('.')}`, live: 'old', desired: 'new' },
        ]);
        expect(diff(withLeaf('new'), withLeaf('old'))).toHaveLength(1);
      }),
    );
  });

  it('a secret never appears, wherever it stands', () => {
    const [was, is] = ['hunter2hunter2', 'correcthorse'];
    const secretAt: ((value: string) => Manifest)[] = [
      (value) => object({ data: { key: value } }, 'Secret'),
      (value) => object({ stringData: { key: value } }, 'Secret'),
      (value) => object(container({ env: [{ name: 'DB_PASSWORD', value }] })),
      (value) => object(container({ env: [{ name: 'X', value: `postgres://app:${value}@db/app` }] })),
      (value) => object(container({ env: [{ name: 'API_TOKEN', value }, { name: 'API_TOKEN', value: 'b' }] })),
      (value) => object(container({ args: [`--token=${value}`] })),
      (value) => object({}, 'Secret', { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': value } }),
    ]; // prettier-ignore
    for (const make of secretAt) {
      const empty = object({}, make('').kind);
      const all = [
        diff(make(is), make(was), make(is)),
        diff(make(is), empty, make(is)),
        diff(empty, make(was), empty),
        diff(make(is), make(was)),
      ];
      const text = JSON.stringify(all);
      expect(text).not.toContain(was);
      expect(text).not.toContain(is);
    }
    const change = diff(object({ data: { key: is } }, 'Secret'), object({ data: { key: was } }, 'Secret'));
    expect(change).toEqual([{ path: 'data.key', live: '***', desired: '***' }]);
  });
});

describe('changeOf', () => {
  const owned = (fields: object, spec: object): Manifest =>
    object({ spec }, 'Deployment', { managedFields: [{ manager: 'hawser', operation: 'Apply', fieldsV1: fields }] });
  const mine = { 'f:spec': {} };

  it('tells created, configured and unchanged apart', () => {
    expect(changeOf(object({}), undefined, object({}))).toBe('created');
    expect(changeOf(object({}), owned(mine, { a: 1 }), owned(mine, { a: 2 }))).toBe('configured');
    expect(changeOf(object({}), owned(mine, { a: 1 }), owned(mine, { a: 1 }))).toBe('unchanged');
  });

  it('counts fields that Hawser does not own yet, as after kubectl apply', () => {
    expect(changeOf(object({}), object({ spec: { a: 1 } }), owned(mine, { a: 1 }))).toBe('configured');
  });
});

describe('driftOf', () => {
  it('names what is gone and what changed, and leaves out what is in sync', () => {
    const service = object({ spec: { port: 1 } }, 'Service');
    const secret = object({ data: { a: 'x' } }, 'Secret');
    const drift = driftOf([
      { desired: object({}, 'ConfigMap') },
      { desired: service, live: service, predicted: service },
      { desired: secret, live: object({ data: { a: 'y' } }, 'Secret'), predicted: secret },
    ]);
    expect(drift).toEqual([
      { ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'shop' }, kind: 'missing', changes: [] },
      { ref: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'shop' }, kind: 'changed', changes: [{ path: 'data.a', live: '***', desired: '***' }] },
    ]); // prettier-ignore
  });
});
