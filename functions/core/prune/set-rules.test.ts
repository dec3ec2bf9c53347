import { describe, expect, test } from 'vitest';
import type { Ref } from '../kubernetes.ts';
import { owner } from '../testing/inventory.ts';
import { fingerprintOf } from './confirm.ts';
import { refuseEmpty, refuseShrinking, type PruneSet } from './set-rules.ts';

const refs = (count: number): Ref[] =>
  Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'shop',
    name: `c${index}`,
  }));
const set = (remove: number, stays: number, more: Partial<PruneSet> = {}): PruneSet => ({
  owner,
  namespace: 'shop',
  remove: refs(remove),
  stays,
  wanted: stays,
  refuseAbove: { percent: 50, objects: 5 },
  confirmed: [],
  ...more,
});

describe('refuseEmpty', () => {
  test.each<[string, PruneSet, boolean]>([
    ['no objects, something to lose', set(1, 0), true],
    ['no objects, nothing to lose', set(0, 0), false],
    ['one object', set(9, 1), false],
  ])('%s', (_, input, refused) => expect(refuseEmpty(input) !== undefined).toBe(refused));

  test('names what would go, and what to look at', () => {
    expect(refuseEmpty(set(7, 0))).toBe(
      'Nothing was pruned: the release of shop to production has no objects at all, and 7 objects would go (ConfigMap shop/c0, ConfigMap shop/c1, ConfigMap shop/c2, ConfigMap shop/c3, ConfigMap shop/c4 and 2 more). Look at the manifests: npx hawser render --environment production',
    );
  });
});

describe('refuseShrinking', () => {
  test.each<[string, PruneSet, boolean]>([
    ['6 of 7', set(6, 1), true],
    ['6 of 12 is not more than half', set(6, 6), false],
    ['7 of 13 is', set(7, 6), true],
    ['5 of 5: few enough', set(5, 0), false],
    ['60 of 1000: a small part', set(60, 940), false],
    ['nothing', set(0, 0), false],
    ['other limits', set(3, 17, { refuseAbove: { percent: 10, objects: 2 } }), true],
    ['100 percent never refuses', set(50, 0, { refuseAbove: { percent: 100, objects: 0 } }), false],
    ['this set is confirmed', set(9, 1, { confirmed: [fingerprintOf(refs(9))] }), false],
    ['another set was', set(9, 1, { confirmed: [fingerprintOf(refs(8))] }), true],
  ])('%s', (_, input, refused) => expect(refuseShrinking(input) !== undefined).toBe(refused));

  test('gives the numbers and the command that confirms', () => {
    const sentence = refuseShrinking(set(6, 1));
    expect(sentence).toContain('6 of 7 objects would go');
    expect(sentence).toContain('more than 5 and more than 50 %');
    expect(sentence).toContain(
      `kubectl annotate --overwrite configmap hawser-inventory.shop.production -n shop hawser.dev/prune-confirm=${fingerprintOf(refs(6))}`,
    );
  });
});

test('the fingerprint of a set does not depend on order, nor on the version of a group', () => {
  const [a, b] = [
    { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'a' },
    { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'a' },
  ];
  expect(fingerprintOf([a, b])).toBe(fingerprintOf([b, { ...a, apiVersion: 'apps/v1beta1' }]));
  expect(fingerprintOf([a])).not.toBe(fingerprintOf([b]));
  expect(fingerprintOf([a])).toMatch(/^[0-9a-f]{8}$/);
});
