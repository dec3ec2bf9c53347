import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { damages, reordered, streamOf, turns } from '../gitleaks/testing/damage.ts';
import { parseReport, type Parsed } from '../report.ts';
import { semgrep } from './parse.ts';

const parse = (text: string, sizes?: readonly number[]): Promise<Parsed> => parseReport(semgrep, streamOf(text, sizes));
const parseJson = (report: unknown): Promise<Parsed> => parse(JSON.stringify(report));
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

type Json = Record<string, unknown>;

interface Change {
  top?: Json;
  extra?: Json;
  metadata?: Json;
  start?: { line: number; col: number };
}

const match = ({ top, extra, metadata, start }: Change = {}): Json => ({
  check_id: 'rules.code-from-text',
  path: 'src/answer.ts',
  start: { line: 12, col: 5, offset: 260, ...start },
  end: { line: start?.line ?? 12, col: 15, offset: 270 },
  extra: {
    metavars: { $CODE: { start: {}, end: {}, abstract_content: 'text' } },
    message: 'Text is run as code.',
    metadata: {
      category: 'security',
      cwe: ['CWE-95: Eval Injection'],
      confidence: 'HIGH',
      technology: ['javascript'],
      ...metadata,
    },
    severity: 'ERROR',
    fingerprint: '0b7e4d_0',
    lines: '    eval(text)',
    is_ignored: false,
    validation_state: 'NO_VALIDATOR',
    engine_kind: 'OSS',
    ...extra,
  },
  ...top,
});

const clean = {
  version: '1.185.0',
  results: [] as unknown[],
  errors: [] as unknown[],
  paths: { scanned: ['src/answer.ts', 'src/server.ts'] },
  skipped_rules: [],
};
const partial = {
  code: 3,
  level: 'warn',
  type: [
    'PartialParsing',
    [{ path: 'src/odd.ts', start: { line: 3, col: 1, offset: 0 }, end: { line: 3, col: 9, offset: 8 } }],
  ],
  message: 'Syntax error at line src/odd.ts:3:\n `const key =` was unexpected',
  path: 'src/odd.ts',
};

/** A dependency with a known weakness, as Supply Chain reports it. */
const dependency = match({
  top: { check_id: 'ssc-1f0e', path: 'package-lock.json' },
  metadata: {
    'sca-severity': 'CRITICAL',
    'sca-vuln-database-identifier': 'CVE-2026-1234',
    'sca-fix-versions': [{ other: '9.9.9' }, { '@acme/left-pad': '1.2.4' }],
  },
  extra: {
    severity: 'ERROR',
    sca_info: {
      reachable: true,
      reachability_rule: true,
      sca_finding_schema: 20220913,
      dependency_match: {
        dependency_pattern: { ecosystem: 'npm', package: '@acme/left-pad', semver_range: '< 1.2.4' },
        found_dependency: {
          package: '@acme/left-pad',
          version: '1.2.3',
          ecosystem: 'npm',
          allowed_hashes: {},
          transitivity: 'direct',
        },
        lockfile: 'package-lock.json',
      },
    },
  },
});

async function only(result: unknown): Promise<Finding> {
  const parsed = await parseJson({ ...clean, results: [result] });
  const finding = parsed.valid ? parsed.findings[0] : undefined;
  if (finding === undefined) throw new Error(parsed.valid ? 'no finding' : parsed.reason);
  return finding;
}

