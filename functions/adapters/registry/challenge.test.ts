import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChallenges } from './challenge.ts';

const read = (header: string): [string, object][] =>
  readChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test.each<[string, [string, object][]]>([
  ['', []],
  ['Basic', [['basic', {}]]],
  [
    'Bearer realm="https://a.test/token",service="r",scope="repository:acme/shop:pull,push"',
    [['bearer', { realm: 'https://a.test/token', service: 'r', scope: 'repository:acme/shop:pull,push' }]],
  ],
  ['BEARER Realm = "a" , SCOPE="b"', [['bearer', { realm: 'a', scope: 'b' }]]],
  ['Bearer realm=https://a.test/token,service=r', [['bearer', { realm: 'https://a.test/token', service: 'r' }]]],
  [
    'Bearer realm="a", Basic realm="b"',
    [
      ['bearer', { realm: 'a' }],
      ['basic', { realm: 'b' }],
    ],
  ],
  [
    'Negotiate, Basic realm="b", charset="UTF-8", Bearer realm="a"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'b', charset: 'UTF-8' }],
      ['bearer', { realm: 'a' }],
    ],
  ],
  ['Bearer realm="a, Basic realm=b"', [['bearer', { realm: 'a, Basic realm=b' }]]],
  ['Bearer realm="a\\"b\\\\c"', [['bearer', { realm: 'a"b\\c' }]]],
  ['Bearer realm="a",realm="b"', [['bearer', { realm: 'a' }]]],
  ['Bearer realm="a', [['bearer', {}]]],
  ['Bearer error="x" realm="a"', [['bearer', { error: 'x', realm: 'a' }]]],
  ['realm="a"', []],
  ['"Bearer"', []],
])('%j', (header, challenges) => {
  expect(read(header)).toEqual(challenges);
});

test('what was quoted comes out as it was, whatever is in it', () => {
  const name = fc.stringMatching(/^[a-z]{1,8}$/);
  // A header is one line.
  const value = fc.string().filter((text) => !/[\r\n\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (parameters) => {
      const quoted = parameters.map(([key, text]) => `${key}="${text.replaceAll(/["\\]/g, '\\$&')}"`);
      expect(read(`Bearer ${quoted.join(', ')}`)).toEqual([['bearer', Object.fromEntries(parameters)]]);
    }),
  );
});

test('any header is read to an end', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '"', ',', '=', '\\', ';', '\t') }), (header) => {
      expect(read(header).length).toBeLessThanOrEqual(header.length);
    }),
  );
});
