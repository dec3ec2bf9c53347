import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { readBaseline, writeBaseline } from './baseline.ts';
import { readEpss } from './epss.ts';
import { readKev } from './kev.ts';
import { finding, invalid, judged, now, plain, policyOf, read, secret } from './testing/make.ts';
import { decide } from './decide.ts';
import { readVex } from './vex.ts';

const low = finding({ severity: 'low' });
const commit = '0123456789abcdef0123456789abcdef01234567';

const kevText = (...cves: string[]): string =>
  JSON.stringify({
    title: 'Known exploited',
    catalogVersion: '2026.11.20',
    dateReleased: '2026-11-20T15:00:00.1234Z',
    count: cves.length,
    vulnerabilities: cves.map((cveID) => ({
      cveID,
      dateAdded: '2026-11-01',
      dueDate: '2026-11-22',
      knownRansomwareCampaignUse: 'Known',
      notes: '',
    })),
  });
const kev = readKev({ file: 'kev.json', text: kevText('CVE-2026-1000') });

describe('a known exploited vulnerability', () => {
  it('blocks whatever its severity, and the reason says since when', () => {
    const decision = judged([low], {}, { kev });
    expect(decision).toMatchObject({
      verdict: 'block',
      findings: [
        {
          severity: 'low',
          outcome: { by: 'kev', rule: 'kev.found: block' },
          kev: { added: '2026-11-01', due: '2026-11-22', ransomware: true },
        },
      ],
      decidedBy: { kev: { file: 'kev.json', version: '2026.11.20', entries: 1 } },
    });
    expect(decision.reasons[0]).toContain(
      'blocks by kev.found: block (It is known to be exploited: in CISA’s catalogue since 2026-11-01.)',
    );
    expect(judged([finding({ id: 'GHSA-x', aliases: ['CVE-2026-1000'], severity: 'low' })], {}, { kev }).verdict).toBe(
      'block',
    );
    expect(
      judged(
        [finding({ severity: 'low', fixState: 'none' })],
        { categories: { vulnerability: { unfixed: 'never' } } },
        { kev },
      ).verdict,
    ).toBe('block');
    expect(judged([finding({ id: 'CVE-2026-1001', severity: 'low' })], {}, { kev }).verdict).toBe('pass');
    expect(judged([plain({ category: 'code', id: 'CVE-2026-1000', severity: 'low' })], {}, { kev }).verdict).toBe(
      'pass',
    );
  });

  it('only warns where the policy says so; then the other rules decide', () => {
    const warn = { kev: { found: 'warn' as const } };
    expect(judged([low], warn, { kev })).toMatchObject({
      verdict: 'pass',
      warnings: [
        expect.stringMatching(
          /^CVE-2026-1000 .* is known to be exploited since 2026-11-01 and does not block \(kev\.found: warn\)\.$/,
        ),
      ],
    });
    expect(judged([finding()], warn, { kev }).verdict).toBe('block');
  });

  const waivers = [{ id: 'CVE-2026-1000', owner: 'ada', reason: 'ok', expires: '2026-12-01' }];
  const hidden = finding({ severity: 'low', suppressed: { by: '.trivyignore' } });
  const baseline = readBaseline({ file: 'baseline.json', text: writeBaseline(judged([low]), commit, now) });
  const vex = [readVex({ file: 'vex.json', text: vexText() })];
  // prettier-ignore
  test.each<['waiver' | 'baseline' | 'suppression' | 'vex', Finding]>([['waiver', low], ['baseline', low], ['suppression', hidden], ['vex', low]])(
    'is excused by a %s only where the policy says so',
    (by, one) => {
      const fields = {
        categories: { vulnerability: { newOnly: true, suppressions: 'honour' as const } },
        vex: { authors: by === 'vex' ? ['sec@example.com'] : [] },
        waivers: by === 'waiver' ? waivers : [],
      };
      const given = { kev, vex, ...(by === 'baseline' ? { baseline } : {}) };
      const decision = judged([one], fields, given);
      expect(decision).toMatchObject({ verdict: 'block', findings: [{ outcome: { by: 'kev' } }], waivers: { used: [] } });
      expect(decision.reasons[0]).toMatch(new RegExp(`What is exploited is not excused by ${by} \\(kev\\.excusedBy\\)\\.$`));
      const others = (['waiver', 'baseline', 'suppression', 'vex'] as const).filter((other) => other !== by);
      expect(judged([one], { ...fields, kev: { excusedBy: others } }, given).verdict).toBe('block');
      expect(judged([one], { ...fields, kev: { excusedBy: [by] } }, given).verdict).toBe('pass');
    },
  );

  it.each([
    ['ignore', 'pass', 0],
    ['warn', 'pass', 1],
    ['invalid', 'invalid', 0],
  ] as const)('whenMissing: %s', (whenMissing, verdict, warnings) => {
    const decision = judged([low], { kev: { whenMissing } });
    expect(decision).toMatchObject({ verdict, warnings: { length: warnings } });
  });

  it('is reported when the catalogue is old, at the day', () => {
    const at = (text: string) => judged([], {}, { kev, now: new Date(text) }).warnings;
    expect(at('2026-12-04T15:00:00.123Z')).toEqual([]);
    expect(at('2026-12-04T15:00:00.124Z')).toEqual([
      expect.stringMatching(/^kev\.json is of 2026-11-20T15:00:00\.123Z, older than 14 days/),
    ]);
  });

  // prettier-ignore
  test.each([
    ['a list', '[]'],
    ['one that is empty', kevText()],
    ['one that says it has more', kevText('CVE-2026-1000').replace('"count":1', '"count":2')],
    ['an entry that is no CVE', kevText('GHSA-1')],
    ['one that is cut off', kevText('CVE-2026-1000').slice(0, -9)],
    ['a key twice', kevText('CVE-2026-1000').replace('"count":1', '"count":1,"count":1')],
  ])('of a catalogue is refused: %s', (_, text) => {
    expect(() => readKev({ file: 'kev.json', text })).toThrow(expect.objectContaining({ code: 'InputInvalid', message: expect.stringContaining('kev.json') as string }));
  });
});

