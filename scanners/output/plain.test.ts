import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, plainPath } from './plain.ts';
import { text } from './testing/hostile.ts';

describe('plain', () => {
  it.each([
    ['a\tb\r\nc\u2028d\u0085e', 'a b c d e'],
    ['  a   b ', 'a b'],
    ['a\u202eb\u202c', 'a\ufffdb\ufffd'],
    ['a\ufff9b', 'a\ufffdb'],
    ['a\u200bb', 'a\ufffdb'],
    ['\u001b[31mx', '\ufffd[31mx'],
    ['\u{e0041}x', '\ufffdx'],
    ['a\ud800b', 'a\ufffdb'],
    ['e\u0301', 'e\u0301'],
    [`a${'\u0301'.repeat(50)}b`, `a${'\u0301'.repeat(4)}b`],
    ['see https://ada:pw@example.com/x', 'see https://***@example.com/x'],
    ['npm:@scope/name', 'npm:@scope/name'],
    ['漢字 🦀', '漢字 🦀'],
  ])('makes %j %j', (given, expected) => {
    expect(plain(given)).toBe(expected);
  });

  it('cuts at whole characters and says so', () => {
    expect(plain('🦀🦀🦀🦀', 3)).toBe('🦀🦀…');
    expect(plain('🦀🦀🦀', 3)).toBe('🦀🦀🦀');
    expect(plain('x'.repeat(10_000), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('leaves no half of a password where it cuts', () => {
    for (let before = 0; before < 400; before++) {
      const shown = plain(`${'x'.repeat(before)} https://ada:${'correct-horse'.repeat(20)}@example.com/`, 60);
      expect(shown).not.toContain('horse');
    }
  });

  it('keeps the end of a path', () => {
    expect(plainPath('a/very/long/way/to/file.ts', 10)).toBe('…o/file.ts');
  });

  it('gives one visible line, not longer than asked, and the same when it is done twice', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 300 }), (given, length) => {
        for (const made of [plain(given, length), plainPath(given, length)]) {
          expect(Array.from(made).length).toBeLessThanOrEqual(length);
          expect(made).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(plain(made, length)).toBe(made);
        }
      }),
    );
  });
});
