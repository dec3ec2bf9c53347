import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parseReport, type Parsed } from '../report.ts';
import { trivy } from './parse.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

const parse = (report: unknown): Promise<Parsed> =>
  parseReport(trivy, bytesOf(typeof report === 'string' ? report : JSON.stringify(report)));

async function valid(report: unknown): Promise<Parsed & { valid: true }> {
  const parsed = await parse(report);
  if (!parsed.valid) throw new Error(parsed.reason);
  return parsed;
}

/** A report with this one entry in `Results`. */
const withResult = (result: object): object => ({
  SchemaVersion: 2,
  ArtifactName: 'shop',
  Results: [{ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', ...result }],
});

/** A report on an image with packages of npm, and this of its system. */
const imageWith = (system: object): object => ({
  SchemaVersion: 2,
  ArtifactName: 'shop:1',
  ArtifactType: 'container_image',
  Metadata: { OS: { Family: 'debian', Name: '12.4' } },
  Results: [
    { Target: 'shop:1 (debian 12.4)', Class: 'os-pkgs', Type: 'debian', ...system },
    { Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg', Packages: [{ Name: 'leftish', Version: '1.0.0' }] },
  ],
});

/** A cluster with a pod for each of these images. */
const clusterOf = (...images: object[]): object => ({
  ClusterName: 'c',
  Resources: images.map((image, at) => ({
    Namespace: 'shop',
    Kind: 'Pod',
    Name: `pod-${at}`,
    Results: (image as { Results: object[] }).Results,
  })),
});

const leftish = { VulnerabilityID: 'CVE-2024-7', PkgName: 'leftish', InstalledVersion: '1.0.0', Severity: 'HIGH' };

describe('a report on an image', () => {
  it('tells what was scanned, of what, when and by which version', async () => {
    expect((await valid(fixture('image'))).scan).toEqual({
      coverage: { targets: 6, packages: 3 },
      scanner: { name: 'trivy', version: '0.69.1' },
      subject: {
        name: 'registry.example/shop/web:4f2c',
        imageId: `sha256:${'cd'.repeat(32)}`,
        digests: [`sha256:${'ef'.repeat(32)}`],
      },
      createdAt: '2026-03-04T03:06:07.123Z',
      os: { family: 'debian', name: '12.4', isEndOfLife: true },
      warnings: [],
    });
  });

  it('gives all that is known of a vulnerability', async () => {
    const { findings } = await valid(fixture('image'));
    expect(findings[0]).toEqual({
      id: 'CVE-2024-1001',
      rule: 'CVE-2024-1001',
      category: 'vulnerability',
      severity: 'critical',
      title: 'libparse: a length that is read twice',
      aliases: ['CVE-2024-1001', 'DSA-9001-1'],
      package: 'libparse1',
      purl: 'pkg:deb/debian/libparse1@2.4.1-3',
      version: '2.4.1-3',
      fixedIn: '2.4.1-3+deb12u1',
      fixState: 'fixed',
      score: 8.8,
      url: 'https://avd.aquasec.com/nvd/cve-2024-1001',
      location: { path: 'registry.example/shop/web:4f2c (debian 12.4)' },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(findings[2]).toMatchObject({
      fixState: 'none',
      score: 6.9,
      location: { path: 'app/node_modules/leftish/package.json' },
    });
  });

  it('finds of each kind what there is: of checks only what failed', async () => {
    const { findings } = await valid(fixture('image'));
    expect(findings.map(({ category, rule, severity, location }) => [category, rule, severity, location.line])).toEqual(
      [
        ['vulnerability', 'CVE-2024-1001', 'critical', undefined],
        ['vulnerability', 'CVE-2023-1002', 'low', undefined],
        ['vulnerability', 'CVE-2025-1003', 'medium', undefined],
        ['misconfiguration', 'DS-0002', 'high', 7],
        ['secret', 'npm-access-token', 'medium', 3],
        ['licence', 'GPL-3.0-only', 'high', undefined],
        ['licence', 'Shareware', 'unknown', undefined],
        ['vulnerability', 'CVE-2025-1004', 'high', undefined],
      ],
    );
    expect(findings[3]).toMatchObject({ aliases: ['DS-0002', 'AVD-DS-0002'] });
    expect(findings[5]).toMatchObject({ package: 'libparse1', location: { path: 'OS Packages' } });
    expect(findings[6]).toMatchObject({ location: { path: '/app/LICENSE' } });
  });

  it('marks what trivy was told to ignore, with who said so and why', async () => {
    const { findings } = await valid(fixture('image'));
    expect(findings.filter(({ suppressed }) => suppressed !== undefined)).toEqual([
      expect.objectContaining({
        id: 'CVE-2025-1004',
        suppressed: { by: '.trivyignore.yaml', reason: 'Only reachable in tests.' },
      }),
    ]);
  });

  it('names a secret by where it is', async () => {
    const { findings } = await valid(fixture('image'));
    expect(findings[4]).toEqual({
      id: '/app/.npmrc:npm-access-token:3',
      rule: 'npm-access-token',
      category: 'secret',
      severity: 'medium',
      title: 'NPM access token',
      location: { path: '/app/.npmrc', line: 3 },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('may tell of the server as well that trivy asked', async () => {
    const report = {
      ...withResult({}),
      Trivy: { Version: '0.74.0', Server: { Version: '0.74.0', VulnerabilityDB: {} } },
    };
    expect((await valid(report)).scan.scanner).toEqual({ name: 'trivy', version: '0.74.0' });
  });

  it('shows nothing of the line that a secret is on', async () => {
    expect(JSON.stringify(await valid(fixture('image')))).not.toContain('authToken');
  });
});

describe('what was seen', () => {
  it('is a package without a name too: the project itself', async () => {
    const root = { ID: 'package.json', Identifier: { UID: 'd05789ccfeb1d17' }, Relationship: 'root' };
    const workspace = { Identifier: { UID: 'f1' }, Relationship: 'workspace' };
    const report = withResult({ Packages: [root, workspace, { ID: 'leftish@1.0.0', Name: 'leftish' }] });
    expect((await valid(report)).scan.coverage).toEqual({ targets: 1, packages: 3 });
  });

  it('is no target without a name and with nothing in it', async () => {
    const { Results: results } = withResult({}) as { Results: object[] };
    const java = { Target: '', Class: 'lang-pkgs', Type: 'jar' };
    expect((await valid({ SchemaVersion: 2, Results: [...results, java] })).scan.coverage).toEqual({ targets: 1 });
    const passed = { ID: 'KSV-1', Severity: 'LOW', Status: 'PASS' };
    for (const more of [{ Packages: [{ Name: 'leftish' }] }, { Misconfigurations: [passed] }])
      expect((await valid({ SchemaVersion: 2, Results: [{ ...java, ...more }] })).scan.coverage).toMatchObject({
        targets: 1,
      });
  });

  test.each([
    ['packages of its system', imageWith({ Packages: [{ Name: 'base-files' }] })],
    [
      'packages of its system, beside one that has no system, in a cluster',
      clusterOf(imageWith({ Packages: [{ Name: 'base-files' }] }), withResult({ Packages: [{ Name: 'leftish' }] })),
    ],
    ['weaknesses of its system, and no list of packages', imageWith({ Vulnerabilities: [leftish] })],
    ['no system', { SchemaVersion: 2, Results: (imageWith({}) as { Results: object[] }).Results.slice(1) }],
    [
      'a system and no list of any packages',
      { SchemaVersion: 2, Results: (imageWith({}) as { Results: object[] }).Results.slice(0, 1) },
    ],
  ])('may be an image with %s', async (_, report) => {
    expect(await parse(report)).toMatchObject({ valid: true });
  });
});

describe('what trivy says of a finding', () => {
  test.each([
    [{ FixedVersion: '1.0.1' }, 'fixed'],
    [{ FixedVersion: '1.0.1', Status: 'affected' }, 'fixed'],
    [{ Status: 'fixed' }, 'fixed'],
    [{ Status: 'affected' }, 'none'],
    [{ Status: 'fix_deferred' }, 'none'],
    [{ Status: 'under_investigation' }, 'none'],
    [{ Status: 'will_not_fix' }, 'never'],
    [{ Status: 'end_of_life' }, 'never'],
    [{ Status: 'unknown' }, undefined],
    [{}, 'none'],
  ])('%j: whether it is mended is %s', async (fields, fixState) => {
    const { findings } = await valid(withResult({ Vulnerabilities: [{ ...leftish, ...fields }] }));
    expect(findings[0]?.fixState).toBe(fixState);
  });

  test.each([
    [
      'of whom the severity is from',
      { SeveritySource: 'ghsa', CVSS: { nvd: { V3Score: 1 }, ghsa: { V3Score: 2 } } },
      2,
    ],
    ['else of NVD', { SeveritySource: 'ghsa', CVSS: { redhat: { V3Score: 1 }, nvd: { V3Score: 2 } } }, 2],
    ['else of any', { SeveritySource: 'ghsa', CVSS: { redhat: { V3Score: 2 } } }, 2],
    ['CVSS 3 before 4', { SeveritySource: 'ghsa', CVSS: { ghsa: { V40Score: 1 }, redhat: { V3Score: 2 } } }, 2],
    ['CVSS 4 before 2', { CVSS: { ghsa: { V40Score: 2 }, nvd: { V2Score: 1 } } }, 2],
    ['none', { CVSS: {} }, undefined],
    ['a vendor with the name of a method', { SeveritySource: 'toString', CVSS: { nvd: { V3Score: 2 } } }, 2],
  ])('takes the score %s', async (_, fields, score) => {
    const { findings } = await valid(withResult({ Vulnerabilities: [{ ...leftish, ...fields }] }));
    expect(findings[0]?.score).toBe(score);
  });

  test.each(['ignored', 'not_affected', 'fixed'])('leaves out what is %s', async (Status) => {
    const modified = [{ Type: 'vulnerability', Status, Statement: '', Source: '', Finding: leftish }];
    const { findings } = await valid(withResult({ ExperimentalModifiedFindings: modified }));
    expect(findings).toEqual([expect.objectContaining({ suppressed: { by: `trivy: ${Status}` } })]);
  });

  test.each(['affected', 'under_investigation', 'unknown'])('counts what somebody says is %s', async (Status) => {
    const modified = [{ Type: 'vulnerability', Status, Statement: 'seen', Source: 'vex.json', Finding: leftish }];
    const { findings } = await valid(withResult({ ExperimentalModifiedFindings: modified }));
    expect(findings).toEqual([expect.not.objectContaining({ suppressed: expect.anything() })]);
  });

  it('takes a check without a status, as the first versions wrote it, for one that failed', async () => {
    const { findings } = await valid(withResult({ Misconfigurations: [{ ID: 'DS002', Severity: 'HIGH' }] }));
    expect(findings).toEqual([expect.objectContaining({ category: 'misconfiguration', severity: 'high' })]);
  });

  it('takes a licence with an empty name, as trivy has it of some packages of Debian, for one that is not rated', async () => {
    const licences = ['', 'GPL-2.0'].map((Name) => ({ Name, PkgName: 'leftish', FilePath: '', Severity: 'UNKNOWN' }));
    const { findings } = await valid(withResult({ Licenses: licences }));
    expect(findings.map(({ id, package: owner, severity }) => [id, owner, severity])).toEqual([
      ['-', 'leftish', 'unknown'],
      ['GPL-2.0', 'leftish', 'unknown'],
    ]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  test.each([
    [[1, 2], 'Trivy left out 3 checks by an exception in its rules: nothing is known of the result.'],
    [[1, 0], 'Trivy left out 1 check by an exception in its rules: nothing is known of the result.'],
    [[0, 0], undefined],
  ])('tells of checks that the scanned exempts: %j', async (counts, warning) => {
    const results = counts.map((Exceptions, at) => ({
      Target: `Dockerfile.${at}`,
      Class: 'config',
      MisconfSummary: { Successes: 22, Failures: 0, Exceptions },
    }));
    const { scan } = await valid({ SchemaVersion: 2, Results: [...results, { Target: 'a' }] });
    expect(scan.warnings).toEqual(warning === undefined ? [] : [warning]);
  });

  it('does not count packages that the report does not list', async () => {
    expect((await valid(withResult({}))).scan.coverage).toEqual({ targets: 1 });
    expect((await valid(withResult({ Packages: [] }))).scan.coverage).toEqual({ targets: 1, packages: 0 });
  });
});

describe('a report on a cluster', () => {
  it('says in which object each finding is', async () => {
    const { findings, scan } = await valid(fixture('cluster'));
    expect(findings.map(({ rule, location }) => [rule, location])).toEqual([
      ['CVE-2024-1001', { path: 'Deployment/shop/web: registry.example/shop/web:4f2c (debian 12.4)' }],
      ['KSV-0017', { path: 'Deployment/shop/web: Deployment/web', line: 20 }],
    ]);
    expect(scan).toEqual({
      coverage: { targets: 4 },
      scanner: { name: 'trivy' },
      subject: { name: 'kind-shop' },
      warnings: ['Trivy could not scan all of Job/shop/migrate: the report has an error for it.'],
    });
  });

  it('finds the same in the two lists of the first versions, and in a summary', async () => {
    const { findings } = await valid(fixture('cluster'));
    expect((await valid(fixture('cluster-first'))).findings).toEqual(findings);
    const { Resources, ...rest } = JSON.parse(fixture('cluster')) as Record<string, unknown>;
    expect((await valid({ ...rest, Findings: Resources })).findings).toEqual(findings);
  });

  it('tells two containers of one object apart, though both have the same', async () => {
    const result = { Target: 'Python', Class: 'lang-pkgs', Type: 'python-pkg', Vulnerabilities: [leftish] };
    const { findings } = await valid({
      ClusterName: 'c',
      Resources: [{ Kind: 'Pod', Name: 'p', Results: [result, result] }],
    });
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });
});

describe('a report of a version before 0.20', () => {
  it('is a list, with null where there is nothing', async () => {
    const { findings, scan } = await valid(fixture('legacy'));
    expect(findings).toEqual([
      expect.objectContaining({ id: 'CVE-2024-1001', severity: 'critical', fixState: 'fixed' }),
    ]);
    expect(scan).toEqual({ coverage: { targets: 2 }, scanner: { name: 'trivy' }, warnings: [] });
  });
});

describe('the fingerprint', () => {
  async function prints(change: (report: string) => string): Promise<string[]> {
    return (await valid(change(fixture('image')))).findings.map(({ fingerprint }) => fingerprint);
  }

  it('is another one for each finding', async () => {
    const all = await prints((report) => report);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    ['the tag of the image', (report: string) => report.replaceAll('web:4f2c', 'web:99ab')],
    ['the version of the system', (report: string) => report.replaceAll('debian 12.4', 'debian 12.5')],
    ['the line', (report: string) => report.replaceAll('"StartLine": 7', '"StartLine": 70')],
    [
      'the rating and the words',
      (report: string) => report.replaceAll('CRITICAL', 'HIGH').replaceAll('read twice', 'read once'),
    ],
  ])('stays when only %s changes', async (_, change) => {
    expect(change(fixture('image'))).not.toBe(fixture('image'));
    expect(await prints(change)).toEqual(await prints((report) => report));
  });

  it('of a secret is made of its place, and of nothing of its line but the length', async () => {
    const secret = { RuleID: 'token', Severity: 'HIGH', StartLine: 3, EndLine: 3, Match: 'token=hunter2' };
    const of = async (change: object): Promise<unknown> =>
      (await valid(withResult({ Secrets: [{ ...secret, ...change }] }))).findings[0]?.fingerprint;
    expect(await of({ Match: 'token=letmein' })).toBe(await of({}));
    for (const change of [{ StartLine: 4 }, { EndLine: 4 }, { RuleID: 'other' }, { Match: 'token=********' }])
      expect(await of(change)).not.toBe(await of({}));
  });

  it('stays when the first of two of a kind is not ignored any more', async () => {
    const ignored = { Type: 'vulnerability', Status: 'ignored', Source: 'f', Finding: leftish };
    const before = await valid(withResult({ ExperimentalModifiedFindings: [ignored] }));
    const after = await valid(withResult({ Vulnerabilities: [leftish] }));
    expect(after.findings[0]?.fingerprint).toBe(before.findings[0]?.fingerprint);
  });

  it.each([
    ['weakness', { VulnerabilityID: 'CVE-2024-8' }],
    ['package', { PkgName: 'rightish' }],
    ['version', { InstalledVersion: '1.0.1' }],
    ['place', { PkgPath: 'b/package.json' }],
  ])('is another one for another %s', async (_, change) => {
    const { findings } = await valid(withResult({ Vulnerabilities: [leftish, { ...leftish, ...change }] }));
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });
});

describe('a report that proves nothing', () => {
  test.each<[string, unknown, RegExp]>([
    ['an empty file', '', /^is empty$/],
    ['an HTML page', '<!doctype html>', /^is not JSON/],
    ['null', null, /^is null, as trivy before 0\.20 wrote when it found nothing/],
    ['an empty list', [], /^has no Results: nothing in it shows that something was scanned$/],
    ['no Results', { SchemaVersion: 2, ArtifactName: 'shop' }, /^has no Results/],
    ['empty Results', { SchemaVersion: 2, Results: [] }, /^has no Results/],
    ['a result that says nothing', { SchemaVersion: 2, Results: [{ Target: '' }] }, /^has no Results with a Target/],
    ['null Results', { SchemaVersion: 2, Results: null }, /Results is no list/],
    [
      'a cluster without Results',
      { ClusterName: 'c', Resources: [{ Kind: 'Pod', Name: 'p', Error: 'x' }] },
      /^has no Results/,
    ],
    ['a later schema', { SchemaVersion: 3, Results: [] }, /^has SchemaVersion 3, and only 2 can be read$/],
    ['a schema in quotes', { SchemaVersion: '2', Results: [] }, /^has a SchemaVersion that is no number$/],
    ['an empty object', {}, /^is not a report of trivy: it has neither SchemaVersion nor ClusterName$/],
    ['a text', '"done"', /^is not a report of trivy: it is no object$/],
    ['a report of gitleaks', [{ RuleID: 'a', File: 'b' }], /^has no \[0\]\.Target$/],
    ['a report of semgrep', { version: '1.1', results: [], errors: [], paths: {} }, /^is not a report of trivy/],
    ['SARIF', { version: '2.1.0', runs: [] }, /^is not a report of trivy/],
    ['CycloneDX', { bomFormat: 'CycloneDX', specVersion: '1.6', components: [] }, /^is not a report of trivy/],
    [
      'a list that is not known',
      withResult({ Malware: [] }),
      /^has a field Results\[0\]\.Malware that this version cannot read$/,
    ],
    [
      'one at the root',
      { ...withResult({}), Malware: [] },
      /^is not a report of trivy, or of a newer version: it has a field Malware that this version cannot read$/,
    ],
    [
      'lists of a cluster without its name',
      { ...withResult({}), Resources: [] },
      /^has Resources, .* but no ClusterName$/,
    ],
    ['both forms', { ...withResult({}), ClusterName: 'c' }, /^has both ClusterName and Results/],
    ['null for a list', withResult({ Vulnerabilities: null }), /Results\[0\]\.Vulnerabilities is no list$/],
    ['a finding that is none', withResult({ Vulnerabilities: [null] }), /Vulnerabilities\[0\] is no object$/],
    ['no severity', withResult({ Secrets: [{ RuleID: 'a' }] }), /^has no Results\[0\]\.Secrets\[0\]\.Severity$/],
    [
      'a severity of another tool',
      withResult({ Secrets: [{ RuleID: 'a', Severity: 'Moderate' }] }),
      /is no severity of trivy$/,
    ],
    [
      'another status',
      withResult({ Misconfigurations: [{ ID: 'a', Severity: 'LOW', Status: 'OK' }] }),
      /is no status of trivy$/,
    ],
    ['an image without its package database', imageWith({}), /^lists packages, but none of the operating system/],
    ['one whose list is empty', imageWith({ Packages: [] }), /^lists packages, but none of the operating system/],
    [
      'an object of a cluster without its package database beside one that has it',
      clusterOf(imageWith({}), imageWith({ Packages: [{ Name: 'base-files' }] })),
      /^lists packages, but none of the operating system/,
    ],
    ['a licence without a name', withResult({ Licenses: [{ PkgName: 'a', Severity: 'LOW' }] }), /Licenses\[0\]\.Name$/],
    ['a licence of nobody', withResult({ Licenses: [{ Name: '', Severity: 'LOW' }] }), /Licenses\[0\]\.Name$/],
    ['a package without any name', withResult({ Packages: [{ Version: '1.0.0' }] }), /Packages\[0\]\.Name$/],
    ['findings among packages', withResult({ Packages: [leftish] }), /^has no Results\[0\]\.Packages\[0\]\.Name$/],
    [
      'licences among packages',
      withResult({ Packages: [{ Name: 'GPL', Severity: 'HIGH' }] }),
      /Packages\[0\] that is a finding, in a list that has none$/,
    ],
    [
      'a score that is none',
      withResult({ Vulnerabilities: [{ ...leftish, CVSS: { nvd: { V3Score: 98 } } }] }),
      /is no score$/,
    ],
    ['a time that is none', { ...withResult({}), CreatedAt: 'today' }, /^has CreatedAt that is no time$/],
  ])('%s is not valid', async (_, report, reason) => {
    const text = typeof report === 'string' ? report : JSON.stringify(report);
    expect(await parse(text)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });
});
