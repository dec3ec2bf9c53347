import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlainLine, NOT_PLAIN, plainLine } from './plain-line.ts';
import { anyText, unseenIn } from './testing/unseen.ts';

test.each([
  'ana',
  'Checkout is down',
  'für Ünïcode 🚢',
  '結帳壞了',
  'إصلاح عاجل',
  '№ 7!',
  'octocat[bot]',
  'سایت کار نمی\u200cکند',
  'क्\u200dष टूट गया',
  'down 👩\u200d💻 fix',
  'love ❤\ufe0f\u200d🔥 1\ufe0f\u20e3',
  '葛\u{e0100}城',
  'arn:aws:sts::000000000000:assumed-role/dev/ada',
])('says something: %s', (text) => {
  expect(isPlainLine(text)).toBe(true);
});

const odd: [string, string][] = [
  ['nothing', ''],
  ['a blank', ' '],
  ['a no-break space', '\u00a0'],
  ['a zero-width space', '\u200b'],
  ['a word joiner', '\u2060'],
  ['a filler that is a letter', '\u3164'],
  ['a blank of Braille', '\u2800'],
  ['a soft hyphen', '\u00ad'],
  ['a full stop', '.'],
  ['a sign', '🚢'],
  ['a mark without a letter', '\u0301'],
];

test.each(odd)('says nothing: %s', (_, text) => {
  expect(isPlainLine(text)).toBe(false);
});

test.each([
  ['a line break', '\n'],
  ['the begin of an escape', '\u001b[2J'],
  ['a null', '\u0000'],
  ['a control of Latin-1', '\u0085'],
  ['a zero-width space', '\u200b'],
  ['a right-to-left override', '\u202e'],
  ['an isolate', '\u2066'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['a byte order mark', '\ufeff'],
  ['a tag', '\u{e0041}'],
  ['half of a character', '\ud83d'],
  ['a filler that is a letter', '\u3164'],
  ['a grapheme joiner', '\u034f'],
  ['a blank of Braille', '\u2800'],
  ['two joiners', '\u200d\u200c'],
  ['a joiner beside a blank', '\u200d '],
  ['two variation selectors', '\ufe0f\ufe0e'],
  ['a variation selector behind a blank', ' \ufe0f'],
])('is not as it reads: %s', (_, character) => {
  for (const text of [`ana${character}`, `${character}ana`, `a${character}na`]) expect(isPlainLine(text)).toBe(false);
});

test.each([
  ['a joiner', '\u200d'],
  ['a non-joiner', '\u200c'],
])('%s is for between two characters', (_, joiner) => {
  expect(isPlainLine(`a${joiner}na`)).toBe(true);
  for (const text of [`${joiner}ana`, `ana${joiner}`, `ana ${joiner}b`]) expect(isPlainLine(text)).toBe(false);
});

test('what it takes is one line, seen as it is', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      fc.pre(isPlainLine(text));
      expect(unseenIn(text)).toEqual([]);
      expect(text).toMatch(/[\p{L}\p{N}]/u);
      expect(text.isWellFormed()).toBe(true);
    }),
  );
});

test('the schema of it has a length, and says what is wrong', () => {
  expect(plainLine(3).safeParse('ana').success).toBe(true);
  expect(plainLine(2).safeParse('ana').success).toBe(false);
  expect(
    plainLine(3)
      .safeParse(' ')
      .error?.issues.map(({ message }) => message),
  ).toEqual([NOT_PLAIN]);
});
