import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parseReport, type Parsed } from '../report.ts';
import { osv } from './parse.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

const parse = (report: unknown): Promise<Parsed> =>
  parseReport(osv, bytesOf(typeof report === 'string' ? report : JSON.stringify(report)));

async function valid(report: unknown): Promise<Parsed & { valid: true }> {
  const parsed = await parse(report);
  if (!parsed.valid) throw new Error(parsed.reason);
  return parsed;
}

const leftish = { name: 'leftish', version: '1.0.0', ecosystem: 'npm' };

/** A report with these members of its one package. */
const withPackage = (members: object): object => ({
  results: [
    { source: { path: '/src/package-lock.json', type: 'lockfile' }, packages: [{ package: leftish, ...members }] },
  ],
});

/** One advisory and its group. */
const rated = (group: object, advisory: object = {}): object =>
  withPackage({ vulnerabilities: [{ id: 'GHSA-1', ...advisory }], groups: [{ ids: ['GHSA-1'], ...group }] });

describe('a report of version 2', () => {
  it('tells what was scanned', async () => {
    expect((await valid(fixture('version-2'))).scan).toEqual({
      coverage: { targets: 3, packages: 4 },
      scanner: { name: 'osv-scanner' },
      warnings: [],
    });
  });

  it('gives one finding for the advisories of a group, with all that they say', async () => {
    const { findings } = await valid(fixture('version-2'));
    expect(findings[0]).toEqual({
      id: 'GHSA-aaaa-bbbb-cccc',
      rule: 'GHSA-aaaa-bbbb-cccc',
      category: 'vulnerability',
      severity: 'critical',
      title: 'leftish reads past the end',
      aliases: ['GHSA-aaaa-bbbb-cccc', 'SNUG-2025-9', 'CVE-2025-2001'],
      package: 'leftish',
      purl: 'pkg:npm/leftish@1.0.0',
      version: '1.0.0',
      fixedIn: '1.0.1, 2.0.3',
      fixState: 'fixed',
      score: 9.8,
      url: 'https://osv.dev/GHSA-aaaa-bbbb-cccc',
      location: { path: '/src/shop/package-lock.json' },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('finds licences, what is wrong with an image, and what is not called', async () => {
    const { findings } = await valid(fixture('version-2'));
    expect(
      findings.map(({ category, rule, severity, suppressed }) => [category, rule, severity, suppressed?.reason]),
    ).toEqual([
      ['vulnerability', 'GHSA-aaaa-bbbb-cccc', 'critical', undefined],
      ['licence', 'GPL-3.0-only', 'unknown', undefined],
      ['vulnerability', 'DEBIAN-CVE-2025-2003', 'low', undefined],
      ['misconfiguration', 'etc-shadow-weakcredentials', 'medium', undefined],
      ['vulnerability', 'GO-2025-2002', 'unknown', 'Call analysis: the code that has it is not called.'],
    ]);
  });

  it('takes the fixed version of the very release, and no qualifiers', async () => {
    const { findings } = await valid(fixture('version-2'));
    expect(findings[2]).toMatchObject({
      fixedIn: '2.4.1-3+deb12u1',
      purl: 'pkg:deb/debian/libparse@2.4.1-3',
      aliases: ['DEBIAN-CVE-2025-2003', 'CVE-2025-2003'],
    });
  });

  it('does not show where the weak passwords are', async () => {
    expect(JSON.stringify(await valid(fixture('version-2')))).not.toContain('anna');
  });
});

describe('a report of version 1', () => {
  it('has no rating of its own: the worst that the advisories say counts', async () => {
    const { findings } = await valid(fixture('version-1'));
    expect(findings.map(({ id, severity, score }) => [id, severity, score])).toEqual([
      ['GHSA-aaaa-bbbb-cccc', 'critical', 9.8],
      ['MAL-2023-77', 'critical', undefined],
    ]);
  });

  it('has the analysis under another name', async () => {
    const { findings } = await valid(
      rated({ max_severity: '9.1', experimentalAnalysis: { 'GHSA-1': { called: false } } }),
    );
    expect(findings[0]?.suppressed).toEqual({ by: 'osv-scanner', reason: expect.stringContaining('not called') });
  });
});

describe('the severity', () => {
  test.each([
    ['that of the score', { max_severity: '7.0' }, {}, 'high'],
    [
      'that of the score, not the words',
      { max_severity: '5.3' },
      { database_specific: { severity: 'HIGH' } },
      'medium',
    ],
    [
      'that of the words if it has no score',
      { max_severity: '' },
      { database_specific: { severity: 'MODERATE' } },
      'medium',
    ],
    [
      'that of the vector if there is nothing else',
      {},
      { severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }] },
      'high',
    ],
    ['unknown if nobody rates it', { max_severity: '' }, {}, 'unknown'],
    [
      'that of a word in the place of a vector',
      { max_severity: '' },
      { severity: [{ type: 'Ubuntu', score: 'high' }] },
      'high',
    ],
    ['unknown for another', { max_severity: '' }, { severity: [{ type: 'Ubuntu', score: 'negligible' }] }, 'unknown'],
    ['unknown for a score of 0', { max_severity: '0.0' }, {}, 'unknown'],
    [
      'critical for a malicious package, which nobody rates',
      { max_severity: '', aliases: ['MAL-2025-1'] },
      {},
      'critical',
    ],
    ['unknown, whatever else a database writes', {}, { database_specific: { severity: ['HIGH'] } }, 'unknown'],
  ])('is %s', async (_, group, advisory, severity) => {
    expect((await valid(rated(group, advisory))).findings).toEqual([expect.objectContaining({ severity })]);
  });
});

describe('what is not called', () => {
  test.each([
    [{ a: { called: false } }, true],
    [{ a: { called: true } }, false],
    [{ a: { called: false }, b: { called: true } }, false],
    [{ a: { called: true, unimportant: true } }, true],
    [{}, false],
  ])('%j: suppressed is %s', async (analysis, isSuppressed) => {
    const { findings } = await valid(rated({ max_severity: '9.1', experimental_analysis: analysis }));
    expect(findings[0]?.suppressed !== undefined).toBe(isSuppressed);
  });
});

describe('the fingerprint', () => {
  it.each([
    ['package', { package: { ...leftish, name: 'rightish' } }],
    ['version', { package: { ...leftish, version: '1.0.1' } }],
    ['ecosystem', { package: { ...leftish, ecosystem: 'PyPI' } }],
  ])('is another one for another %s', async (_, change) => {
    const [one, other] = [rated({ max_severity: '9.1' }), rated({ max_severity: '9.1' })] as {
      results: { packages: object[] }[];
    }[];
    Object.assign(other?.results[0]?.packages[0] ?? {}, change);
    const prints = await Promise.all(
      [one, other].map(async (report) => (await valid(report)).findings[0]?.fingerprint),
    );
    expect(new Set(prints).size).toBe(2);
  });

  it('stays when only the rating changes', async () => {
    const [one, other] = await Promise.all(['9.1', '9.3'].map((max_severity) => valid(rated({ max_severity }))));
    expect(one?.findings[0]?.fingerprint).toBe(other?.findings[0]?.fingerprint);
  });
});

it('takes null, as the programs of Go write it, for no aliases', async () => {
  const report = rated({ max_severity: '9.1', aliases: null }, { aliases: null });
  expect((await valid(report)).findings).toEqual([expect.objectContaining({ aliases: ['GHSA-1'] })]);
});

it('does not lose an advisory that is in no group', async () => {
  const report = withPackage({ vulnerabilities: [{ id: 'GHSA-1', database_specific: { severity: 'CRITICAL' } }] });
  expect((await valid(report)).findings).toEqual([expect.objectContaining({ id: 'GHSA-1', severity: 'critical' })]);
});

it('matches the names of Python in all their spellings', async () => {
  const report = {
    results: [
      {
        source: { path: 'requirements.txt', type: 'lockfile' },
        packages: [
          {
            package: { name: 'left-ish', version: '1', ecosystem: 'PyPI' },
            vulnerabilities: [
              {
                id: 'PYSEC-1',
                affected: [
                  {
                    package: { name: 'Left_Ish', ecosystem: 'PyPI', purl: 'pkg:pypi/left-ish' },
                    ranges: [
                      { type: 'GIT', events: [{ fixed: 'c0ffee' }] },
                      { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2' }] },
                    ],
                  },
                ],
              },
            ],
            groups: [{ ids: ['PYSEC-1'], max_severity: '' }],
          },
        ],
      },
    ],
  };
  expect((await valid(report)).findings[0]).toMatchObject({ fixedIn: '2', purl: 'pkg:pypi/left-ish@1' });
});

describe('what mends it', () => {
  /** A report with this package and an advisory on these. */
  const about = (
    owner: object,
    ...affected: [ecosystem: string, purl: string, range: string, fixed: string][]
  ): object => ({
    results: [
      {
        source: { path: 'status', type: 'os' },
        packages: [
          {
            package: owner,
            vulnerabilities: [
              {
                id: 'OSV-1',
                affected: affected.map(([ecosystem, purl, type, fixed]) => ({
                  package: { name: 'leftish', ecosystem, purl },
                  ranges: [{ type, events: [{ introduced: '0' }, { fixed }] }],
                })),
              },
            ],
            groups: [{ ids: ['OSV-1'], max_severity: '7.5' }],
          },
        ],
      },
    ],
  });

  it('is the version of the very release, though Ubuntu names it in another way, and writes versions into URLs', async () => {
    const report = about(
      { name: 'leftish', version: '1.0-1', ecosystem: 'Ubuntu:22.04' },
      ['Ubuntu:Pro:22.04:LTS', 'pkg:deb/ubuntu/leftish@1.0-1+esm?distro=esm-infra/jammy', 'ECOSYSTEM', '1.0-1+esm'],
      ['Ubuntu:22.04:LTS', 'pkg:deb/ubuntu/leftish@1.0-2?arch=source&distro=jammy', 'ECOSYSTEM', '1.0-2'],
      ['Ubuntu:24.04:LTS', 'pkg:deb/ubuntu/leftish@2.0-2?arch=source&distro=noble', 'ECOSYSTEM', '2.0-2'],
    );
    expect((await valid(report)).findings[0]).toMatchObject({
      fixedIn: '1.0-2',
      fixState: 'fixed',
      purl: 'pkg:deb/ubuntu/leftish@1.0-1',
    });
  });

  it('is that of the support which is paid for, where there is no other for the release', async () => {
    const report = about(
      { name: 'leftish', version: '1.0-1', ecosystem: 'Ubuntu:20.04' },
      ['Ubuntu:Pro:18.04:LTS', 'pkg:deb/ubuntu/leftish', 'ECOSYSTEM', '0.9-1+esm2'],
      ['Ubuntu:Pro:20.04:LTS', 'pkg:deb/ubuntu/leftish', 'ECOSYSTEM', '1.0-1+esm1'],
    );
    expect((await valid(report)).findings[0]).toMatchObject({ fixedIn: '1.0-1+esm1' });
  });

  it('is any version of the ecosystem where the release is not known', async () => {
    const report = about(
      { name: 'leftish', version: '1.0', ecosystem: 'Debian' },
      ['Debian:11', 'pkg:deb/debian/leftish', 'ECOSYSTEM', '1.1'],
      ['Debian:12', 'pkg:deb/debian/leftish', 'ECOSYSTEM', '1.2'],
    );
    expect((await valid(report)).findings[0]).toMatchObject({ fixedIn: '1.1, 1.2' });
  });

  it('is a commit for what is known by its commit', async () => {
    const git: [string, string, string, string] = ['OSS-Fuzz', 'pkg:generic/leftish', 'GIT', 'c0ffee'];
    const bySource = about({ name: '', version: '', ecosystem: '', commit: 'f00d' }, git);
    expect((await valid(bySource)).findings[0]).toMatchObject({
      package: 'f00d',
      fixedIn: 'c0ffee',
      fixState: 'fixed',
    });
    const byVersion = about({ name: 'leftish', version: '1', ecosystem: 'OSS-Fuzz' }, git);
    expect((await valid(byVersion)).findings[0]).toMatchObject({ fixState: 'none' });
  });

  test.each([
    ['pkg:npm/%40acme/leftish', 'pkg:npm/%40acme/leftish@1'],
    ['pkg:npm/@acme/leftish', 'pkg:npm/@acme/leftish@1'],
    ['pkg:npm/leftish?a=b/@c', 'pkg:npm/leftish@1'],
    ['pkg:npm/leftish@0.9#a', 'pkg:npm/leftish@1'],
  ])('is for the package %s', async (purl, whole) => {
    const report = about({ name: 'leftish', version: '1', ecosystem: 'npm' }, ['npm', purl, 'SEMVER', '2']);
    expect((await valid(report)).findings[0]).toMatchObject({ purl: whole });
  });
});

describe('a report that proves nothing', () => {
  test.each<[string, unknown, RegExp]>([
    ['an empty file', '', /^is empty$/],
    ['null', null, /^is not a report of OSV-Scanner: it is no object$/],
    ['a list', [], /^is not a report of OSV-Scanner: it is no object$/],
    ['an empty object', {}, /^is not a report of OSV-Scanner: it has no results$/],
    ['no source', { results: [] }, /^lists no package, .*run OSV-Scanner with --all-packages$/],
    ['no package', { results: [{ source: { path: 'a', type: 'lockfile' }, packages: [] }] }, /^lists no package/],
    ['null for results', { results: null }, /results is no list$/],
    [
      'a clean report of semgrep',
      { results: [], errors: [], paths: {} },
      /^is not a report of OSV-Scanner, or of a newer version: it has a field errors that/,
    ],
    [
      'a report of semgrep',
      { results: [{ check_id: 'a', path: 'b', start: {}, end: {}, extra: {} }] },
      /^has a field results\[0\]\.start that this version cannot read$/,
    ],
    ['a report of trivy', { SchemaVersion: 2, Results: [] }, /^is not a report of OSV-Scanner, .* field Results that/],
    ['no source of packages', { results: [{ packages: [] }] }, /^has no results\[0\]\.source$/],
    ['no list of packages', { results: [{ source: { path: 'a' } }] }, /^has no results\[0\]\.packages$/],
    [
      'one that is not known beside packages',
      { results: [{ source: { path: 'a' }, packages: [{ package: leftish }], images: [] }] },
      /^has a field results\[0\]\.images that this version cannot read$/,
    ],
    [
      'one that is not known beside results',
      { ...withPackage({}), secrets: [] },
      /^is not a report of OSV-Scanner, .* field secrets that this version cannot read$/,
    ],
    [
      'a list that is not known',
      withPackage({ secrets: [] }),
      /^has a field results\[0\]\.packages\[0\]\.secrets that this version cannot read$/,
    ],
    [
      'a group of nobody',
      withPackage({ groups: [{ ids: ['GHSA-1'], max_severity: '' }] }),
      /names an advisory which is not there$/,
    ],
    ['an empty group', withPackage({ groups: [{ ids: [] }] }), /ids that is empty$/],
    ['a score that is none', rated({ max_severity: 'HIGH' }), /max_severity that is no score$/],
    ['a score beyond all', rated({ max_severity: '98' }), /max_severity that is no score$/],
    ['a number for a score', rated({ max_severity: 9.8 }), /max_severity that is no text$/],
    [
      'only a rating that cannot be read',
      rated({}, { severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N' }] }),
      /^does not tell how bad a finding is/,
    ],
    [
      'an analysis that says nothing',
      rated({ max_severity: '9.1', experimental_analysis: { a: {} } }),
      /called that is neither true nor false$/,
    ],
    ['a finding that is none', withPackage({ vulnerabilities: ['GHSA-1'] }), /vulnerabilities\[0\] is no object$/],
  ])('%s is not valid', async (_, report, reason) => {
    const text = typeof report === 'string' ? report : JSON.stringify(report);
    expect(await parse(text)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });
});