describe('exploit prediction scores', () => {
  const text =
    '#model_version:v2026.06.15,score_date:2026-11-24T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1000,0.51,0.9\nCVE-2026-1001,2e-05,0.01\n';
  const epss = readEpss({ file: 'epss.csv', text });

  test.each([
    [undefined, 'pass', 'belowThreshold', 'categories.vulnerability.block: high'],
    [0.5, 'block', 'epss', 'epss.block: 0.5'],
    [0.51, 'block', 'epss', 'epss.block: 0.51'],
    [0.52, 'pass', 'belowThreshold', 'categories.vulnerability.block: high'],
  ])('block: %s', (block, verdict, by, rule) => {
    const decision = judged([low], { epss: { block } }, { epss });
    expect(decision).toMatchObject({
      verdict,
      findings: [{ epss: 0.51, outcome: { by, rule } }],
      decidedBy: { epss: { model: 'v2026.06.15', scores: 2 } },
    });
  });

  it('never let one pass, and can be waived', () => {
    expect(judged([finding({ id: 'CVE-2026-1001' })], { epss: { block: 0.5 } }, { epss }).verdict).toBe('block');
    const waivers = [{ id: 'CVE-2026-1000', owner: 'ada', reason: 'ok', expires: '2026-12-01' }];
    expect(judged([low], { epss: { block: 0.5 }, waivers }, { epss }).verdict).toBe('pass');
  });

  it('take the highest of all names', () => {
    const two = finding({ id: 'CVE-2026-1001', aliases: ['CVE-2026-1000'], severity: 'low' });
    expect(judged([two], {}, { epss }).findings[0]?.epss).toBe(0.51);
  });

  // prettier-ignore
  test.each([
    ['no first line', text.split('\n').slice(1).join('\n'), 1],
    ['other columns', text.replace('cve,epss,percentile', 'cve,percentile,epss'), 2],
    ['no scores', text.split('\n').slice(0, 2).join('\n'), 2],
    ['a line that is cut off', text.slice(0, -6), 4],
    ['a probability over 1', text.replace('0.51', '1.51'), 3],
    ['a CVE twice', text.replace('1001', '1000'), 4],
    ['the packed file', '\u001f\u008b\b', 1],
  ])('are refused with the line: %s', (_, wrong, line) => {
    expect(() => readEpss({ file: 'epss.csv', text: wrong })).toThrow(expect.objectContaining({ code: 'InputInvalid', message: expect.stringContaining(`epss.csv:${line}: `) as string }));
  });
});

