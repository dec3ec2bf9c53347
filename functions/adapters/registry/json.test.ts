import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { doubleKey, readJson } from './json.ts';

describe('readJson', () => {
  const schema = z.looseObject({ a: z.object({ b: z.int() }) });

  test('returns what the schema makes of it', () => {
    expect(readJson(Buffer.from('{"a":{"b":1},"c":"ü"}'), schema)).toEqual({ value: { a: { b: 1 }, c: 'ü' } });
  });

  test.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.from(''), 'it is not JSON'],
    ['a page', Buffer.from('<html>'), 'it is not JSON'],
    ['a cut off text', Buffer.from('{"a":{"b":1}'), 'it is not JSON'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'it is not JSON'],
    ['a byte order mark', Buffer.from('\ufeff{"a":{"b":1}}'), 'it is not JSON'],
    ['a key twice', Buffer.from('{"a":{"b":1,"b":2}}'), 'it has the key "b" twice'],
    ['no object', Buffer.from('null'), '(top): '],
    ['another type', Buffer.from('{"a":{"b":"1"}}'), 'a.b: '],
  ])('says what is wrong with %s', (_, bytes, problem) => {
    expect(readJson(bytes, schema)).toEqual({ problem: expect.stringContaining(problem) as string });
  });
});

describe('doubleKey', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['[{"a":{}},{"b":[1,{"c":1,"d":2,"c":3}]}]', 'c'],
    // The same key, written in two ways.
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{ "a" : [1, 2] , "a" : 2 }', 'a'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":"a","b":["a","a"],"c":{"a":1}}', undefined],
    ['{"a":"\\"a\\":1,{","b":"\\\\"}', undefined],
    ['"a"', undefined],
  ])('of %s is %s', (text, key) => {
    expect(doubleKey(text)).toBe(key);
  });

  test('there is none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(doubleKey(text)).toBeUndefined();
      }),
    );
  });

  test('one is found wherever an object has it', () => {
    const json = fc.constantFrom('1', '"a\\""', '[]', '{"x":{},"y":[{}]}');
    const around = fc.array(fc.tuple(fc.constantFrom('[', '{"k":'), json), { maxLength: 5 });
    fc.assert(
      fc.property(fc.string(), json, around, (key, value, levels) => {
        const name = JSON.stringify(key);
        const inner = `{${name}:${value},${name}:${value}}`;
        const text = levels.reduce(
          (all, [open, before]) => (open === '[' ? `[${before},${all}]` : `{"j":${before},"k":${all}}`),
          inner,
        );
        expect(doubleKey(text)).toBe(JSON.parse(name));
      }),
    );
  });
});
