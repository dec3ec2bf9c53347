import fc from 'fast-check';

const HIDING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const odd = [
  '\u200b',
  '\u200c',
  '\u200d',
  '\ufe0f',
  '\u{e0100}',
  '\u202e',
  '\u{e0041}',
  '\u3164',
  '\u2800',
  '\ud83d',
  '\udc69',
];

/** Text of any characters, and often of those that matter beside one another. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'क', '👩', ' ', '\n', ...odd) }),
);

/** The characters of a text that hide or act, but for a joiner between seen ones and a variation selector behind one; each is looked at by itself. */
export function unseenIn(text: string): string[] {
  const characters = Array.from(text);
  const isSeen = (at: number): boolean =>
    /[^\s\p{C}]/u.test(characters[at] ?? '') && !HIDING.test(characters[at] ?? '');
  const isVariation = (at: number): boolean => /\p{Variation_Selector}/u.test(characters[at] ?? '') && isSeen(at - 1);
  return characters.filter((character, at) => {
    if (!HIDING.test(character) || isVariation(at)) return false;
    const isJoiner = character === '\u200c' || character === '\u200d';
    return !(isJoiner && (isSeen(at - 1) || isVariation(at - 1)) && isSeen(at + 1));
  });
}
