import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { jsonPatch, mergePatch, sameJson, type PatchOperation } from './patch.ts';

describe('mergePatch', () => {
  // The cases of RFC 7386, appendix A.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  it('changes neither of its inputs', () => {
    const target = { a: { b: 1 } };
    mergePatch(target, { a: { b: null, c: 2 } });
    expect(target).toEqual({ a: { b: 1 } });
  });
});

describe('jsonPatch', () => {
  test.each<[string, unknown, PatchOperation[], unknown]>([
    ['adds a key', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['inserts into a list', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    ['appends to a list', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['removes from a list', [1, 2], [{ op: 'remove', path: '/0' }], [2]],
    ['replaces', { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: 2 }], { a: { b: 2 } }],
    ['moves', { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
    ['copies', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    ['tests', { a: { b: 1 } }, [{ op: 'test', path: '/a', value: { b: 1 } }], { a: { b: 1 } }],
    ['reads escaped keys', { 'a/b': { 'c~d': 1 } }, [{ op: 'replace', path: '/a~1b/c~0d', value: 2 }], { 'a/b': { 'c~d': 2 } }],
  ])('%s', (_, target, operations, expected) => {
    expect(jsonPatch(target, operations)).toEqual(expected);
  }); // prettier-ignore

  test.each<[string, PatchOperation, RegExp]>([
    ['a path that is not there', { op: 'replace', path: '/x/y', value: 1 }, /operation 1 \(replace \/x\/y\): there is nothing at \/x$/],
    ['removing nothing', { op: 'remove', path: '/list/9' }, /nothing at \/list\/9/],
    ['an index beyond the end', { op: 'add', path: '/list/3', value: 1 }, /3 is no index of a list of 1/],
    ['an index with a leading zero', { op: 'add', path: '/list/00', value: 1 }, /00 is no index/],
    ['a test that fails', { op: 'test', path: '/a', value: 2 }, /another one/],
    ['no value', { op: 'add', path: '/b' }, /no value/],
    ['a path without slash', { op: 'add', path: 'b', value: 1 }, /starts with \//],
    ['moving into itself', { op: 'move', from: '/list', path: '/list/0' }, /into itself/],
    ['prototypes', { op: 'add', path: '/__proto__', value: 1 }, /not allowed/],
  ])('refuses %s', (_, operation, message) => {
    expect(() => jsonPatch({ a: 1, list: [1] }, [operation])).toThrow(message);
  }); // prettier-ignore
});

test('sameJson sees through the order of keys and nothing else', () => {
  expect(sameJson({ a: [1, { b: null }], c: 1 }, { c: 1, a: [1, { b: null }] })).toBe(true);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
  expect(sameJson({ a: undefined }, { b: undefined })).toBe(false);
  expect(sameJson({}, [])).toBe(false);
  fc.assert(fc.property(fc.jsonValue(), (value) => sameJson(value, structuredClone(value))));
});

describe('RFC 6902, appendix A', () => {
  test.each<[string, unknown, PatchOperation[], unknown]>([
    ['A.1 adding an object member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    ['A.2 adding an array element', { foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    ['A.3 removing an object member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    ['A.4 removing an array element', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    ['A.5 replacing a value', { baz: 'qux', foo: 'bar' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo', foo: 'bar' }],
    ['A.6 moving a value', { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } }, [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }], { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } }],
    ['A.7 moving an array element', { foo: ['all', 'grass', 'cows', 'eat'] }, [{ op: 'move', from: '/foo/1', path: '/foo/3' }], { foo: ['all', 'cows', 'eat', 'grass'] }],
    ['A.8 testing a value: success', { baz: 'qux', foo: ['a', 2, 'c'] }, [{ op: 'test', path: '/baz', value: 'qux' }, { op: 'test', path: '/foo/1', value: 2 }], { baz: 'qux', foo: ['a', 2, 'c'] }],
    ['A.10 adding a nested member object', { foo: 'bar' }, [{ op: 'add', path: '/child', value: { grandchild: {} } }], { foo: 'bar', child: { grandchild: {} } }],
    ['A.11 ignoring unrecognized elements', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 } as PatchOperation], { foo: 'bar', baz: 'qux' }],
    ['A.14 ~ escape ordering', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
    ['A.16 adding an array value', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }], { foo: ['bar', ['abc', 'def']] }],
  ])('%s', (_, target, operations, expected) => {
    expect(jsonPatch(target, operations)).toEqual(expected);
  }); // prettier-ignore

  test.each<[string, unknown, PatchOperation, RegExp]>([
    ['A.9 testing a value: error', { baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }, /^operation 1 \(test \/baz\): the value at \/baz is another one than the test expects$/],
    ['A.12 adding to a nonexistent target', { foo: 'bar' }, { op: 'add', path: '/baz/bat', value: 'qux' }, /there is nothing at \/baz$/],
    ['A.15 comparing strings and numbers', { '/': 9, '~1': 10 }, { op: 'test', path: '/~01', value: '10' }, /another one/],
  ])('%s', (_, target, operation, message) => {
    expect(() => jsonPatch(target, [operation])).toThrow(message);
  }); // prettier-ignore
});
