import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { severityOf } from './finding.ts';

describe('severityOf', () => {
  test.each([
    ['trivy', 'CRITICAL', 'critical'],
    ['trivy', 'UNKNOWN', 'unknown'],
    ['snyk', 'medium', 'medium'],
    ['semgrep', 'ERROR', 'high'],
    ['semgrep', 'WARNING', 'medium'],
    ['semgrep', 'INFO', 'info'],
    ['npm', 'moderate', 'medium'],
    ['SARIF', 'note', 'low'],
    ['ZAP', 'Informational', 'info'],
    ['a hand-written report', ' High ', 'high'],
  ])('%s: %s is %s', (_, word, severity) => {
    expect(severityOf(word)).toBe(severity);
  });

  it('takes no rating, and one that it does not know, for unknown', () => {
    expect([undefined, '', 'undefined', 'negligible?', '9.8'].map(severityOf)).toEqual(Array(5).fill('unknown'));
    expect(severityOf('constructor')).toBe('unknown');
  });

  it('does not look at case', () => {
    const words = fc.constantFrom('critical', 'high', 'medium', 'low', 'info', 'error', 'warning', 'note');
    const inAnyCase = fc.tuple(words, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }));
    fc.assert(
      fc.property(inAnyCase, ([word, upper]) => {
        const mixed = Array.from(word, (letter, at) => (upper[at] === true ? letter.toUpperCase() : letter)).join('');
        expect(severityOf(mixed)).toBe(severityOf(word));
      }),
    );
  });
});
