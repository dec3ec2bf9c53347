import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { decide } from './decide.ts';
import { finding, judged, now, plain, policyOf, read, secret } from './testing/make.ts';

const both = (a: Finding, b: Finding, fields = {}) =>
  decide({ policy: policyOf(fields), reports: [read('trivy', [a]), read('snyk', [b])], now });

const snyk = finding({
  id: 'SNYK-JS-LODASH-1',
  rule: 'SNYK-JS-LODASH-1',
  aliases: ['cve-2026-1000', 'GHSA-aaaa-bbbb-cccc'],
  severity: 'critical',
  fixedIn: '4.17.21',
  location: { path: 'app' },
});

describe('the same vulnerability of two tools', () => {
  it('is one finding with the highest severity, all names, and each tool’s own', () => {
    const { findings, counts } = both(finding({ fixState: 'none', score: 7.5 }), snyk);
    expect(findings).toHaveLength(1);
    expect(counts).toMatchObject({ critical: 1, high: 0 });
    expect(findings[0]).toMatchObject({
      severity: 'critical',
      id: 'cve-2026-1000',
      aliases: ['GHSA-aaaa-bbbb-cccc', 'SNYK-JS-LODASH-1'],
      fixedIn: '4.17.21',
      fixState: 'fixed',
      score: 7.5,
      tools: [
        { tool: 'snyk', id: 'SNYK-JS-LODASH-1', severity: 'critical', path: 'app' },
        { tool: 'trivy', id: 'CVE-2026-1000', severity: 'high', path: 'app/package-lock.json' },
      ],
    });
  });

  // prettier-ignore
  test.each<[string, Finding, number]>([
    ['of another version', { ...snyk, version: '4.17.19' }, 2],
    ['of another package', { ...snyk, purl: 'pkg:npm/lodash-es@4.17.20' }, 2],
    ['of another ecosystem', { ...snyk, purl: 'pkg:pypi/lodash@4.17.20' }, 2],
    ['without a name in common', { ...snyk, aliases: ['CVE-2026-1001'] }, 2],
    ['whose version is only in the package URL', { ...snyk, version: undefined as never }, 1],
    ['whose package URL is written otherwise', { ...snyk, purl: 'pkg:npm/Lodash@4.17.20?arch=x' }, 1],
    ['that names no package URL', { ...snyk, purl: undefined as never }, 1],
    ['that names no package URL and another package', { ...snyk, purl: undefined as never, package: 'lodash-es' }, 2],
    ['that names neither', { ...snyk, purl: undefined as never, package: undefined as never }, 2],
    ['that is a licence', { ...snyk, category: 'licence' }, 2],
  ])('one %s', (_, other, count) => {
    expect(both(finding(), other).findings).toHaveLength(count);
  });

  // As trivy, Snyk and OSV-Scanner write them, and a tool that knows no package URL.
  test.each([
    ['pkg:golang/golang.org/x/net@v0.1.0', '0.1.0'],
    ['pkg:golang/golang.org/x/net@0.1.0', '0.1.0'],
    ['pkg:golang/golang.org/x/net@v0.1.0', undefined],
    [undefined, '0.1.0'],
    [undefined, 'v0.1.0'],
  ])('is one finding of Go with and without the v: %s %s', (purl, version) => {
    const go = finding({ package: 'golang.org/x/net', purl: 'pkg:golang/golang.org/x/net@v0.1.0', version: 'v0.1.0' });
    const fields = { ...go, purl, version } as Finding;
    for (const pair of [both(go, fields), both(fields, go)]) expect(pair.findings).toHaveLength(1);
    expect(both(go, { ...fields, purl, version: 'v0.2.0' } as Finding).findings).toHaveLength(2);
    const waiver = { id: 'CVE-2026-1000', owner: 'ada', reason: 'ok', expires: '2026-12-01' };
    for (const named of ['v0.1.0', '0.1.0'])
      expect(judged([go], { waivers: [{ ...waiver, purl: `pkg:golang/golang.org/x/net@${named}` }] }).verdict).toBe(
        'pass',
      );
    expect(judged([go], { waivers: [{ ...waiver, purl: 'pkg:golang/golang.org/x/net@v0.2.0' }] }).verdict).toBe(
      'block',
    );
  });

  it('keeps the v of other ecosystems', () => {
    const v = finding({ purl: 'pkg:npm/lodash@v4.17.20', version: 'v4.17.20' });
    expect(both(finding(), v).findings).toHaveLength(2);
  });

  it('is not without fix when one tool knows a fix', () => {
    const fields = { categories: { vulnerability: { unfixed: 'never' } } };
    const none = finding({ fixState: 'none' });
    expect(both(none, { ...snyk, fixedIn: undefined as never, fixState: 'never' }, fields).verdict).toBe('pass');
    expect(both(none, { ...snyk, severity: 'low' }, fields).verdict).toBe('block');
  });

  it('keeps the severity that is known beside one that is not', () => {
    const decision = both(finding({ severity: 'unknown' }), { ...snyk, severity: 'low' });
    expect(decision.findings[0]).toMatchObject({ severity: 'low', outcome: { by: 'belowThreshold' } });
    const strict = { categories: { vulnerability: { unknown: 'block' } } };
    expect(both(finding({ severity: 'unknown' }), { ...snyk, severity: 'low' }, strict).verdict).toBe('block');
  });

  it('is waived no longer than the worst rating allows', () => {
    const waiver = { id: 'CVE-2026-1000', owner: 'ada', reason: 'ok', created: '2026-11-01', expires: '2026-12-20' };
    expect(both(finding(), snyk, { waivers: [waiver] }).reasons[0]).toMatch(/lasts 49 days, and .*critical is 30\.$/);
    expect(both(finding(), { ...snyk, severity: 'low' }, { waivers: [waiver] }).verdict).toBe('pass');
  });

  it('blocks until it is excused for each tool', () => {
    const waiver = { id: 'CVE-2026-1000', path: 'app/**', owner: 'ada', reason: 'ok', expires: '2026-12-01' };
    const decision = both(finding(), snyk, { waivers: [waiver] });
    expect(decision).toMatchObject({ verdict: 'block', findings: [{ location: { path: 'app' }, tools: [{}, {}] }] });
    expect(both(finding(), snyk, { waivers: [waiver, { ...waiver, path: 'app' }] }).verdict).toBe('pass');
    expect(both(finding(), snyk, { waivers: [{ ...waiver, path: undefined }] }).verdict).toBe('pass');
  });
});