describe('semgrep', () => {
  it('reads a finding', async () => {
    expect(await parseJson({ ...clean, results: [match({ metadata: { shortlink: 'https://sg.run/abc' } })] })).toEqual({
      valid: true,
      findings: [
        {
          id: 'rules.code-from-text',
          rule: 'rules.code-from-text',
          category: 'code',
          severity: 'high',
          title: 'CWE-95: Eval Injection',
          url: 'https://sg.run/abc',
          location: { path: 'src/answer.ts', line: 12 },
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      scan: { coverage: { files: 2 }, scanner: { name: 'semgrep', version: '1.185.0' }, warnings: [] },
    });
  });

  it('reads a clean report, and counts files and rules', async () => {
    const rules = {
      rules_by_engine: [
        ['rules.a', 'OSS'],
        ['rules.b', 'OSS'],
      ],
    };
    expect(await parseJson({ ...clean, ...rules })).toMatchObject({
      valid: true,
      findings: [],
      scan: { coverage: { files: 2, rules: 2 } },
    });
  });

  test.each([
    ['CRITICAL', 'critical'],
    ['HIGH', 'high'],
    ['MEDIUM', 'medium'],
    ['LOW', 'low'],
    ['ERROR', 'high'],
    ['WARNING', 'medium'],
    ['INFO', 'info'],
    ['EXPERIMENT', 'unknown'],
    ['INVENTORY', 'unknown'],
  ])('takes %s for %s', async (word, severity) => {
    expect(await only(match({ extra: { severity: word } }))).toMatchObject({ severity });
  });

  test.each([
    ['its name', { top: { check_id: 'generic.secrets.gitleaks.github-pat' } }],
    ['its weakness', { metadata: { cwe: ['CWE-547: x', 'CWE-798: Use of Hard-coded Credentials'] } }],
    ['its weakness as a text', { metadata: { cwe: 'CWE-259: Use of Hard-coded Password' } }],
    ['the product', { metadata: { product: 'secrets' } }],
    ['the technology', { metadata: { technology: ['secrets', 'aws'] } }],
    ['that the secret works', { extra: { validation_state: 'CONFIRMED_VALID' } }],
    ['that it no longer works', { extra: { validation_state: 'CONFIRMED_INVALID' } }],
  ])('knows a secret by %s', async (_, change) => {
    expect(await only(match(change))).toMatchObject({ category: 'secret' });
  });

  it('reads a weak dependency, with the rating of the advisory', async () => {
    expect(await only(dependency)).toMatchObject({
      id: 'CVE-2026-1234',
      rule: 'ssc-1f0e',
      category: 'vulnerability',
      severity: 'critical',
      aliases: ['CVE-2026-1234'],
      package: '@acme/left-pad',
      version: '1.2.3',
      purl: 'pkg:npm/%40acme/left-pad@1.2.3',
      fixedIn: '1.2.4',
      fixState: 'fixed',
      location: { path: 'package-lock.json', line: 12 },
    });
  });

  test.each([
    [{ 'sca-vuln-database-identifier': 'CVE-2026-1', cve: 'CVE-2026-1', ghsa: 'GHSA-2' }, ['CVE-2026-1', 'GHSA-2']],
    [{ 'sca-vuln-database-identifier': 'GHSA-2', cve: 'CVE-2026-1' }, ['GHSA-2', 'CVE-2026-1']],
    [{ ghsa: 'GHSA-2' }, ['GHSA-2']],
  ])('knows a weak dependency by all names of its advisory: %j', async (names, aliases) => {
    const { extra, ...rest } = dependency as { extra: Json };
    expect(await only({ ...rest, extra: { ...extra, metadata: names } })).toMatchObject({ id: aliases[0], aliases });
  });

  it('gives what nosemgrep keeps quiet as suppressed', async () => {
    expect(await only(match({ extra: { is_ignored: true } }))).toMatchObject({ suppressed: { by: 'nosemgrep' } });
    expect((await only(match())).suppressed).toBeUndefined();
  });

  it('reads what older versions wrote, without version, paths, offsets and fingerprints', async () => {
    const { fingerprint, is_ignored, validation_state, engine_kind, ...extra } = match()['extra'] as Json;
    expect([fingerprint, is_ignored, validation_state, engine_kind]).not.toContain(undefined);
    const old = { ...match(), start: { line: 12, col: 5 }, end: { line: 12, col: 15 }, extra };
    expect(await parseJson({ results: [old], errors: [] })).toMatchObject({
      valid: true,
      findings: [{ severity: 'high' }],
      scan: { coverage: {}, scanner: { name: 'semgrep' } },
    });
  });

  it('warns of code that was not scanned, and of rules that did not run', async () => {
    const slow = (path: string): Json => ({ code: 2, level: 'warn', type: 'Timeout', rule_id: 'rules.slow', path });
    const parsed = await parseJson({
      ...clean,
      errors: [
        partial,
        ...['a.ts', 'b.ts', 'c.ts', 'd.ts', 'd.ts'].map(slow),
        { code: 0, level: 'info', type: 'Missing plugin', rule_id: 'rules.apex' },
        { code: 2, level: 'warn', type: 'made up <b>by</b> somebody' },
      ],
      paths: {
        scanned: ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts', 'src/odd.ts'],
        skipped: [
          { path: 'dist/big.js', reason: 'exceeded_size_limit' },
          ...['build', 'test', 'tests', 'x.js'].map((path) => ({ path, reason: 'semgrepignore_patterns_match' })),
          { path: 'a.png', reason: 'binary' },
        ],
      },
      skipped_rules: [{ rule_id: 'rules.new', details: 'unknown operator', position: { line: 1, col: 1, offset: 0 } }],
    });
    expect(parsed.valid && parsed.scan.warnings).toEqual([
      'semgrep tells of "PartialParsing" at src/odd.ts: code there may not have been scanned.',
      'semgrep tells of "Timeout" at a.ts, b.ts, c.ts and 2 more: code there may not have been scanned.',
      'semgrep tells of "Missing plugin" at rules.apex: code there may not have been scanned.',
      'semgrep tells of "another kind": code there may not have been scanned.',
      'semgrep left out 4 files or folders by ignore rules (.semgrepignore, or its own list where there is none) at build, test, tests and 1 more.',
      'semgrep did not scan (exceeded_size_limit) at dist/big.js.',
      'semgrep did not run rules that it could not read at rules.new.',
    ]);
  });

  test.each([
    'PartialParsing',
    'Timeout',
    'Stack overflow',
    'Too many matches',
    'Fixpoint timeout',
    'Out of memory',
    'Syntax error',
    'a kind of a later version',
  ])('does not count a file as scanned after "%s", however often it is told', async (type) => {
    const errors = ['rules.a', 'rules.b'].map((rule_id) => ({ ...partial, type, rule_id, path: 'src/server.ts' }));
    const parsed = await parseJson({ ...clean, errors });
    expect(parsed).toMatchObject({ valid: true, scan: { coverage: { files: 1, unscanned: 1 } } });
    // A finding in one of them is no proof of the others.
    const all = [...errors, { ...partial, type, path: 'src/answer.ts' }];
    for (const results of [[], [match()]])
      expect(await parseJson({ ...clean, results, errors: all })).toEqual({
        valid: false,
        reason: expect.stringMatching(/could scan none of the files/),
      });
  });

  test.each([
    ['analysis_failed_parser_or_internal_error', 1],
    ['too_many_matches', 1],
    ['insufficient_permissions', 1],
    ['Nonexistent_file', 1],
    ['a reason of a later version', 1],
    // What semgrep leaves out in any repository, and says so.
    ['exceeded_size_limit', undefined],
    ['too_big', undefined],
    ['minified', undefined],
    ['semgrepignore_patterns_match', undefined],
    ['binary', undefined],
  ])('counts of what it skipped for "%s" %s', async (reason, unscanned) => {
    const skipped = ['src/lost.ts', 'src/lost.ts'].map((path) => ({ path, reason }));
    const parsed = await parseJson({ ...clean, paths: { ...clean.paths, skipped } });
    // It is not among those that were scanned.
    expect(parsed.valid && parsed.scan.coverage).toEqual({
      files: 2,
      ...(unscanned === undefined ? {} : { unscanned }),
    });
    expect(parsed.valid && parsed.scan.warnings.length).toBe(reason === 'binary' ? 0 : 1);
  });

  test.each(['IncompatibleRule', 'Missing plugin', 'DependencyResolutionError'])(
    'counts a file as scanned in spite of "%s"',
    async (type) => {
      const parsed = await parseJson({
        ...clean,
        errors: [{ ...partial, level: 'info', type, path: 'src/server.ts' }],
      });
      expect(parsed.valid && parsed.scan.coverage).toEqual({ files: 2 });
    },
  );

  it('is invalid when the tool tells of errors, and says how many and where the first is', async () => {
    const errors = [
      partial,
      { code: 2, level: 'error', type: 'Fatal error', path: 'src/a.ts', message: 'const key = "s3cret"' },
      { code: 2, level: 'error', type: 'Out of memory', path: 'src/b.ts' },
    ];
    expect(await parseJson({ ...clean, errors, results: [match()] })).toEqual({
      valid: false,
      reason: 'tells of 2 errors, so code was not scanned: "Fatal error" at src/a.ts',
    });
  });

  test.each<[string, string | Json | unknown[], RegExp]>([
    ['an empty file', '', /is empty/],
    ['a report that is cut off', JSON.stringify(clean).slice(0, -1), /is cut off/],
    ['a list', [], /is not a report of semgrep/],
    ['null', 'null', /is not a report of semgrep/],
    ['an empty object', {}, /is not a report of semgrep/],
    ['a clean report without files', { results: [], errors: [] }, /no file was scanned/],
    ['a clean report of no files', { ...clean, paths: { scanned: [] } }, /no file was scanned/],
    [
      'a clean report of files that could not be read',
      {
        ...clean,
        errors: ['src/answer.ts', 'src/server.ts'].map((path) => ({
          code: 3,
          level: 'warn',
          type: 'Syntax error',
          path,
        })),
      },
      /could scan none of the files/,
    ],
    ['results without errors', { results: [match()], paths: clean.paths }, /is not a report of semgrep/],
    ['errors without results', { errors: [], paths: clean.paths }, /is not a report of semgrep/],
    ['results that are no list', { ...clean, results: {} }, /results is no list/],
    ['results that are null', { ...clean, results: null }, /results is no list/],
    ['an export of the platform', { vulns: [{ title: 'x' }] }, /export of the Semgrep platform/],
    ['findings of the platform', { findings: [] }, /field findings that this version cannot read/],
    ['a report of osv-scanner', { results: [{ source: {}, packages: [] }] }, /results\[0\]\.check_id/],
    ['a report of bandit', { errors: [], generated_at: 'now', metrics: {}, results: [] }, /field metrics/],
    ['an empty SARIF', { version: '2.1.0', runs: [] }, /field runs/],
    ['a report of trivy', { SchemaVersion: 2, Results: [] }, /field Results/],
    [
      'a severity of another tool',
      { ...clean, results: [match({ extra: { severity: 'MODERATE' } })] },
      /no severity of semgrep/,
    ],
    [
      'a finding without a severity',
      { ...clean, results: [match({ extra: { severity: null } })] },
      /severity that is no text/,
    ],
    ['a finding that is null', { ...clean, results: [null] }, /results\[0\] is no object/],
    ['a finding without extra', { ...clean, results: [match({ top: { extra: null } })] }, /extra that is no object/],
    ['an error without a level', { ...clean, errors: [{ code: 2, type: 'Timeout' }] }, /errors\[0\]\.level/],
    [
      'a finding among the errors',
      { ...clean, errors: [{ ...partial, type: 'Semgrep match found' }] },
      /among the errors/,
    ],
    ['an error of another level', { ...clean, errors: [{ ...partial, level: 'note' }] }, /no level of semgrep/],
    ['a path that is none', { ...clean, paths: { scanned: [7] } }, /paths\.scanned\[0\] that is no text/],
    ['another list among the paths', { ...clean, paths: { ...clean.paths, found: [] } }, /field paths\.found/],
  ])('does not trust %s', async (_, report, reason) => {
    const parsed = await (typeof report === 'string' ? parse(report) : parseJson(report));
    expect(parsed).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });

  it('shows neither code nor metavariables nor the message, in whatever state the report is', async () => {
    const secret = 'k3y-of-the-shop';
    const leaking = match({
      extra: {
        message: `The key '${secret}' is in the code.`,
        lines: `const key = '${secret}';`,
        fix: `const key = ${secret}`,
        metavars: { $KEY: { abstract_content: secret, propagated_value: { svalue_abstract_content: secret } } },
        dataflow_trace: { taint_source: ['CliLoc', [{}, secret]] },
      },
    });
    const error = { ...partial, message: secret, long_msg: secret, type: secret };
    const report = { ...clean, results: [leaking], errors: [error] };
    const { check_id, ...unnamed } = leaking;
    expect(check_id).toBeDefined();
    for (const one of [
      report,
      { ...report, results: [unnamed] },
      { ...report, errors: [{ ...error, level: 'error' }] },
    ]) {
      const text = JSON.stringify(one);
      for (const damaged of [text, text.slice(0, -1), `${text}${text}`])
        expect(JSON.stringify(await parse(damaged))).not.toContain(secret);
    }
  });
});

describe('a report of semgrep with one finding that blocks', () => {
  const low = match({ top: { path: 'src/other.ts' }, extra: { severity: 'LOW', is_ignored: true } });
  const around = (blocking: unknown): Json => ({
    ...clean,
    results: [low, blocking, low],
    errors: [partial],
    paths: { scanned: ['src/answer.ts', 'src/other.ts'], skipped: [{ path: 'a.min.js', reason: 'minified' }] },
    skipped_rules: [{ rule_id: 'rules.new', details: 'x', position: { line: 1, col: 1, offset: 0 } }],
    rules_by_engine: [['rules.code-from-text', 'OSS']],
    interfile_languages_used: ['typescript'],
    engine_requested: 'OSS',
  });
  const blocking = fc.constantFrom(
    match(),
    match({ extra: { severity: 'CRITICAL', lines: 'requires login' } }),
    match({ extra: { severity: 'HIGH' }, metadata: { product: 'secrets' } }),
    dependency,
  );
  const blocks = ({ severity, category, suppressed }: Finding): boolean =>
    suppressed === undefined && (category === 'secret' || severity === 'critical' || severity === 'high');

  // Only these cannot be told from a report without the finding: it is taken out of `results` whole, away or to where anything may stand
  // (another finding's metadata); `is_ignored: true` is put to it; and of what its rule itself rates low, the mark is lost that makes it
  // more (product, technology and validation_state of a secret, sca_info and sca-severity of a dependency). All else is in here.
  const isFinding = (value: unknown): boolean => typeof value === 'object' && value !== null && 'check_id' in value;
  test.each(Object.entries(damages(isFinding)))('is invalid or still blocks after %s', async (_, damage) => {
    await fc.assert(
      fc.asyncProperty(blocking, fc.nat(), fc.nat(), async (finding, pick, other) => {
        const report = damage(around(finding), pick, other);
        const parsed = await parseJson(report);
        expect([parsed.valid ? '' : parsed.reason, !parsed.valid || parsed.findings.some(blocks), report]).toEqual([
          expect.anything(),
          true,
          report,
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it('is read the same whatever the chunks and the order of members', async () => {
    await fc.assert(
      fc.asyncProperty(
        blocking,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        turns,
        async (finding, sizes, order) => {
          const report = around(finding);
          const whole = await parseJson(report);
          expect(whole).toMatchObject({ valid: true, findings: { length: 2 } });
          expect(await parse(JSON.stringify(report), sizes)).toEqual(whole);
          expect(await parseJson(reordered(report, order))).toEqual(whole);
        },
      ),
    );
  });

  it('is never taken for a shorter one when it is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        blocking,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        async (finding, part) => {
          const text = JSON.stringify(around(finding));
          expect(await parse(text.slice(0, Math.floor(text.length * part)))).toMatchObject({ valid: false });
        },
      ),
    );
  });
});

describe('the fingerprint', () => {
  const fingerprintsOf = async (...results: unknown[]): Promise<Set<string>> => {
    const parsed = await parseJson({ ...clean, results });
    return new Set(parsed.valid ? parsed.findings.map(({ fingerprint }) => fingerprint) : []);
  };

  it('stays when code moves, and when only its indentation changes', async () => {
    const moved = match({ start: { line: 90, col: 9 }, extra: { lines: '        eval(text)  ' } });
    expect(await fingerprintsOf(moved)).toEqual(await fingerprintsOf(match()));
  });

  test.each([
    ['other code at the same place', match({ extra: { lines: '    eval(other)' } })],
    ['the same code at a second place', match({ start: { line: 90, col: 5 } })],
    ['another rule', match({ top: { check_id: 'rules.other' } })],
    ['another file', match({ top: { path: 'src/b.ts' } })],
  ])('differs for %s', async (_, other) => {
    expect(await fingerprintsOf(match(), other)).toHaveProperty('size', 2);
  });

  it('goes by the place where code is withheld', async () => {
    const withheld = (line: number): Json =>
      match({ start: { line, col: 5 }, extra: { lines: 'requires login', fingerprint: 'requires login' } });
    expect(await fingerprintsOf(withheld(1), withheld(2), withheld(3))).toHaveProperty('size', 3);
    expect(await fingerprintsOf(withheld(1), withheld(1))).toHaveProperty('size', 1);
  });

  it('of a secret is made of nothing of its line, so that nobody can guess it', async () => {
    const secret = (lines: string, line = 12): Json =>
      match({ metadata: { technology: ['secrets'] }, extra: { lines }, start: { line, col: 5 } });
    expect(await fingerprintsOf(secret('key = "hunter2"'))).toEqual(await fingerprintsOf(secret('key = "letmein"')));
    expect(await fingerprintsOf(secret('key = "hunter2"', 90))).not.toEqual(
      await fingerprintsOf(secret('key = "hunter2"')),
    );
  });

  it('of a dependency stays when its line in the lock file moves', async () => {
    const moved = { ...dependency, start: { line: 900, col: 1, offset: 0 } };
    expect(await fingerprintsOf(moved)).toEqual(await fingerprintsOf(dependency));
  });
});

describe('a report of semgrep 1.185', () => {
  it('is read as it is written for somebody who is not logged in', async () => {
    expect(await parse(fixture('scan.json'))).toMatchObject({
      valid: true,
      findings: [
        {
          rule: 'scanners.semgrep.rules.code-from-text',
          severity: 'high',
          title: 'CWE-95: Improper Neutralization of Directives in Dynamically Evaluated Code (Eval Injection)',
          location: { path: 'src/answer.ts', line: 1 },
        },
        {
          rule: 'scanners.semgrep.rules.jwt-secret-in-code',
          category: 'secret',
          location: { path: 'src/token.ts', line: 4 },
        },
      ],
      scan: {
        // Four are listed; one of them could not be read, which is told twice. The one that is too large does not count.
        coverage: { files: 3, unscanned: 1 },
        scanner: { name: 'semgrep', version: '1.185.0' },
        warnings: [
          'semgrep tells of "Syntax error" at src/broken.ts: code there may not have been scanned.',
          'semgrep left out 1 file or folder by ignore rules (.semgrepignore, or its own list where there is none) at src/tests/token.ts.',
          'semgrep did not scan (exceeded_size_limit) at src/big.ts.',
          'semgrep did not scan (analysis_failed_parser_or_internal_error) at src/broken.ts.',
        ],
      },
    });
  });

  it('is invalid when the rules could not be read', async () => {
    expect(await parse(fixture('broken-rules.json'))).toEqual({
      valid: false,
      reason: 'tells of 2 errors, so code was not scanned: "SemgrepError" 2 times',
    });
  });

  it('gives the commit of a secret that was found in history', async () => {
    const history = { git_commit: 'a'.repeat(40), git_commit_timestamp: '2026-11-24T11:09:57Z' };
    expect(await only(match({ extra: { historical_info: history } }))).toMatchObject({
      location: { commit: 'a'.repeat(40) },
    });
  });
});
