import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from './quote.ts';

test.each([
  ['refs/heads/größe — 東京 🚢', 'refs/heads/größe — 東京 🚢'],
  ['a\r\n::notice::live', 'a??::notice::live'],
  ['\u001b]0;owned\u0007\u001b[2J', '?]0;owned??[2J'],
  ['a\u2028b\u2029c\u0085d', 'a?b?c?d'],
  ['\u202egnirts\u2066\u200b\ufeff', '?gnirts???'],
  ['half \ud83d', 'half ?'],
])('%j becomes %j', (text, expected) => {
  expect(quote(text, 100)).toBe(expected);
});

test('whatever it is, it is one line of whole characters within the limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, most) => {
      const quoted = quote(text, most);
      expect(quoted.length).toBeLessThanOrEqual(most);
      expect(quoted.isWellFormed()).toBe(true);
      expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