describe('a baseline', () => {
  const known = [finding(), secret, plain({ category: 'code' })];
  const text = writeBaseline(judged(known), commit, now);
  const baseline = readBaseline({ file: 'baseline.json', text });
  const newOnly = { categories: { vulnerability: { newOnly: true } } };

  it('keeps what it lists from blocking, in categories with newOnly', () => {
    const decision = judged([finding()], newOnly, { baseline });
    expect(decision).toMatchObject({
      verdict: 'pass',
      findings: [{ outcome: { by: 'baseline' } }],
      decidedBy: { baseline: { commit, fingerprints: 3 } },
    });
    expect(judged([finding({ location: { path: 'other' } })], newOnly, { baseline }).verdict).toBe('block');
    expect(judged([secret], newOnly, { baseline }).verdict).toBe('block');
    expect(judged([secret], { categories: { secret: { newOnly: true } } }, { baseline }).verdict).toBe('pass');
  });

  test.each<[Finding['severity'], Finding['severity'], 'pass' | 'block']>([
    ['high', 'critical', 'block'],
    ['unknown', 'high', 'block'],
    ['critical', 'critical', 'pass'],
    ['critical', 'high', 'pass'],
  ])('keeps what was %s and is %s now: %s', (before, after, verdict) => {
    const of = (severity: Finding['severity']): Finding => ({ ...finding(), severity });
    const then = readBaseline({ file: 'baseline.json', text: writeBaseline(judged([of(before)]), commit, now) });
    const decision = judged([of(after)], newOnly, { baseline: then });
    expect(decision.verdict).toBe(verdict);
    expect(decision.reasons.join()).toMatch(
      verdict === 'pass' ? /^$/ : `The baseline does not count: there it is ${before}.`,
    );
    // Of two ratings the worse counts, in whatever order they come.
    for (const both of [
      [of('low'), of(after)],
      [of(after), of('low')],
    ]) {
      const reports = both.map((one) => read('trivy', [one]));
      const both_ = writeBaseline(decide({ policy: policyOf(), reports, now }), commit, now);
      const worst = readBaseline({ file: 'baseline.json', text: both_ });
      expect(judged([of(after)], newOnly, { baseline: worst }).verdict).toBe('pass');
    }
  });

  it('says what it no longer needs, and that it is needed', () => {
    expect(judged([finding()], newOnly, { baseline }).warnings).toEqual([
      'baseline.json lists 2 findings that are no longer there: write it again, so that they block if they come back.',
    ]);
    // What is missing may find them.
    const partly = { ...newOnly, tools: { snyk: { optional: 'No token.' } } };
    expect(judged([finding()], partly, { baseline }).warnings.join()).not.toContain('no longer there');
    expect(judged([finding()], newOnly, { baseline, isPart: true }).warnings).toEqual([]);
    expect(judged([finding()], newOnly)).toMatchObject({
      verdict: 'block',
      warnings: ['There is no baseline, so every finding counts as new (categories.vulnerability.newOnly).'],
    });
    expect(judged([], {}, { baseline }).warnings).toEqual([
      'baseline.json does not count: no category of the policy has newOnly.',
    ]);
  });

  it('is the same text whatever the order, and has no text of a finding but where it is', () => {
    expect(writeBaseline(judged(known.toReversed()), commit, now)).toBe(text);
    expect(Object.keys((JSON.parse(text) as { findings: object[] }).findings[0] ?? {})).toEqual([
      'fingerprint',
      'severity',
      'tool',
      'category',
      'id',
      'path',
    ]);
  });

  it('is not made of reports that are not valid', () => {
    const broken = decide({ policy: policyOf(), reports: [invalid('trivy')], now });
    expect(() => writeBaseline(broken, commit, now)).toThrow(
      /No baseline can be made of reports that are not valid\. trivy\.json is cut off\./,
    );
  });

  // prettier-ignore
  test.each([
    ['no commit', text.replace(commit, 'main')],
    ['a fingerprint that is none', text.replace(/"[0-9a-f]{64}"/, '"*"')],
    ['no severity', text.replace(/"severity": "\w+",/, '')],
    ['an unknown key', text.replace('"version": 1,', '"version": 1, "all": true,')],
    ['another version', text.replace('"version": 1', '"version": 2')],
    ['a key twice', text.replace('"version": 1,', '"version": 1, "findings": [],')],
    ['nothing', ''],
  ])('is refused with %s', (_, wrong) => {
    expect(() => readBaseline({ file: 'baseline.json', text: wrong })).toThrow(expect.objectContaining({ code: 'InputInvalid' }));
  });
});

