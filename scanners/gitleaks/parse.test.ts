import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseReport, type Parsed } from '../report.ts';
import { gitleaks } from './parse.ts';
import { damages, reordered, streamOf, turns } from './testing/damage.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const parse = (text: string, sizes?: readonly number[]): Promise<Parsed> =>
  parseReport(gitleaks, streamOf(text, sizes));
const parseJson = (report: unknown): Promise<Parsed> => parse(JSON.stringify(report));
const fingerprints = (parsed: Parsed): string[] =>
  parsed.valid ? parsed.findings.map(({ fingerprint }) => fingerprint) : [];

const leaks = fc.record({
  RuleID: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
  Description: fc.constant('Found something that looks like a key.'),
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
const olderLeaks = fc.record({
  line: fc.string(),
  lineNumber: fc.integer({ min: -1 }),
  offender: fc.uuid(),
  commit: fc.stringMatching(/^[0-9a-f]{40}$/),
  repo: fc.constant('shop'),
  rule: fc.constantFrom('AWS Access Key', 'Github', 'Asymmetric Private Key'),
  commitMessage: fc.string(),
  author: fc.string(),
  email: fc.string(),
  file: fc.string(),
  date: fc.constant('2020-04-04T15:52:59-07:00'),
  tags: fc.constant('key, AWS'),
});
const reports = fc.oneof(fc.array(leaks, { minLength: 1 }), fc.array(olderLeaks, { minLength: 1 }));

describe('gitleaks', () => {
  it('reads what gitleaks 8 wrote', async () => {
    expect(await parse(fixture('two-leaks.json'))).toEqual({
      valid: true,
      findings: [
        expect.objectContaining({ rule: 'aws-access-token' }),
        {
          id: '91dd2ec0bb4466ac54f5fe8ec6af5cc55d3fabf6:config.js:github-pat:2',
          rule: 'github-pat',
          category: 'secret',
          severity: 'unknown',
          title: expect.stringMatching(/^Uncovered a GitHub Personal Access Token/),
          location: { path: 'config.js', line: 2, commit: '91dd2ec0bb4466ac54f5fe8ec6af5cc55d3fabf6' },
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      scan: { coverage: {}, scanner: { name: 'gitleaks' }, warnings: [] },
    });
  });

  it('reads what gitleaks 7 wrote', async () => {
    expect(await parse(fixture('gitleaks-7.json'))).toMatchObject({
      valid: true,
      findings: [
        {
          id: '91dd2ec0bb4466ac54f5fe8ec6af5cc55d3fabf6:config.js:AWS Access Key:1',
          rule: 'AWS Access Key',
          category: 'secret',
          location: { path: 'config.js', line: 1, commit: '91dd2ec0bb4466ac54f5fe8ec6af5cc55d3fabf6' },
        },
      ],
    });
  });

  it('reads what the first releases of either wrote', async () => {
    const { Match, Fingerprint, SymlinkFile, ...first8 } = (
      JSON.parse(fixture('two-leaks.json')) as object[]
    )[0] as Record<string, unknown>;
    expect([Fingerprint, SymlinkFile]).not.toContain(undefined);
    expect(await parseJson([{ ...first8, Context: Match }])).toMatchObject({
      findings: [{ id: '91dd2ec0bb4466ac54f5fe8ec6af5cc55d3fabf6:config.js:aws-access-token:1' }],
    });
    const { lineNumber, ...first7 } = (JSON.parse(fixture('gitleaks-7.json')) as object[])[0] as Record<
      string,
      unknown
    >;
    expect(lineNumber).toBe(1);
    const parsed = await parseJson([first7]);
    expect(parsed).toMatchObject({ valid: true, findings: [{ location: { path: 'config.js' } }] });
    expect(parsed.valid && parsed.findings[0]?.location.line).toBeUndefined();
  });

  it('reads what gitleaks 7 found by the name of a file, and so on no line', async () => {
    const [older] = JSON.parse(fixture('gitleaks-7.json')) as object[];
    const byName = {
      ...older,
      line: 'N/A',
      lineNumber: -1,
      offender: 'Filename/path offender: id_rsa',
      file: 'id_rsa',
    };
    const parsed = await parseJson([byName]);
    expect(parsed).toMatchObject({ valid: true, findings: [{ category: 'secret', location: { path: 'id_rsa' } }] });
    expect(parsed.valid && parsed.findings[0]?.location.line).toBeUndefined();
    expect(await parseJson([{ ...older, lineNumber: -2 }])).toMatchObject({ valid: false });
  });

  test.each([
    ['the empty list', fixture('clean.json')],
    ['null, as gitleaks 7 wrote', 'null\n'],
  ])('takes %s for no findings', async (_, text) => {
    expect(await parse(text)).toMatchObject({ valid: true, findings: [] });
  });

  test.each([
    ['an empty file', '', /is empty/],
    ['blanks only', ' \n', /is empty/],
    ['a report that is cut off', fixture('two-leaks.json').slice(0, 400), /cut off/],
    ['an HTML page', '<!doctype html><title>502</title>', /is not JSON/],
    ['two reports in one file', '[]\n[]\n', /is not JSON/],
    ['a byte order mark', '\ufeff[]', /is not JSON/],
    ['an object', '{}', /^is not a report of gitleaks: it is no list$/],
    ['a text', '"no leaks found"', /^is not a report of gitleaks: it is no list$/],
    ['a report of trivy', '{"SchemaVersion": 2, "Results": []}', /^is not a report of gitleaks: it is no list$/],
    [
      'a report of semgrep',
      '{"version": "1.170.0", "results": [], "errors": []}',
      /^is not a report of gitleaks: it is no list$/,
    ],
    ['an empty SARIF', '{"version": "2.1.0", "runs": []}', /^is not a report of gitleaks: it is no list$/],
    ['a report of snyk on several projects', '[{"ok": true, "vulnerabilities": []}]', /\[0\] is no leak/],
    ['an older report of trivy', '[{"Target": "app", "Vulnerabilities": []}]', /\[0\] is no leak/],
    ['an entry that is none', '[null]', /: \[0\] is no object$/],
    ['a list in the list', '[[]]', /: \[0\] is no object$/],
    ['an entry of both kinds', '[{"RuleID": "a", "rule": "a"}]', /\[0\] is no leak \(RuleID and rule/],
    [
      'a list that mixes both kinds',
      JSON.stringify([...JSON.parse(fixture('two-leaks.json')), ...JSON.parse(fixture('gitleaks-7.json'))]),
      /mixes leaks .* \[2\] is of the other$/,
    ],
  ])('does not trust %s', async (_, text, reason) => {
    expect(await parse(text)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });

  it('finds nothing only in an empty list and in null', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue().filter((value) => value !== null && !(Array.isArray(value) && value.length === 0)),
        async (value) => {
          expect(await parseJson(value)).toMatchObject({ valid: false });
        },
      ),
    );
  });

  it('finds as many as there are, each with a fingerprint of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(leaks), async (report) => {
        const parsed = await parseJson(report);
        const places = report.map((one) =>
          JSON.stringify([one.RuleID, one.File, one.Commit, one.Secret, one.StartLine, one.StartColumn]),
        );
        expect(new Set(fingerprints(parsed)).size).toBe(new Set(places).size);
        expect(parsed).toMatchObject({ valid: true, findings: { length: new Set(places).size } });
      }),
    );
  });

  it('finds the same whatever the chunks, the order of members, and the order of leaks', async () => {
    await fc.assert(
      fc.asyncProperty(
        reports,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        turns,
        async (report, sizes, order) => {
          const text = JSON.stringify(report);
          const whole = await parse(text);
          expect(await parse(text, sizes)).toEqual(whole);
          expect(await parseJson(reordered(report, order))).toEqual(whole);
          expect(fingerprints(await parseJson([...report].reverse())).sort()).toEqual(fingerprints(whole).sort());
        },
      ),
    );
  });

  it('never takes a report that is cut off for a shorter one', async () => {
    const cut = fc
      .tuple(reports, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
      .map(([report, part]) => {
        const text = JSON.stringify(report);
        return text.slice(0, Math.floor(text.length * part));
      });
    await fc.assert(
      fc.asyncProperty(cut, async (text) => {
        expect(await parse(text)).toMatchObject({ valid: false });
      }),
    );
  });

  // A leak that is taken out of the list without a trace cannot be told from one that was never there; all else can.
  test.each(Object.entries(damages(() => false)))('is invalid or still blocks after %s', async (_, damage) => {
    const one = fc.oneof(
      leaks.map((leak) => [leak]),
      olderLeaks.map((leak) => [leak]),
    );
    await fc.assert(
      fc.asyncProperty(one, fc.nat(), fc.nat(), async (report, pick, other) => {
        const parsed = await parseJson(damage(report, pick, other));
        expect(parsed.valid ? parsed.findings.filter(({ category }) => category === 'secret').length : 1).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  it('shows no secret, in whatever state the report is', async () => {
    const harm = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.slice(0, -1),
      (text) => text.replace('"RuleID":"', '"RuleID":1,"Rule":"'),
      (text) => text.replace('"File":', '"file":'),
      (text) => `${text}${text}`,
    );
    await fc.assert(
      fc.asyncProperty(leaks, olderLeaks, harm, async (leak, older, damage) => {
        const context = `key = "${leak.Secret}"`;
        const report = [{ ...leak, Match: context, Fragment: { Raw: context }, Author: leak.Secret, Message: context }];
        expect(JSON.stringify(await parse(damage(JSON.stringify(report))))).not.toContain(leak.Secret);
        const olderReport = [{ ...older, line: `key = "${older.offender}"`, commitMessage: older.offender }];
        expect(JSON.stringify(await parse(damage(JSON.stringify(olderReport))))).not.toContain(older.offender);
      }),
    );
  });

  it('shows a link only when it carries no password and no query', async () => {
    const leak = (JSON.parse(fixture('two-leaks.json')) as object[])[0];
    const urlWith = async (Link: unknown): Promise<unknown> => {
      const parsed = await parseJson([{ ...leak, Link }]);
      return parsed.valid && parsed.findings[0]?.url;
    };
    const good = 'https://github.com/acme/shop/blob/91dd2ec0/config.js#L1';
    expect(await urlWith(good)).toBe(good);
    for (const bad of ['https://me:token@github.com/acme/shop', 'https://git.acme.com/x?token=abc', 'javascript:1', 7])
      expect(await urlWith(bad)).toBeUndefined();
  });
});

describe('the fingerprint', () => {
  const redacted = (JSON.parse(fixture('two-leaks.json')) as object[])[0] as Record<string, unknown>;
  const plain = { ...redacted, Match: 'key = first-secret', Secret: 'first-secret' };

  test.each([
    ['another rule', { RuleID: 'other' }],
    ['another file', { File: 'other.js' }],
    ['another line', { StartLine: 7 }],
    ['another place on the line', { StartColumn: 7 }],
    ['another commit', { Commit: 'b'.repeat(40) }],
  ])('of a redacted leak differs for %s', async (_, change) => {
    for (const Secret of ['REDACTED', 'abcd...', ''])
      expect(
        new Set(
          fingerprints(
            await parseJson([
              { ...redacted, Secret },
              { ...redacted, Secret, ...change },
            ]),
          ),
        ).size,
      ).toBe(2);
  });

  test.each([
    ['another rule', { RuleID: 'other' }],
    ['another file', { File: 'other.js' }],
    ['another secret at the same place', { Secret: 'second-secret' }],
    ['another commit', { Commit: 'b'.repeat(40) }],
    ['the same secret at a second place', { StartLine: 7 }],
  ])('of a leak with its secret differs for %s', async (_, change) => {
    expect(new Set(fingerprints(await parseJson([plain, { ...plain, ...change }]))).size).toBe(2);
  });

  it('is the same whether or not the report is redacted', async () => {
    for (const [Match, Secret] of [
      ['key = REDACTED', 'REDACTED'],
      ['key = fir...', 'fir...'],
      ['', ''],
    ])
      expect(fingerprints(await parseJson([{ ...plain, Match, Secret }]))).toEqual(
        fingerprints(await parseJson([plain])),
      );
  });

  it('is made of nothing of the secret or its line, so that nobody can guess it', async () => {
    await fc.assert(
      fc.asyncProperty(leaks, olderLeaks, fc.uuid(), async (leak, older, other) => {
        const guess = { ...leak, Secret: other, Match: `password = ${other}` };
        expect(fingerprints(await parseJson([guess]))).toEqual(fingerprints(await parseJson([leak])));
        const olderGuess = { ...older, offender: other, line: `password = ${other}` };
        expect(fingerprints(await parseJson([olderGuess]))).toEqual(fingerprints(await parseJson([older])));
      }),
    );
  });

  test.each([
    ['another length', { EndColumn: 99 }],
    ['another entropy', { Entropy: 1.5 }],
  ])('of a leak in a folder differs for another secret at its place, which has %s', async (_, change) => {
    const inFolder = { ...redacted, Commit: '', Secret: 'REDACTED', Match: 'REDACTED' };
    expect(fingerprints(await parseJson([{ ...inFolder, ...change }]))).not.toEqual(
      fingerprints(await parseJson([inFolder])),
    );
  });

  it('stays when only the author or the message changed', async () => {
    await fc.assert(
      fc.asyncProperty(leaks, leaks, async (one, { Author, Email, Message, Date, Tags }) => {
        const other = { ...one, Author, Email, Message, Date, Tags };
        expect(fingerprints(await parseJson([other]))).toEqual(fingerprints(await parseJson([one])));
      }),
    );
  });

  it('counts what is listed twice once', async () => {
    expect(fingerprints(await parseJson([plain, plain]))).toHaveLength(1);
    expect(fingerprints(await parseJson([redacted, redacted]))).toHaveLength(1);
  });
});
