import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { damagesOf } from '../sarif/testing/damage.ts';
import { holdsForAll } from '../sarif/testing/laws.ts';
import { read, stops } from '../sarif/testing/reading.ts';
import { grype } from './parse.ts';

type Members = Record<string, unknown>;
const text = readFileSync(join(import.meta.dirname, 'fixtures/image.json'), 'utf8');
const image = JSON.parse(text) as Members & { matches: Members[] };

const vulnerability = {
  id: 'CVE-2026-1001',
  dataSource: 'https://nvd.example/1',
  namespace: 'nvd:cpe',
  severity: 'High',
  urls: [],
  fix: { versions: ['2.0'], state: 'fixed' },
};
const artifact = {
  name: 'diff',
  version: '1.0',
  type: 'npm',
  locations: [{ path: '/app/package.json' }],
  purl: 'pkg:npm/diff@1.0',
};
const match = (of: Members = {}, inside: Members = {}): Members => ({
  vulnerability: { ...vulnerability, ...of },
  relatedVulnerabilities: [],
  matchDetails: [],
  artifact: { ...artifact, ...inside },
});
const report = (matches: unknown, more: Members = {}): Members => ({
  matches,
  source: { type: 'directory', target: '.' },
  distro: { name: '', version: '', idLike: null },
  descriptor: { name: 'grype', version: '0.104.0' },
  ...more,
});
const alerting = (types: string[], metadata?: Members): Members => ({
  alertsByPackage: [{ package: artifact, alerts: types.map((type) => ({ type, message: '', metadata })) }],
});
const findings = async (value: unknown): Promise<Finding[]> => {
  const parsed = await read(grype, value);
  if (!parsed.valid) throw new Error(parsed.reason);
  return parsed.findings;
};
const descriptor = (db: unknown): Members => ({ descriptor: { name: 'grype', version: '0.104.0', db } });

