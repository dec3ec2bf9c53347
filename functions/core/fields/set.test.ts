import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { entriesOf, isItem, union, type FieldSet } from './set.ts';

const { set } = fc.letrec<{ set: FieldSet }>((tie) => ({
  set: fc.dictionary(
    fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', '.'),
    fc.oneof({ maxDepth: 4 }, fc.constant({}), tie('set')),
    {
      maxKeys: 3,
    },
  ) as fc.Arbitrary<FieldSet>,
}));

/** Every field that the set holds, as a path. */
function members(fields: FieldSet, path = ''): string[] {
  const steps = Object.entries(fields);
  if (steps.length === 0) return [path];
  return steps.flatMap(([step, below]) => (step === '.' ? [path] : members(below, `${path} ${step}`)));
}

describe('union', () => {
  it('holds what either holds, and nothing else', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const both = Object.keys(a).length + Object.keys(b).length === 0 ? [] : [...members(a), ...members(b)];
        const found = new Set(members(union(a, b)));
        // The root itself is no field.
        for (const each of [found]) each.delete('');
        expect(found).toEqual(new Set(both.filter((path) => path !== '')));
      }),
    );
  });

  it('changes nothing that it is given', () => {
    const a = { 'f:a': { 'f:b': {} } };
    const b = { 'f:a': {} };
    expect(union(a, b)).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
    expect([a, b]).toEqual([{ 'f:a': { 'f:b': {} } }, { 'f:a': {} }]);
  });
});

test.each<[string, unknown, boolean]>([
  ['k:{"containerPort":80,"protocol":"TCP"}', { containerPort: 80, protocol: 'TCP', name: 'http' }, true],
  ['k:{"containerPort":80,"protocol":"TCP"}', { containerPort: 80, protocol: 'UDP' }, false],
  ['k:{"name":"a"}', 'a', false],
  ['v:"a"', 'a', true],
  ['v:1', '1', false],
  ['k:not json', { name: 'a' }, false],
  ['f:name', { name: 'a' }, false],
])('isItem(%s, %j) is %s', (step, item, expected) => {
  expect(isItem(step, item)).toBe(expected);
});

test('what is no entry is left out', () => {
  const entry = { manager: 'x', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} };
  const metadata = { name: 'a', managedFields: [null, 'x', { manager: 'y' }, entry] };
  expect(entriesOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata })).toEqual([entry]);
  expect(entriesOf(undefined)).toEqual([]);
});
