import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8String } from './certificate.ts';

const der = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const { length } = bytes;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x0c, ...head]), bytes]);
};

test('the text of a DER UTF8String, of any length', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535])
    expect(utf8String(der('a'.repeat(length)))).toHaveLength(length);
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => utf8String(der(text)) === text));
});

test.each<[string, number[]]>([
  ['nothing', []],
  ['the raw text of the extensions of old', [...Buffer.from('push')]],
  ['another kind of string', [0x13, 1, 0x61]],
  ['less than it says', [0x0c, 2, 0x61]],
  ['more than it says', [0x0c, 1, 0x61, 0x62]],
  ['no length', [0x0c]],
  ['an open length', [0x0c, 0x80, 0x61, 0, 0]],
  ['a length of three bytes', [0x0c, 0x83, 0, 0, 1, 0x61]],
  ['no UTF-8', [0x0c, 1, 0xff]],
])('%s is none', (_, bytes) => {
  expect(utf8String(Uint8Array.from(bytes))).toBeUndefined();
});