describe('grype', () => {
  it('reads matches, what was ignored, the image and its distribution', async () => {
    const parsed = await read(grype, text);
    expect(parsed).toMatchObject({
      valid: true,
      scan: {
        coverage: { targets: 1 },
        scanner: { name: 'grype', version: '0.104.0' },
        subject: {
          name: 'ghcr.io/shop/app:1',
          imageId: `sha256:${'1f0e'.repeat(16)}`,
          digests: [`sha256:${'2d3c'.repeat(16)}`],
        },
        createdAt: '2026-11-24T10:00:00.500Z',
        os: { family: 'debian', name: '13', isEndOfLife: true },
        warnings: [expect.stringMatching(/distribution of 1 package: they were not checked/)],
      },
    });
    expect(parsed.valid && parsed.findings[0]).toEqual({
      id: 'GHSA-73rr-hh4g-fpgx',
      rule: 'GHSA-73rr-hh4g-fpgx',
      category: 'vulnerability',
      severity: 'high',
      title: 'diff may take very long',
      aliases: ['CVE-2026-24001'],
      package: 'diff',
      version: '8.0.1',
      purl: 'pkg:npm/diff@8.0.1',
      fixedIn: '8.0.3, 5.2.2',
      fixState: 'fixed',
      score: 7.5,
      url: 'https://github.com/advisories/GHSA-73rr-hh4g-fpgx',
      location: { path: '/app/node_modules/diff/package.json' },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(parsed.valid && parsed.findings.slice(1)).toMatchObject([
      { id: 'CVE-2026-5450', severity: 'info', fixState: 'never', purl: 'pkg:deb/debian/libc6@2.41-12' },
      {
        id: 'CVE-2026-7777',
        severity: 'critical',
        fixState: 'none',
        suppressed: { by: 'a VEX document given to grype', reason: 'The part is not in use' },
      },
    ]);
    expect(JSON.stringify(parsed)).not.toContain('hidden-away');
  });

  it('reads what grype 0.7 wrote', async () => {
    const old = {
      vulnerability: {
        id: 'CVE-2020-1',
        severity: 'Medium',
        links: ['https://x'],
        cvssV2: { baseScore: 4.3 },
        fixedInVersion: '2.4',
      },
      matchDetails: { matcher: 'dpkg-matcher' },
      artifact: { name: 'a', version: '1', type: 'deb', locations: ['/var/lib/dpkg/status'], cpes: [{ Part: 'a' }] },
    };
    const found = await findings(report([old], { distro: { name: 'debian', version: '10', idLike: '' } }));
    expect(found).toMatchObject([
      { severity: 'medium', fixedIn: '2.4', fixState: 'fixed', score: 4.3, location: { path: '/var/lib/dpkg/status' } },
    ]);
  });

  it('takes an empty list of matches for clean, which proves nothing by itself', async () => {
    expect(await read(grype, report([]))).toMatchObject({
      valid: true,
      findings: [],
      scan: { coverage: {}, subject: { name: '.' }, warnings: [] },
    });
  });

  test.each<[string, unknown[], Members, object]>([
    ['a match', [match()], {}, { targets: 1 }],
    ['a match that was ignored', [], { ignoredMatches: [match()] }, { targets: 1 }],
    ['an alert about a package', [], alerting([]), { targets: 1 }],
    ['an alert that its distribution ended', [], alerting(['distro-eol']), { targets: 1 }],
    ['an alert that it was not checked', [], alerting(['distro-disabled']), {}],
    ['an alert of both', [], alerting(['distro-eol', 'distro-unknown']), {}],
    ['an alert that it was not checked, and a match', [match()], alerting(['distro-disabled']), { targets: 1 }],
    ['empty lists', [], { ignoredMatches: [], alertsByPackage: [] }, {}],
    ['a distribution', [], { distro: { name: 'debian', version: '12', idLike: [] } }, {}],
  ])('takes %s for what shows that it saw a package, or not', async (_, matches, more, coverage) => {
    const parsed = await read(grype, report(matches, more));
    expect(parsed.valid && parsed.scan.coverage).toEqual(coverage);
  });

  test.each<[string, Members, Members | undefined, object]>([
    [
      'the image',
      { name: 'debian', version: '13' },
      { name: 'debian', version: '10' },
      { family: 'debian', name: '13' },
    ],
    [
      'its packages, where there is no image',
      { name: '' },
      { name: 'debian', version: '10' },
      { family: 'debian', name: '10' },
    ],
    ['nobody', { name: '' }, undefined, { family: 'unknown', name: '' }],
  ])('says that the distribution ended, by the name that it has from %s', async (_, distro, metadata, os) => {
    const parsed = await read(grype, report([match()], { distro, ...alerting(['distro-eol'], metadata) }));
    expect(parsed.valid && parsed.scan.os).toEqual({ ...os, isEndOfLife: true });
  });

  test.each([
    ['Critical', 'critical'],
    ['High', 'high'],
    ['Medium', 'medium'],
    ['Low', 'low'],
    ['Negligible', 'info'],
    ['Unknown', 'unknown'],
  ])('takes %s for %s', async (severity, ours) => {
    expect((await findings(report([match({ severity })])))[0]?.severity).toBe(ours);
  });

  it('takes a vulnerability of which its database knows no more than the id for not rated', async () => {
    const { severity: _, ...unrated } = { ...vulnerability, dataSource: '' };
    expect((await findings(report([{ vulnerability: unrated, artifact }])))[0]?.severity).toBe('unknown');
  });

  test.each([
    ['fixed', ['2.0', '1.5'], { fixState: 'fixed', fixedIn: '2.0, 1.5' }],
    ['not-fixed', [], { fixState: 'none' }],
    ['wont-fix', ['2.0'], { fixState: 'never' }],
    ['unknown', [], {}],
    ['', null, {}],
  ])('reads the fix state %j', async (state, versions, expected) => {
    const [{ fixState, fixedIn } = {}] = await findings(report([match({ fix: { state, versions } })]));
    expect({ fixState, fixedIn }).toEqual({ fixState: undefined, fixedIn: undefined, ...expected });
  });

  test.each([
    ['no matches', { ...report([]), matches: undefined }, /no list of matches/],
    ['matches that are null', report(null), /matches is no list/],
    ['a list, as grype 0.1 wrote', [match()], /it is no object/],
    ['another tool', report([], { descriptor: { name: 'syft' } }), /not a report of grype/],
    ['no descriptor', { ...report([]), descriptor: undefined }, /not a report of grype/],
    ['no source', { ...report([]), source: undefined }, /what was scanned/],
    ['a source that is null', report([], { source: null }), /source is no object/],
    ['a source without a target', report([], { source: { type: 'image' } }), /without a target/],
    [
      'a database with an error',
      report([], descriptor({ built: 'x', schemaVersion: 5, error: 'broken' })),
      /calls invalid/,
    ],
    ['a database that is not valid', report([], descriptor({ status: { valid: false } })), /calls invalid/],
    [
      'a database whose error is an object',
      report([], descriptor({ status: { valid: true, error: {} } })),
      /calls invalid/,
    ],
    ['a misspelt list', report([], { match: [match()] }), /a field match that/],
    ['a severity in lower case', report([match({ severity: 'high' })]), /severity that is none of/],
    ['a match without a severity', report([match({ severity: undefined })]), /matches\[0\]\.vulnerability\.severity/],
    ['a match without an id', report([match({ id: '' })]), /^has no matches\[0\]\.vulnerability\.id$/],
    ['a match without a package', report([{ vulnerability }]), /without a package/],
    ['a match without a vulnerability', report([{ artifact }]), /without a vulnerability/],
    ['a package without a name', report([match({}, { name: '' })]), /^has no matches\[0\]\.artifact\.name$/],
    ['a fix that is none', report([match({ fix: { state: 'soon' } })]), /fix\.state/],
    ['a SARIF log', { version: '2.1.0', runs: [] }, /a field runs/],
    ['a report of trivy', { SchemaVersion: 2, Results: [] }, /a field Results/],
    ['an empty object', {}, /not a report of grype/],
  ])('does not trust %s', async (_, value, reason) => {
    expect(await read(grype, value)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });

  test.each([
    ['of an older database', { built: '2024-04-10T01:25:07Z', schemaVersion: 5, error: null }],
    ['of a newer one', { status: { schemaVersion: 'v6.1.4', valid: true }, providers: {} }],
  ])('trusts the status %s', async (_, db) => {
    expect(await read(grype, report([], descriptor(db)))).toMatchObject({ valid: true });
  });
});

describe('findings of grype', () => {
  test.each([
    ['id', match({ id: 'CVE-2026-1002' })],
    ['list', match({ namespace: 'github:language:javascript' })],
    ['package', match({}, { name: 'patch' })],
    ['version', match({}, { version: '1.1' })],
    ['type', match({}, { type: 'deb' })],
    ['place', match({}, { locations: [{ path: '/srv/package.json' }] })],
  ])('differ by %s', async (_, other) => {
    const found = await findings(report([match(), other]));
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it('are the same with another rating, fix or description', async () => {
    const [one] = await findings(report([match()]));
    const [two] = await findings(
      report([match({ severity: 'Low', fix: { versions: [], state: 'unknown' }, description: 'x' })]),
    );
    expect(one?.fingerprint).toBe(two?.fingerprint);
  });

  it('are not hidden by what was ignored, and nothing is ignored without a rule', async () => {
    const appliedIgnoreRules = [{ 'fix-state': 'unknown', reason: 'We wait' }];
    const both = await findings(report([match()], { ignoredMatches: [{ ...match(), appliedIgnoreRules }] }));
    expect(both.map(({ suppressed }) => suppressed)).toEqual([undefined]);
    const first = await findings({ ignoredMatches: [{ ...match(), appliedIgnoreRules }], ...report([match()]) });
    expect(first.map(({ suppressed }) => suppressed)).toEqual([undefined]);
    const alone = await findings(report([], { ignoredMatches: [{ ...match(), appliedIgnoreRules }] }));
    expect(alone.map(({ suppressed }) => suppressed)).toEqual([{ by: 'an ignore rule of grype', reason: 'We wait' }]);
    for (const none of [undefined, null, []]) {
      const [found] = await findings(report([], { ignoredMatches: [{ ...match(), appliedIgnoreRules: none }] }));
      expect(found?.suppressed).toBeUndefined();
    }
  });
});

describe('whatever is done to a report of grype', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const matches = fc
    .tuple(
      fc.record({
        id: word,
        severity: fc.constantFrom('Critical', 'High', 'Medium', 'Low', 'Negligible', 'Unknown'),
        namespace: word,
      }),
      fc.record({ name: word, version: word, locations: fc.array(fc.record({ path: word }), { maxLength: 2 }) }),
    )
    .map(([of, inside]) => match(of, inside));
  const rules = [{ vulnerability: 'x' }];
  const reports = fc
    .tuple(fc.array(matches, { maxLength: 4 }), fc.array(matches, { maxLength: 2 }))
    .map(([all, ignored]) =>
      report(all, { ignoredMatches: ignored.map((one) => ({ ...one, appliedIgnoreRules: rules })) }),
    );

  holdsForAll(grype, reports);

  it('a match that blocks never disappears', async () => {
    for (const { what, report: damaged } of damagesOf(image))
      expect([what, stops(await read(grype, damaged))]).toEqual([what, true]);
    await fc.assert(
      fc.asyncProperty(reports, fc.nat(), async (value, pick) => {
        const whole = { ...value, matches: [...(value['matches'] as unknown[]), match()] };
        const all = [...damagesOf(whole)];
        expect(stops(await read(grype, all[pick % all.length]?.report))).toBe(true);
      }),
    );
  });

  it('anything else that is JSON is not valid', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await read(grype, value)).toMatchObject({ valid: false });
      }),
    );
  });
});