function vexText(...statements: object[]): string {
  const standard = {
    vulnerability: { name: 'CVE-2026-1000' },
    products: [{ '@id': 'pkg:npm/lodash' }],
    status: 'not_affected',
    justification: 'component_not_present',
  };
  return JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex/1',
    author: 'sec@example.com',
    timestamp: '2026-11-01T00:00:00Z',
    version: 1,
    statements: statements.length === 0 ? [standard] : statements.map((one) => ({ ...standard, ...one })),
  });
}

describe('VEX', () => {
  const fields = { vex: { authors: ['sec@example.com'], products: ['pkg:oci/shop'] } };
  const excusedBy = (one: Finding, ...statements: object[]) =>
    judged([one], fields, { vex: [readVex({ file: 'vex.json', text: vexText(...statements) })] });
  const high = finding({ aliases: ['GHSA-aaaa-bbbb-cccc'] });
  const affected = { status: 'affected', action_statement: 'update', justification: undefined };
  const shop = { '@id': 'pkg:oci/shop' };

  // prettier-ignore
  test.each<[string, object[], boolean]>([
    ['not affected', [{}], true],
    ['fixed', [{ status: 'fixed' }], true],
    ['affected', [affected], false],
    ['under investigation', [{ status: 'under_investigation' }], false],
    ['by an alias of the statement', [{ vulnerability: { name: 'X-1', aliases: ['CVE-2026-1000'] } }], true],
    ['by an alias of the finding', [{ vulnerability: { name: 'ghsa-aaaa-bbbb-cccc' } }], true],
    ['another vulnerability', [{ vulnerability: { name: 'CVE-2026-1001' } }], false],
    ['another package', [{ products: [{ '@id': 'pkg:npm/lodash-es' }] }], false],
    ['the version', [{ products: [{ '@id': 'pkg:npm/lodash@4.17.20' }] }], true],
    ['another version', [{ products: [{ '@id': 'pkg:npm/lodash@4.17.19' }] }], false],
    ['with an architecture', [{ products: [{ '@id': 'pkg:npm/lodash@4.17.20?arch=amd64&distro=debian-12' }] }], true],
    ['of another registry', [{ products: [{ '@id': 'pkg:npm/lodash@4.17.20?repository_url=npm.example.com' }] }], false],
    ['the package URL among the identifiers, which counts before the id', [{ products: [{ '@id': 'pkg:npm/lodash', identifiers: { purl: 'pkg:npm/lodash@1' } }] }], false],
    ['only by a hash', [{ products: [{ hashes: { 'sha-256': 'aa' } }] }], false],
    ['our product as a whole', [{ products: [shop] }], true],
    ['our product of a version that is not known', [{ products: [{ '@id': 'pkg:oci/shop@1.0' }] }], false],
    ['another product', [{ products: [{ '@id': 'pkg:oci/other' }] }], false],
    ['our product with the package in it', [{ products: [{ ...shop, subcomponents: [{ '@id': 'pkg:npm/lodash' }] }] }], true],
    ['our product with another package in it', [{ products: [{ ...shop, subcomponents: [{ '@id': 'pkg:npm/x' }] }] }], false],
    ['our product with a part that cannot be compared', [{ products: [{ ...shop, subcomponents: [{ hashes: { md5: 'a' } }] }] }], false],
    ['another product with the package in it', [{ products: [{ '@id': 'pkg:oci/other', subcomponents: [{ '@id': 'pkg:npm/lodash' }] }] }], false],
    ['the package with another one in it', [{ products: [{ '@id': 'pkg:npm/lodash', subcomponents: [{ '@id': 'pkg:npm/lodash' }] }] }], false],
    ['a later statement that it is affected', [{ timestamp: '2026-11-02T00:00:00Z' }, { ...affected, timestamp: '2026-11-03T00:00:00Z' }], false],
    ['a later statement, written first', [{ timestamp: '2026-11-03T00:00:00Z' }, { ...affected, timestamp: '2026-11-02T00:00:00Z' }], true],
    ['a statement that was updated later', [{ timestamp: '2026-11-03T00:00:00Z' }, { ...affected, timestamp: '2026-11-02T00:00:00Z', last_updated: '2026-11-04T00:00:00Z' }], false],
    ['two of the same instant', [{}, affected], false],
    ['a later one about another version', [{}, { ...affected, timestamp: '2026-11-03T00:00:00Z', products: [{ '@id': 'pkg:npm/lodash@1' }] }], true],
    ['one of the future', [{ timestamp: '2026-11-24T10:00:00.001Z' }], false],
    ['one of now', [{ timestamp: '2026-11-24T10:00:00Z' }], true],
    ['one of 180 days ago', [{ timestamp: '2026-05-28T10:00:00Z' }], true],
    ['one that is older', [{ timestamp: '2026-05-28T09:59:59.999Z' }], false],
  ])('%s', (_, statements, excused) => {
    const decision = excusedBy(high, ...statements);
    expect(decision.verdict).toBe(excused ? 'pass' : 'block');
    expect(decision.decidedBy.vex).toMatchObject([{ author: 'sec@example.com', isTrusted: true, used: excused ? 1 : 0 }]);
  });

  it('says whose word it was', () => {
    expect(excusedBy(high).findings[0]?.outcome).toEqual({
      blocks: false,
      by: 'vex',
      rule: 'vex.authors',
      why: 'sec@example.com said at 2026-11-01T00:00:00Z: not_affected, component_not_present.',
    });
  });

  it('reports what is too old, of the future, or of an author who does not count', () => {
    expect(excusedBy(high, { timestamp: '2026-01-01T00:00:00Z' }).warnings).toEqual([
      'vex.json: 1 statement is older than 180 days (vex.maxAgeDays) and no longer counts.',
    ]);
    expect(excusedBy(high, { timestamp: '2027-01-01T00:00:00Z' }).warnings).toEqual([
      'vex.json: 1 statement is of the future and does not count yet.',
    ]);
    const decision = judged([high], {}, { vex: [readVex({ file: 'vex.json', text: vexText() })] });
    expect(decision).toMatchObject({
      verdict: 'block',
      warnings: ['vex.json does not count: its author "sec@example.com" is not among vex.authors.'],
    });
  });

  it('does not speak for a secret', () => {
    expect(excusedBy(secret, { vulnerability: { name: secret.id }, products: [shop] }).verdict).toBe('block');
  });

  // prettier-ignore
  test.each<[string, object | string, RegExp]>([
    ['not_affected without a reason', { justification: undefined }, /expected a justification or an impact_statement/],
    ['affected without an action', { status: 'affected' }, /action_statement: expected an action_statement/],
    ['a status that is none', { status: 'fine' }, /statements\[0\]\.status/],
    ['a justification that is none', { justification: 'trust me' }, /justification/],
    ['no product', { products: [] }, /expected a product/],
    ['a time without zone', { timestamp: '2026-11-01T00:00:00' }, /timestamp: expected an RFC 3339 time/],
    ['an unknown key', { until: '2030' }, /until: unknown key/],
    ['the first version, whose vulnerability is text', { vulnerability: 'CVE-2026-1000' }, /vulnerability/],
    ['no statement', vexText().replace(/"statements":.*/, '"statements":[]}'), /statements/],
    ['another format', '{"bomFormat":"CycloneDX"}', /bomFormat: unknown key/],
    ['a key twice', vexText().replace('"status"', '"status":"fixed","status"'), /there twice/],
  ])('is refused with %s', (_, wrong, message) => {
    const text = typeof wrong === 'string' ? wrong : vexText(wrong);
    expect(() => readVex({ file: 'vex.json', text })).toThrow(message);
    expect(() => readVex({ file: 'vex.json', text })).toThrow(expect.objectContaining({ code: 'InputInvalid' }));
  });
});