it('leaves what one tool reports of two places as two findings', () => {
  const places = ['a/package-lock.json', 'b/package-lock.json'].map((path) => finding({ location: { path } }));
  expect(judged(places).counts.high).toBe(2);
  const beside = [read('trivy', places), read('snyk', [{ ...snyk, aliases: ['CVE-2026-1001'] }])];
  expect(decide({ policy: policyOf(), reports: beside, now }).counts).toMatchObject({ critical: 1, high: 2 });
});

it('joins a finding of two reports of the same tool, but never what only looks alike', () => {
  const twice = [read('gitleaks', [secret]), { ...read('gitleaks', [secret]), name: 'b.json' }];
  expect(decide({ policy: policyOf(), reports: twice, now }).findings).toHaveLength(1);
  const code = plain({ category: 'code' });
  expect(judged([code, plain({ category: 'code', location: { path: 'src/a.ts', line: 4 } })]).findings).toHaveLength(2);
  const others = [read('semgrep', [code]), read('sarif', [code])];
  expect(decide({ policy: policyOf(), reports: others, now }).findings).toHaveLength(2);
});

it('sorts what blocks first, then from the worst', () => {
  const findings = [
    finding({ severity: 'low' }),
    finding({ severity: 'medium', id: 'b' }),
    finding({ severity: 'medium', id: 'a' }),
    finding({ severity: 'high' }),
    secret,
    finding({ severity: 'critical', suppressed: { by: 'x' } }),
  ];
  const fields = { categories: { vulnerability: { suppressions: 'honour' as const } } };
  expect(judged(findings, fields).findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
    'high CVE-2026-1000',
    'unknown src/a.ts:1',
    'critical CVE-2026-1000',
    'medium a',
    'medium b',
    'low CVE-2026-1000',
  ]);
});
