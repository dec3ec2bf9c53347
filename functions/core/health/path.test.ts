import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { valuesAt } from './path.ts';

describe('paths', () => {
  const value = { a: { 'b.c/d': 1, list: [{ x: 1 }, { x: 2 }, 3, { y: 4 }] } };
  test.each([
    ['a.list[].x', [1, 2]],
    ["a['b.c/d']", [1]],
    ['a.none', []],
    ['a.list', [value.a.list]],
    ['a[]', []],
    ['constructor', []],
  ])('%s', (path, found) => expect(valuesAt(value, path)).toEqual(found));

  it('finds any value by its own name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w.-]{1,10}$/), fc.jsonValue(), (name, found) => {
        expect(valuesAt({ [name]: found }, /^[\w-]+$/.test(name) ? name : `x['${name}']`).length).toBe(
          /^[\w-]+$/.test(name) ? 1 : 0,
        );
        expect(valuesAt({ x: { [name]: found } }, `x['${name}']`)).toEqual([found]);
      }),
    );
  });
});
