import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../policy/decide.ts';
import { decide } from '../policy/decide.ts';
import { finding, invalid, judged, now, policyOf } from '../policy/testing/make.ts';
import { columnWidths, fit, widthOf, wrap } from './columns.ts';
import { blockingOf } from './finding-text.ts';
import { terminalText } from './terminal.ts';
import { example } from './testing/example.ts';
import { decision as hostile, leaked, text } from './testing/hostile.ts';

const plainly = (decision: Decision, width = 80): string => terminalText(decision, { width, hasColour: false });

describe('columns', () => {
  it.each([
    ['abc', 3],
    ['漢字', 4],
    ['🦀', 2],
    ['e\u0301', 1],
    ['é', 1],
  ])('takes %j as %i wide', (given, width) => {
    expect(widthOf(given)).toBe(width);
  });

  it.each([
    ['abcdef', 4, 'end', 'abc…'],
    ['abcdef', 4, 'start', '…def'],
    ['漢字漢字', 4, 'end', '漢…'],
    ['abc', 3, 'end', 'abc'],
  ] as const)('fits %j into %i at its %s: %j', (given, width, cut, expected) => {
    expect(fit(given, width, cut)).toBe(expected);
  });

  it('wraps at spaces, and inside of words that are too long', () => {
    expect(wrap('one two three', 8, '  ')).toEqual(['one two', '  three']);
    expect(wrap('abcdefghij', 4, ' ')).toEqual(['abcd', ' efg', ' hij']);
  });

  it('lets the widest column give first', () => {
    expect(columnWidths([['a', 'b'.repeat(30), 'c'.repeat(10)]], 35, 2, 8)).toEqual([1, 20, 10]);
  });

  it('loses no letter when it wraps, and keeps to the width', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 6, max: 60 }), (given, width) => {
        const words = given.replace(/\s+/gu, ' ').trim();
        const lines = wrap(words, width, '  ');
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
      }),
    );
  });
});

describe('terminalText', () => {
  it('shows what blocks, why and what to do, in 80 columns', () => {
    const shown = plainly(example);
    expect(shown.split('\n').slice(0, 6)).toEqual([
      'Blocked: 3 of 5 findings keep this from being deployed.',
      '',
      expect.stringMatching(/^ {2}SEVERITY {2}WHAT +PACKAGE +FIXED IN +WHERE$/),
      expect.stringMatching(/^ {2}critical {2}CVE-2026-1001 +libtls3 3\.0\.11-1 +3\.0\.14-1 +shop:1 \(debian 12\.5\)$/),
      expect.stringMatching(/^ {2}high {6}CVE-2026-2002 +untar 1\.4\.0 +no fix yet +.*package-lock\.json$/),
      expect.stringMatching(/^ {2}unknown {3}payment-api-key +src\/pay\.ts:7$/),
    ]);
    expect(shown).toContain('  categories.vulnerability.block: high: 2 block.');
    expect(shown).toContain('  1. Revoke the secret that payment-api-key found in src/pay.ts:7');
    expect(shown.replace(/\n {4}/g, ' ')).toContain('ada@example.com waives it until 2026-12-04T00:00:00Z');
    expect(shown).toContain('  trivy 0.74.0 (trivy.json): 2 targets, 148 packages; 4 findings');
    expect(shown.split('\n').at(-1)).toBe('Found: 1 critical, 2 high, 1 unknown, 1 medium, 0 low, 0 info.');
  });

  it('says of an invalid verdict which report it is', () => {
    const shown = plainly(decide({ policy: policyOf(), reports: [invalid('trivy')], now }));
    expect(shown).toMatch(/^Invalid: /);
    expect(shown).toContain('  trivy.json is cut off');
    expect(shown).toContain('  1. Run each scanner named above again');
    expect(shown).toContain('  trivy (trivy.json): not valid');
  });

  it('tells once of a tool that was skipped, and why', () => {
    const shown = plainly(judged([], { tools: { snyk: { optional: 'No token.' } } }), 120);
    expect(shown.split('\n').filter((line) => line.includes('snyk'))).toEqual([
      '  There is no report of snyk, so nothing is known of what it would find: No token.',
    ]);
  });

  it('has colours of its own only when asked', () => {
    const coloured = terminalText(example, { width: 80, hasColour: true });
    expect(coloured).toContain('\u001b[1;31mBlocked: 3 of 5 findings');
    // oxlint-disable-next-line no-control-regex -- colours are what is looked for
    expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(plainly(example));
  });

  it('counts what it leaves out', () => {
    const many = Array.from({ length: 250 }, (_, at) => finding({ id: `CVE-2026-${10_000 + at}`, package: `p${at}` }));
    const shown = plainly(judged(many));
    expect(shown).toContain('  … and 150 more rows');
    expect(shown).toContain('  … and 230 more steps');
    expect(shown.split('\n').length).toBeLessThan(250);
  });

  it('is text that does nothing, in lines that fit, and names or counts all that blocks', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(40, 80, 120), (decision, width) => {
        const shown = plainly(decision, width);
        expect(shown).not.toContain(leaked);
        const lines = shown.split('\n');
        for (const line of lines) {
          expect(widthOf(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          // A command for GitHub's runner, in its two forms.
          expect(line).not.toMatch(/^\s*::|##\[/u);
        }
        const { findings, endOfLife } = blockingOf(decision);
        const head = lines.findIndex((line) => /^ {2}(?:SEV|WHAT)/.test(line));
        const rows = head < 0 ? 0 : lines.indexOf('', head) - head - 1;
        expect(rows).toBe(findings.length + endOfLife.length);
      }),
      { numRuns: 300 },
    );
  });
});
