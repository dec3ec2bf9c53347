import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseGitleaks } from './parse.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

const leaks = fc.record({
  RuleID: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
  Description: fc.string(),
  StartLine: fc.nat(),
  EndLine: fc.nat(),
  StartColumn: fc.nat(),
  EndColumn: fc.nat(),
  Match: fc.string(),
  Secret: fc.uuid(),
  File: fc.string(),
  SymlinkFile: fc.constant(''),
  Commit: fc.oneof(fc.constant(''), fc.stringMatching(/^[0-9a-f]{40}$/)),
  Entropy: fc.double({ noNaN: true, noDefaultInfinity: true }),
  Author: fc.string(),
  Email: fc.string(),
  Date: fc.constant('2026-11-24T11:09:57Z'),
  Message: fc.string(),
  Tags: fc.array(fc.string()),
  Fingerprint: fc.stringMatching(/^[\w:./-]{1,60}$/),
});

describe('parseGitleaks', () => {
  it('reads what gitleaks 8 wrote', () => {
    expect(parseGitleaks(fixture('two-leaks.json'))).toEqual({
      valid: true,
      findings: [
        expect.objectContaining({ rule: 'aws-access-token' }),
        {
          id: '91dd2ec0bb4466ac54f5fe8ec6af5cc55d3fabf6:config.js:github-pat:2',
          rule: 'github-pat',
          category: 'secret',
          severity: 'unknown',
          location: { path: 'config.js', line: 2, commit: '91dd2ec0bb4466ac54f5fe8ec6af5cc55d3fabf6' },
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
    });
  });

  it('takes the empty list for no findings', () => {
    expect(parseGitleaks(fixture('clean.json'))).toEqual({ valid: true, findings: [] });
  });

  test.each([
    ['an empty file', '', /is empty/],
    ['blanks only', ' \n', /is empty/],
    ['a report that is cut off', fixture('two-leaks.json').slice(0, 400), /cut off/],
    ['an HTML page', '<!doctype html><title>502</title>', /is not JSON/],
    ['two reports in one file', '[]\n[]\n', /is not JSON/],
    ['a byte order mark', '\ufeff[]', /is not JSON/],
    ['null, as gitleaks 7 wrote', 'null', /a list/],
    ['an object', '{}', /a list/],
    ['a report of trivy', '{"SchemaVersion": 2, "Results": []}', /a list/],
    ['a report of semgrep', '{"version": "1.170.0", "results": [], "errors": []}', /a list/],
    ['an empty SARIF', '{"version": "2.1.0", "runs": []}', /a list/],
    ['a report of snyk on several projects', '[{"ok": true, "vulnerabilities": []}]', /entry 1 is no leak/],
    ['a report of gitleaks 7', fixture('gitleaks-7.json'), /gitleaks 7 or older/],
    ['an entry that is none', '[null]', /entry 1 is no leak \(all\)/],
  ])('does not trust %s', (_, text, reason) => {
    expect(parseGitleaks(text)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });

  it('finds as many as there are, each with a fingerprint of its own place', () => {
    fc.assert(
      fc.property(fc.array(leaks), (report) => {
        const parsed = parseGitleaks(JSON.stringify(report));
        const places = report.map((one) =>
          JSON.stringify([one.RuleID, one.File, one.StartLine, one.StartColumn, one.Commit]),
        );
        expect(parsed).toMatchObject({ valid: true, findings: { length: report.length } });
        const fingerprints = parsed.valid ? parsed.findings.map(({ fingerprint }) => fingerprint) : [];
        expect(new Set(fingerprints).size).toBe(new Set(places).size);
      }),
    );
  });

  it('never takes a report that is cut off for a shorter one', () => {
    const cut = fc
      .tuple(fc.array(leaks, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
      .map(([report, part]) => {
        const text = JSON.stringify(report);
        return text.slice(0, Math.floor(text.length * part));
      });
    fc.assert(
      fc.property(cut, (text) => {
        expect(parseGitleaks(text)).toMatchObject({ valid: false });
      }),
    );
  });

  it('finds nothing only in an empty list', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => !(Array.isArray(value) && value.length === 0)),
        (value) => {
          expect(parseGitleaks(JSON.stringify(value))).toMatchObject({ valid: false });
        },
      ),
    );
  });

  it('shows no secret, in whatever state the report is', () => {
    const damages = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.slice(0, -1),
      (text) => text.replace('"RuleID":"', '"RuleID":1,"Rule":"'),
      (text) => `${text}${text}`,
    );
    fc.assert(
      fc.property(leaks, damages, (leak, damage) => {
        const text = damage(JSON.stringify([{ ...leak, Match: `key = "${leak.Secret}"` }]));
        expect(JSON.stringify(parseGitleaks(text))).not.toContain(leak.Secret);
      }),
    );
  });

  test.each([
    ['another rule', { RuleID: 'other' }],
    ['another file', { File: 'other.js' }],
    ['another line', { StartLine: 7 }],
    ['another place on the line', { StartColumn: 7 }],
    ['another commit', { Commit: 'b'.repeat(40) }],
  ])('gives %s another fingerprint', (_, change) => {
    const leak = (JSON.parse(fixture('two-leaks.json')) as object[])[0];
    const parsed = parseGitleaks(JSON.stringify([leak, { ...leak, ...change }]));
    const fingerprints = parsed.valid ? parsed.findings.map(({ fingerprint }) => fingerprint) : [];
    expect(new Set(fingerprints).size).toBe(2);
  });

  it('keeps the fingerprint when only the secret, its author or the message changed', () => {
    fc.assert(
      fc.property(leaks, leaks, (one, two) => {
        const { RuleID, File, StartLine, StartColumn, Commit } = one;
        const moved = { ...two, RuleID, File, StartLine, StartColumn, Commit };
        const [a, b] = [one, moved].map((leak) => parseGitleaks(JSON.stringify([leak])));
        expect(a?.valid === true && a.findings[0]?.fingerprint).toBe(b?.valid === true && b.findings[0]?.fingerprint);
      }),
    );
  });
});
