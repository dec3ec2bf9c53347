import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { owner } from '../testing/inventory.ts';
import { keyOf, type Entry } from './inventory.ts';
import { assertFits, decodeInventory, encodeInventory, inventoryConfigMap } from './stored-inventory.ts';

const text = fc.string({ minLength: 1, maxLength: 20 });
const anyEntry: fc.Arbitrary<Entry> = fc.record(
  {
    apiVersion: fc.constantFrom('v1', 'apps/v1', 'example.com/v1beta1'),
    kind: fc.constantFrom('ConfigMap', 'Deployment', 'Table'),
    namespace: fc.constantFrom('shop', 'other'),
    name: text,
    uid: text,
    adopted: fc.constant(true as const),
    why: text,
  },
  { requiredKeys: ['apiVersion', 'kind', 'name'] },
);
const anyEntries = fc.uniqueArray(anyEntry, { selector: keyOf, maxLength: 20 });

const stored = (inventory: string, annotations: Record<string, string> = {}): Manifest => {
  const configMap = inventoryConfigMap(owner, 'shop', []);
  return { ...configMap, metadata: { ...configMap.metadata, uid: 'u-1', annotations }, data: { inventory } };
};

describe('the stored inventory', () => {
  test('comes back as it went in', () => {
    fc.assert(
      fc.property(anyEntries, (entries) => {
        const configMap = inventoryConfigMap(owner, 'shop', entries);
        const back = decodeInventory(owner, configMap);
        expect(back.entries.toSorted(byKey)).toEqual(entries.toSorted(byKey));
        expect(encodeInventory(owner, back.entries)).toBe(back.stored.text);
      }),
    );
  });

  test('is the same text whatever the order', () => {
    fc.assert(
      fc.property(anyEntries, (entries) => {
        expect(encodeInventory(owner, entries.toReversed())).toBe(encodeInventory(owner, entries));
      }),
    );
  });

  test('says whose it is, in its name and its labels', () => {
    expect(inventoryConfigMap(owner, 'shop', [])).toMatchObject({
      metadata: {
        name: 'hawser-inventory.shop.production',
        namespace: 'shop',
        labels: { 'app.kubernetes.io/managed-by': 'hawser', 'hawser.dev/environment': 'production' },
      },
    });
  });

  test('carries the confirmation of a set', () => {
    const back = decodeInventory(owner, stored(encodeInventory(owner, []), { 'hawser.dev/prune-confirm': '0123abcd' }));
    expect(back.stored).toMatchObject({ namespace: 'shop', uid: 'u-1', confirmed: '0123abcd' });
  });

  test.each<[string, string, string]>([
    ['nothing', '', 'Invalid input'],
    ['no JSON', '{', 'Invalid input'],
    ['a newer version', '{"version":2,"app":"shop","environment":"production","entries":[]}', 'which is 1'],
    ['a field too many', '{"version":1,"app":"shop","environment":"production","entries":[],"x":1}', 'x'],
    [
      'an entry without a name',
      '{"version":1,"app":"shop","environment":"production","entries":[{"apiVersion":"v1","kind":"Pod"}]}',
      'entries.0.name',
    ],
    ['that of another app', '{"version":1,"app":"cart","environment":"production","entries":[]}', 'it is that of cart'],
    ['that of another environment', '{"version":1,"app":"shop","environment":"staging","entries":[]}', 'in staging'],
  ])('%s is refused', (_, inventory, words) => {
    expect(() => decodeInventory(owner, stored(inventory))).toThrow(
      expect.objectContaining({
        code: 'InventoryInvalid',
        message: expect.stringContaining(words) as string,
        hint: expect.stringContaining('kubectl get configmap hawser-inventory.shop.production -n shop') as string,
      }) as Error,
    );
  });

  test('a thousand objects fit, and too many are refused', () => {
    const entries = (count: number): Entry[] =>
      Array.from({ length: count }, (_, index) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop',
        name: `worker-${index}`,
      }));
    const thousand = inventoryConfigMap(owner, 'shop', entries(1_000))['data'] as { inventory: string };
    expect(thousand.inventory.length).toBeLessThan(150_000);
    expect(() => assertFits(owner, entries(5_000))).not.toThrow();
    expect(() => assertFits(owner, entries(9_000))).toThrow(
      expect.objectContaining({
        code: 'InventoryTooLarge',
        details: expect.objectContaining({ objects: 9_000 }),
      }) as Error,
    );
  });
});

function byKey(a: Entry, b: Entry): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
