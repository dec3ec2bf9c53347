import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { sarif } from './parse.ts';
import { damagesOf, reordered } from './testing/damage.ts';
import { logOf, placed } from './testing/log.ts';
import { blocks, read, stops } from './testing/reading.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const json = (name: string): unknown => JSON.parse(fixture(name));
const runOf = (log: Record<string, unknown>): Record<string, unknown> =>
  (log['runs'] as Record<string, unknown>[])[0] ?? {};

describe('sarif', () => {
  it('reads several runs, rules of extensions, and what is no finding', async () => {
    const parsed = await read(sarif, fixture('two-runs.sarif'));
    expect(parsed).toMatchObject({
      valid: true,
      scan: {
        coverage: { rules: 5, files: 2 },
        scanner: { name: 'Lantern, grype' },
        createdAt: '2026-11-24T10:00:09.000Z',
        warnings: [expect.stringMatching(/^Lantern warned once/), expect.stringMatching(/^Lantern leaves a result/)],
      },
    });
    expect(
      parsed.valid && parsed.findings.map(({ id, severity, location }) => [id, severity, location.path, location.line]),
    ).toEqual([
      ['js/sql-injection/template', 'critical', 'services/api/src/orders.js', 41],
      ['pack/weak-hash', 'high', 'web/cart page.js', 7],
      ['js/unused', 'low', '/srv/x.js', undefined],
      ['js/loose-equality', 'medium', '-', undefined],
      ['GHSA-73rr-hh4g-fpgx', 'unknown', 'package-lock.json', 1],
    ]);
    expect(parsed.valid && parsed.findings[1]?.suppressed).toEqual({
      by: 'a comment in the code',
      reason: 'A cache key, no secret.',
      inSource: true,
    });
  });

  it('reads the leaks of gitleaks, and shows none of them', async () => {
    const parsed = await read(sarif, fixture('leaks.sarif'));
    expect(parsed).toMatchObject({ valid: true, scan: { scanner: { name: 'gitleaks', version: 'v8.0.0' } } });
    expect(parsed.valid && parsed.findings).toEqual([
      {
        id: 'shop-api-key',
        rule: 'shop-api-key',
        category: 'secret',
        severity: 'medium',
        title: "A key of the shop's own API",
        location: { path: 'deploy/values.env', line: 3, commit: '5b1c0a94d3f2e8b7a6958473625140fedcba9876' },
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('takes an empty list of results of a named tool for clean', async () => {
    expect(await read(sarif, logOf([]))).toEqual({
      valid: true,
      findings: [],
      scan: { coverage: { rules: 0 }, scanner: { name: 'Lantern' }, warnings: [] },
    });
  });

  const clean = logOf([]);
  const run = runOf(clean);
  const noResults = { tool: run['tool'] };
  test.each([
    ['no runs', { ...clean, runs: [] }, /no runs: nothing was scanned/],
    ['runs that are null', { ...clean, runs: null }, /runs is no list/],
    ['another version', { ...clean, version: '2.0.0' }, /not a SARIF 2\.1\.0 log/],
    ['no version', { runs: [run] }, /not a SARIF 2\.1\.0 log/],
    ['a list', [clean], /it is no object/],
    ['null', null, /it is no object/],
    ['an object without anything', {}, /not a SARIF/],
    ['a report of trivy', { SchemaVersion: 2, Results: [] }, /a field Results/],
    [
      'a report of semgrep',
      { version: '2.1.0', results: [], errors: [], paths: { scanned: ['a.js'] } },
      /a field results/,
    ],
    ['a run without results', { ...clean, runs: [run, noResults] }, /a run without results/],
    ['a run whose results are null', { ...clean, runs: [{ ...run, results: null }] }, /results is no list/],
    ['a run without a tool', { ...clean, runs: [{ results: [] }] }, /does not name its tool/],
    [
      'a tool without a name',
      { ...clean, runs: [{ results: [], tool: { driver: { name: '' } } }] },
      /does not name its tool/,
    ],
    [
      'results in other files',
      { ...clean, runs: [{ ...run, externalPropertyFileReferences: { results: [] } }] },
      /other files/,
    ],
    ['results outside of runs', { ...clean, inlineExternalProperties: [{ results: [] }] }, /outside of them/],
    ['a misspelt list', { ...clean, runs: [{ ...run, result: [{}] }] }, /field runs\[0\]\.result that/],
    [
      'a scan that failed',
      logOf([], { run: { invocations: [{ executionSuccessful: false }] } }),
      /executionSuccessful is false/,
    ],
    [
      'a scan that does not say how it went',
      logOf([], { run: { invocations: [{}] } }),
      /executionSuccessful is missing/,
    ],
    ...['toolExecutionNotifications', 'toolConfigurationNotifications'].map((key): [string, unknown, RegExp] => [
      `an error in ${key}`,
      logOf([], { run: { invocations: [{ executionSuccessful: true, [key]: [{ level: 'error' }] }] } }),
      /the scan went wrong/,
    ]),
    ['a level that is none', logOf([{ ruleId: 'a', level: 'fatal' }]), /results\[0\]\.level that is none of/],
    ['a kind that is none', logOf([{ ruleId: 'a', kind: 'maybe' }]), /kind that is none of/],
    ['a state that is none', logOf([{ ruleId: 'a', baselineState: 'existing' }]), /baselineState that is none of/],
    ['a rule without an id', logOf([], { rules: [{ name: 'a' }] }), /^has no runs\[0\]\.tool\.driver\.rules\[0\]\.id$/],
    ['a result that is a text', logOf(['a' as never]), /results\[0\] is no object/],
    [
      'a result that is empty',
      { ...clean, runs: [{ ...run, results: [{}] }] },
      /has no runs\[0\]\.results\[0\]\.message/,
    ],
    [
      'a result without a message',
      logOf([{ ruleId: 'a', level: 'error', message: undefined }]),
      /results\[0\]\.message/,
    ],
    ['a result without rule and level', logOf([placed('a.js', 3)]), /results\[0\] with neither a rule nor a level/],
    ['a result of a rule that is not there', logOf([{ ruleId: 'a', ruleIndex: 0 }]), /with neither a rule nor a level/],
    ['a result of a rule that nobody knows', logOf([{ ruleIndex: 0 }]), /with neither a rule nor a level/],
  ])('does not trust %s', async (_, log, reason) => {
    expect(await read(sarif, log)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });

  it('bears null where tools write it for an empty list of files', async () => {
    expect(await read(sarif, logOf([], { run: { artifacts: null } }))).toMatchObject({ valid: true });
  });
});

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/);
const secret = fc.uuid();
const results = fc
  .record(
    {
      ruleId: fc.constantFrom('a', 'a/b', 'b', 'zz'),
      ruleIndex: fc.integer({ min: -1, max: 3 }),
      level: fc.constantFrom('none', 'note', 'warning', 'error'),
      kind: fc.constantFrom('fail', 'pass', 'review'),
      message: fc.record({ text: fc.string() }),
      locations: fc.tuple(word, fc.integer({ min: 0, max: 90 })).map(([uri, line]) => placed(uri, line)['locations']),
      fingerprints: fc.dictionary(word, word, { maxKeys: 2 }),
      suppressions: fc.array(fc.record({ kind: fc.constantFrom('inSource', 'external') }), { maxLength: 1 }),
    },
    { requiredKeys: ['ruleId', 'message'] },
  )
  // Of a rule by its place in a list, where that is not, nothing is known without a level.
  .map((one) => (one.ruleIndex === undefined || one.ruleIndex < 0 ? one : { level: 'note', ...one }));
const rules = fc.array(
  fc.record(
    {
      id: fc.constantFrom('a', 'b'),
      defaultConfiguration: fc.record({ level: fc.constantFrom('note', 'error') }),
      properties: fc.record({
        'security-severity': fc.constantFrom('9.8', '7.0', '1.0', 'undefined'),
        tags: fc.array(word),
      }),
    },
    { requiredKeys: ['id'] },
  ),
  { maxLength: 3 },
);
const logs = fc
  .tuple(fc.array(results, { maxLength: 6 }), rules)
  .map(([all, described]) => logOf(all, { rules: described }));

describe('whatever is done to a log', () => {
  it('one that is cut off is never a shorter one', async () => {
    const cut = fc.tuple(logs, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })).map(([log, part]) => {
      const text = JSON.stringify(log);
      return text.slice(0, Math.floor(text.length * part));
    });
    await fc.assert(
      fc.asyncProperty(cut, async (text) => {
        expect(await read(sarif, text)).toMatchObject({ valid: false });
      }),
    );
  });

  it('says the same in pieces of any size, and with its members in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        logs,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        fc.infiniteStream(fc.nat()),
        async (log, sizes, turns) => {
          const whole = await read(sarif, log);
          expect(whole.valid).toBe(true);
          expect(await read(sarif, log, sizes)).toEqual(whole);
          expect(
            await read(
              sarif,
              reordered(log, () => turns.next().value ?? 0),
            ),
          ).toEqual(whole);
        },
      ),
    );
    const log = json('two-runs.sarif');
    const turn = (
      (state) => () =>
        (state = (state * 48_271) % 2_147_483_647)
    )(7);
    for (let round = 0; round < 20; round++)
      expect(await read(sarif, reordered(log, turn))).toEqual(await read(sarif, log));
  });

  const rated = { id: 'a', properties: { 'security-severity': '9.8', tags: ['security'] } };
  const one = { ruleId: 'a', ruleIndex: 0, message: { text: 'x' }, ...placed('a.js', 3) };
  const extension = { driver: { name: 'Lantern' }, extensions: [{ name: 'pack', rules: [rated] }] };
  test.each([
    ['rated by its rule', logOf([one], { rules: [rated] })],
    ['rated by its rule, with a level', logOf([{ ...one, level: 'warning' }], { rules: [rated] })],
    ['rated by itself', logOf([{ ...one, properties: { 'security-severity': '9.8' } }])],
    ['with the level error', logOf([{ ...one, level: 'error' }], { rules: [{ id: 'a' }] })],
    ['with the level of its rule', logOf([one], { rules: [{ id: 'a', defaultConfiguration: { level: 'error' } }] })],
    [
      'of an extension',
      logOf([{ ...one, rule: { index: 0, toolComponent: { index: 0 } } }], { run: { tool: extension } }),
    ],
    ['that is a leak', json('leaks.sarif')],
    ['between others', json('two-runs.sarif')],
  ])('a result that blocks, %s, never disappears', async (_, log) => {
    expect((await read(sarif, log)).valid && stops(await read(sarif, log))).toBe(true);
    // A property bag has no shape: nothing can tell that this key was another one.
    const isInBag = /\.properties(?:\.security-severity renamed| in an object)$/;
    const lost: string[] = [];
    for (const { what, report } of damagesOf(log)) if (!stops(await read(sarif, report))) lost.push(what);
    expect(lost.filter((what) => !isInBag.test(what))).toEqual([]);
  });

  it('what blocks in a log of many still blocks, or the log is not valid', async () => {
    const blocking = { ruleId: 'lost', level: 'error', message: { text: 'x' }, ...placed('lost.js', 1) };
    await fc.assert(
      fc.asyncProperty(logs, fc.nat(), async (log, pick) => {
        const whole = {
          ...log,
          runs: [{ ...runOf(log), results: [...(runOf(log)['results'] as unknown[]), blocking] }],
        };
        const all = [...damagesOf(whole)];
        const parsed = await read(sarif, all[pick % all.length]?.report);
        expect(!parsed.valid || parsed.findings.some(blocks)).toBe(true);
      }),
    );
  });

  it('never shows what a message, a snippet or a property says', async () => {
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom('gitleaks', 'Lantern'), fc.boolean(), async (hidden, name, isBroken) => {
        const result = {
          ruleId: 'shop-key',
          message: { text: `found ${hidden}`, markdown: `**${hidden}**` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'values.env' },
                region: { startLine: 1, snippet: { text: hidden } },
                contextRegion: { snippet: { text: hidden } },
              },
            },
          ],
          properties: { offender: hidden },
          partialFingerprints: { line: hidden },
          codeFlows: [{ message: { text: hidden } }],
          ...(isBroken ? { level: hidden } : {}),
        };
        expect(JSON.stringify(await read(sarif, logOf([result], { driver: { name } })))).not.toContain(hidden);
      }),
    );
  });

  it('anything else that is JSON is not valid, and breaks nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await read(sarif, value)).toMatchObject({ valid: false });
      }),
    );
    const run = fc.dictionary(
      fc.constantFrom('tool', 'results', 'artifacts', 'invocations', 'originalUriBaseIds'),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(run, async (made) => {
        expect(typeof (await read(sarif, { version: '2.1.0', runs: [made] })).valid).toBe('boolean');
      }),
    );
  });
});
