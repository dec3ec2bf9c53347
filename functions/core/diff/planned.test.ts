import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { describePlanned, planned } from './planned.ts';

const config = (name: string, data: Record<string, unknown>, kind = 'ConfigMap'): Manifest => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop' },
  data,
});
const configured = (live: Manifest, desired: Manifest) => ({
  desired,
  live,
  predicted: desired,
  change: 'configured' as const,
});
const created = (desired: Manifest) => ({ desired, live: undefined, predicted: desired, change: 'created' as const });
const unchanged = (desired: Manifest) => ({ desired, live: desired, predicted: desired, change: 'unchanged' as const });
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'old' };

test('what is created, configured, unchanged and pruned', () => {
  const result = planned(
    [
      created(config('new', { a: 'b' })),
      configured(config('a', { x: '1', y: '2' }), config('a', { x: '3' })),
      unchanged(config('b', {})),
    ],
    [ref],
  );
  expect(result).toEqual({
    changes: [
      { object: 'ConfigMap shop/new', change: 'created', fields: [] },
      {
        object: 'ConfigMap shop/a',
        change: 'configured',
        fields: [
          { path: 'data.x', live: '1', desired: '3' },
          { path: 'data.y', live: '2', desired: null },
        ],
      },
      { object: 'ConfigMap shop/old', change: 'pruned', fields: [] },
    ],
    unchanged: 1,
    more: 0,
  });
  expect(describePlanned(result)).toBe(
    [
      '+ ConfigMap shop/new',
      '~ ConfigMap shop/a',
      '    data.x: "1" → "3"',
      '    data.y: "2" → (none)',
      '- ConfigMap shop/old',
      '  1 unchanged',
    ].join('\n'),
  );
});

test('a change of owners alone is said so', () => {
  expect(describePlanned(planned([configured(config('a', {}), config('a', {}))], []))).toContain(
    'only who owns its fields',
  );
});

describe('limits', () => {
  it('shows 60 objects and counts the others, pruned ones too', () => {
    const many = Array.from({ length: 59 }, (_, index) => created(config(`c${index}`, {})));
    const { changes, more } = planned(many, [ref, ref, ref]);
    expect([changes.length, more, changes.at(-1)?.change]).toEqual([60, 2, 'pruned']);
    expect(planned([...many, ...many], [ref])).toMatchObject({ more: 59 });
    expect(describePlanned(planned([...many, ...many], [ref]))).toContain('and 59 more objects');
  });

  it('shows 20 fields of an object and counts the others', () => {
    const data = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`k${index}`, 'x']));
    const [change] = planned([configured(config('a', { none: '' }), config('a', { none: '', ...data }))], []).changes;
    expect([change?.fields.length, change?.more]).toEqual([20, 5]);
  });

  it('cuts long values, and stays small as a whole', () => {
    const long = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'x'.repeat(1_000)]));
    const result = planned(
      Array.from({ length: 60 }, (_, index) =>
        configured(config(`c${index}`, { none: '' }), config(`c${index}`, { none: '', ...long })),
      ),
      [],
    );
    const shown = result.changes.flatMap(({ fields }) => fields);
    expect(String(shown[0]?.desired)).toHaveLength(200);
    expect(JSON.stringify(result).length).toBeLessThan(40_000);
    expect(shown.length + result.changes.reduce((sum, { more = 0 }) => sum + more, 0)).toBe(60 * 20);
    const [whole] = planned(
      [configured(config('a', { a: '' }), { ...config('a', { a: '' }), spec: { list: ['y'.repeat(500)] } })],
      [],
    ).changes;
    expect(String(whole?.fields[0]?.desired)).toHaveLength(200);
  });
});

it('shows no value of a Secret, and no control character', () => {
  const result = planned(
    [configured(config('s', { key: 'aHVudGVyMg==' }, 'Secret'), config('s', { key: 'b3RoZXI=' }, 'Secret'))],
    [],
  );
  expect(JSON.stringify(result)).not.toMatch(/aHVudGVyMg|b3RoZXI/);
  const red = planned([configured(config('a', { x: '\u001b[31m' }), config('a', { x: 'b' }))], []);
  expect(describePlanned(red)).not.toContain('\u001b');
});
