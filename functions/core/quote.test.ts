import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote } from './quote.ts';
import { anyText, unseenIn } from './testing/unseen.ts';

test.each([
  ['refs/heads/größe — 東京 🚢', 'refs/heads/größe — 東京 🚢'],
  ['a\r\n::notice::live', 'a??::notice::live'],
  ['\u001b]0;owned\u0007\u001b[2J', '?]0;owned??[2J'],
  ['a\u2028b\u2029c\u0085d', 'a?b?c?d'],
  ['\u202egnirts\u2066\u200b\ufeff', '?gnirts???'],
  ['half \ud83d', 'half ?'],
  ['نمی\u200cکند क्\u200dष 👩\u200d💻 ❤\ufe0f', 'نمی\u200cکند क्\u200dष 👩\u200d💻 ❤\ufe0f'],
  ['\u200da\u200c \u200d', '?a? ?'],
  ['a\u3164\u2800\u034f\ufe0f\u{e0041}\u{e0100}', 'a??????'],
  ['a\ufe0f\ufe0e\u200d\u200d', 'a\ufe0f???'],
])('%j becomes %j', (text, expected) => {
  expect(quote(text, 100)).toBe(expected);
});

test('whatever it is, it is one line of whole characters within the limit', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 20 }), (text, most) => {
      const quoted = quote(text, most);
      expect(quoted.length).toBeLessThanOrEqual(most);
      expect(quoted.isWellFormed()).toBe(true);
      expect(unseenIn(quoted)).toEqual([]);
    }),
  );
});
