import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Manifest, Ref } from '../kubernetes.ts';
import { compareRefs, inOrder } from './order.ts';

const ref = fc.record({
  apiVersion: fc.constantFrom('v1', 'apps/v1', 'example.com/v1'),
  kind: fc.constantFrom('Namespace', 'Service', 'Deployment', 'Widget', 'Ingress', 'ValidatingWebhookConfiguration'),
  namespace: fc.constantFrom(undefined, 'a', 'b'),
  name: fc.constantFrom('x', 'y'),
}) as fc.Arbitrary<Ref>;

const object = (kind: string, name = 'x'): Manifest => ({ apiVersion: 'v1', kind, metadata: { name } });

test('what others need comes first, webhooks last', () => {
  const kinds = [
    'ValidatingWebhookConfiguration', 'HorizontalPodAutoscaler', 'Ingress', 'Widget', 'Deployment', 'Service', 'RoleBinding',
    'Role', 'PersistentVolumeClaim', 'ConfigMap', 'Secret', 'ServiceAccount', 'CustomResourceDefinition', 'Namespace',
  ]; // prettier-ignore
  expect(inOrder(kinds.map((kind) => object(kind))).map(({ kind }) => kind)).toEqual(kinds.toReversed());
});

test('the order is total: antisymmetric, transitive, and equal only for the same ref', () => {
  fc.assert(
    fc.property(ref, ref, ref, (a, b, c) => {
      expect(Math.sign(compareRefs(a, b)) + Math.sign(compareRefs(b, a))).toBe(0);
      const [first = a, , last = a] = [a, b, c].sort(compareRefs);
      expect(compareRefs(first, last)).toBeLessThanOrEqual(0);
      expect(compareRefs(a, b) === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 1_000 },
  );
});

test('the order of the input does not matter, and the input stays as it is', () => {
  const objects = fc.uniqueArray(ref, { selector: (one) => JSON.stringify(one) }).map((refs) =>
    refs.map(({ namespace, name, ...rest }): Manifest => ({
      ...rest,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    })),
  );
  fc.assert(
    fc.property(
      objects.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const before = [...shuffled];
        expect(inOrder(shuffled)).toEqual(inOrder(all));
        expect(shuffled).toEqual(before);
      },
    ),
  );
});
