import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { sarif } from './parse.ts';
import { logOf, placed } from './testing/log.ts';
import { read } from './testing/reading.ts';

const findings = async (...log: Parameters<typeof logOf>): Promise<Finding[]> => {
  const parsed = await read(sarif, logOf(...log));
  if (!parsed.valid) throw new Error(parsed.reason);
  return parsed.findings;
};
const reason = async (...log: Parameters<typeof logOf>): Promise<string> => {
  const parsed = await read(sarif, logOf(...log));
  return parsed.valid ? 'valid' : parsed.reason;
};
const severity = async (...log: Parameters<typeof logOf>): Promise<string | undefined> =>
  (await findings(...log))[0]?.severity;
const rated = (id: string, rating: string): Record<string, unknown> => ({
  id,
  properties: { 'security-severity': rating },
});

describe('how bad a result is', () => {
  test.each([
    ['by its rule before its level', { ruleId: 'a', level: 'note' }, rated('a', '9.8'), 'critical'],
    [
      'by its own rating before that of its rule',
      { ruleId: 'a', ...rated('', '7.5'), id: undefined },
      rated('a', '2.0'),
      'high',
    ],
    ['by its level, when the rating is none', { ruleId: 'a', level: 'error' }, rated('a', 'undefined'), 'high'],
    ['by its level, when the rating is no word of ours', { ruleId: 'a', level: 'error' }, rated('a', 'severe'), 'high'],
    ['by the level of its rule', { ruleId: 'a' }, { id: 'a', defaultConfiguration: { level: 'error' } }, 'high'],
    ['as a warning, when nothing says more', { ruleId: 'a' }, { id: 'a' }, 'medium'],
    ['as a warning, when its rule is not described', { ruleId: 'b' }, rated('a', '9.8'), 'medium'],
    ['as unknown, when only a word that is none of ours says it', { ruleId: 'a' }, rated('a', 'severe'), 'unknown'],
    ['by its index', { ruleIndex: 0 }, rated('a', '9.8'), 'critical'],
    ['by its id, when the index is none', { ruleId: 'a', ruleIndex: -1 }, rated('a', '9.8'), 'critical'],
    ['by its id, when the index points nowhere', { ruleId: 'a', ruleIndex: 9 }, rated('a', '9.8'), 'critical'],
    ['by the start of its id', { ruleId: 'a/b/c' }, rated('a', '9.8'), 'critical'],
    ['by a whole part of its id only', { ruleId: 'ab' }, rated('a', '9.8'), 'medium'],
  ])('is told %s', async (_, result, rule, expected) => {
    const { id: _id, ...rest } = { id: undefined, ...result };
    expect(await severity([rest], { rules: [rule] })).toBe(expected);
  });

  it('is the worse of two rules when index and id disagree, or an id is there twice', async () => {
    const rules = [rated('a', '2.0'), rated('b', '9.8'), rated('a', '7.0')];
    expect(await severity([{ ruleId: 'b', ruleIndex: 0 }], { rules })).toBe('critical');
    expect(await severity([{ ruleId: 'a' }], { rules })).toBe('high');
    expect(await severity([{ ruleId: 'a', ruleIndex: 0 }], { rules })).toBe('low');
  });

  it('is told by a rule of an extension', async () => {
    const tool = {
      driver: { name: 'Lantern', rules: [rated('a', '1.0')] },
      extensions: [
        { name: 'one', guid: 'g1', rules: [rated('x', '2.0')] },
        { name: 'two', guid: 'g2', rules: [rated('a', '9.8')] },
      ],
    };
    for (const toolComponent of [{ index: 1 }, { guid: 'g2' }, { name: 'two' }])
      expect(await severity([{ ruleId: 'a', rule: { index: 0, toolComponent } }], { run: { tool } })).toBe('critical');
    expect(await severity([{ ruleId: 'a' }], { run: { tool } })).toBe('low');
    expect(await severity([{ ruleId: 'x' }], { run: { tool } })).toBe('low');
  });

  it('is what an invocation made of its rule, if that is worse', async () => {
    const ruleConfigurationOverrides = [{ descriptor: { id: 'a' }, configuration: { level: 'error' } }];
    const run = { invocations: [{ executionSuccessful: true, ruleConfigurationOverrides }] };
    expect(await severity([{ ruleId: 'a' }], { rules: [{ id: 'a' }], run })).toBe('high');
    expect(await severity([{ ruleId: 'a', level: 'note' }], { rules: [{ id: 'a' }], run })).toBe('low');
  });

  test.each(['grype', 'Trivy'])('is unknown where %s writes 0.0', async (name) => {
    const rules = [rated('a', '0.0')];
    expect(await severity([{ ruleId: 'a', level: 'note' }], { rules, driver: { name } })).toBe('unknown');
    expect(await severity([{ ruleId: 'a', level: 'note' }], { rules })).toBe('info');
  });

  it('is unknown where OSV-Scanner writes nothing but its one level', async () => {
    const driver = { name: 'osv-scanner' };
    expect(await severity([{ ruleId: 'a', level: 'warning' }], { rules: [{ id: 'a' }], driver })).toBe('unknown');
    expect(await severity([{ ruleId: 'a', level: 'warning' }], { rules: [rated('a', '9.8')], driver })).toBe(
      'critical',
    );
  });

  test.each([
    ['a rating', { 'security-severity': '9.8', cvssv3_baseSeverity: 'MEDIUM' }, 'critical'],
    ['a word for CVSS 3', { cvssv2_severity: 'MEDIUM', cvssv3_baseSeverity: 'CRITICAL' }, 'critical'],
    ['a word for CVSS 2', { cvssv2_severity: 'HIGH' }, 'high'],
    ['neither', { source: 'NPM' }, 'unknown'],
    ['a rating that its template left as it was', { 'security-severity': '$rule.cvssv4BaseScore' }, 'unknown'],
  ])('is not told by the one level of dependency-check: %s', async (_, properties, expected) => {
    const log = { rules: [{ id: 'a', properties }], driver: { name: 'dependency-check' } };
    expect(await severity([{ ruleId: 'a', level: 'warning' }], log)).toBe(expected);
  });

  it('is unknown where Docker Scout writes a number for what it does not rate', async () => {
    const of = (word: string): object => ({ cvssV3_severity: word, 'security-severity': '3.1' });
    for (const [word, expected] of [
      ['UNSPECIFIED', 'unknown'],
      ['LOW', 'low'],
    ] as const) {
      const log = { rules: [{ id: 'a', properties: of(word) }], driver: { name: 'docker scout' } };
      expect(await severity([{ ruleId: 'a', level: 'note' }], log)).toBe(expected);
    }
  });

  test.each([
    ['Trivy', 'HIGH', '6.1', 'high'],
    ['Trivy', 'HIGH', '9.8', 'critical'],
    ['Trivy', 'UNKNOWN', '0.0', 'unknown'],
    ['Trivy', 'LOW', '6.1', 'medium'],
    ['CodeQL', 'HIGH', '6.1', 'medium'],
  ])('is not less than the word of %s among the tags: %s, %s', async (name, word, number, expected) => {
    const properties = { 'security-severity': number, tags: ['vulnerability', 'security', word] };
    const log = { rules: [{ id: 'a', properties }], driver: { name } };
    expect(await severity([{ ruleId: 'a', level: 'error' }], log)).toBe(expected);
  });

  it('does not follow from a guess beside a field that the standard does not know', async () => {
    expect(await reason([{ ruleId: 'a', levle: 'error' }])).toMatch(/results\[0\] with a field that SARIF/);
    expect(await reason([{ ruleid: 'a', level: 'note' }], { rules: [rated('a', '9.8')] })).toMatch(/does not know/);
    expect(await reason([{ ruleId: 'a' }], { rules: [{ id: 'a', defaultConfiguration: { lvl: 'error' } }] })).toMatch(
      /does not know/,
    );
    expect(await severity([{ ruleId: 'a', level: 'error', note: 1 }], { rules: [{ id: 'a' }] })).toBe('high');
  });
});

describe('what a result is about', () => {
  test.each([
    ['gitleaks', 'x', [], 'secret'],
    ['TruffleHog', 'CVE-2026-1234', ['vulnerability'], 'secret'],
    ['Trivy', 'aws-access-key-id', ['secret', 'security', 'CRITICAL'], 'secret'],
    ['Trivy', 'DS-0002', ['misconfiguration', 'security', 'HIGH'], 'misconfiguration'],
    ['Trivy', 'CVE-2026-1234', ['vulnerability', 'security', 'HIGH'], 'vulnerability'],
    ['osv-scanner', 'GHSA-73rr-hh4g-fpgx', [], 'vulnerability'],
    ['Snyk Open Source', 'SNYK-JS-DIFF-1', [], 'vulnerability'],
    ['Snyk Open Source', 'snyk:lic:npm:shop:AGPL-3.0', [], 'licence'],
    ['Snyk IaC', 'SNYK-CC-K8S-1', [], 'misconfiguration'],
    ['SnykCode', 'javascript/Sqli', [], 'code'],
    ['Checkov', 'CKV_AWS_1', [], 'misconfiguration'],
    ['ZAP', '40012', [], 'web'],
    ['CodeQL', 'js/xss', ['security', 'external/cwe/cwe-079'], 'code'],
    ['CodeQL', 'js/hardcoded-credentials', ['security', 'external/cwe/cwe-798'], 'secret'],
    ['Lantern', 'password', ['CWE-259: Use of Hard-coded Password'], 'secret'],
    ['Lantern', 'key', ['cwe-321'], 'secret'],
    ['Lantern', 'other', ['CWE-7980', 'ACWE-798'], 'code'],
    ['Snyk Secret', '99999999-8888-7777-6666-000000000000', [], 'secret'],
    ['detect-secrets', 'x', [], 'secret'],
    ['Semgrep OSS', 'generic.secrets.gitleaks.github-pat', [], 'secret'],
    ['Checkov', 'CKV_SECRET_6', [], 'secret'],
    // Not secrets, but how a workflow hands them on.
    ['zizmor', 'zizmor/secrets-inherit', [], 'misconfiguration'],
    ['Snyk Open Source', 'SNYK-JS-SHOP-1', ['security', 'CWE-798', 'npm'], 'vulnerability'],
    ['Lantern', 'CVE-2026-1001', ['CWE-798'], 'vulnerability'],
    ['Lantern', 'BDSA-2026-1001 (CVE-2026-1001)', [], 'vulnerability'],
  ])('is told by tool and rule: %s %s %j', async (name, id, tags, category) => {
    const [finding] = await findings([{ ruleId: id }], { driver: { name }, rules: [{ id, properties: { tags } }] });
    expect(finding?.category).toBe(category);
  });

  it('is told by a list of weaknesses as Snyk writes it', async () => {
    const rules = [{ id: 'a', properties: { cwe: ['CWE-547', 'CWE-798'] } }];
    expect(await findings([{ ruleId: 'a' }], { rules })).toMatchObject([{ category: 'secret' }]);
  });

  test.each([
    ['798', { name: 'CWE' }, 'secret'],
    ['CWE-259', { guid: 'FFC64C90-42B6-44CE-8BEB-F6B7DAE649E5' }, 'secret'],
    ['798', { name: 'OWASP' }, 'code'],
    ['79', { name: 'CWE' }, 'code'],
  ])('is told by the taxonomies of a rule, or of a result: %s of %j', async (id, toolComponent, category) => {
    const rules = [{ id: 'G101', relationships: [{ target: { id, toolComponent }, kinds: ['superset'] }] }];
    expect(await findings([{ ruleId: 'G101' }], { rules })).toMatchObject([{ category }]);
    expect(await findings([{ ruleId: 'a', taxa: [{ id, toolComponent }] }])).toMatchObject([{ category }]);
  });

  it('names the advisories of a vulnerability', async () => {
    const [finding] = await findings([{ ruleId: 'ghsa-73rr-hh4g-fpgx (cve-2026-1001)' }]);
    expect(finding).toMatchObject({ id: 'CVE-2026-1001', aliases: ['GHSA-73rr-hh4g-fpgx'] });
    const rules = [{ id: 'CVE-2026-1001', deprecatedIds: ['CVE-2026-1001', 'RUSTSEC-2026-0001'] }];
    const [other] = await findings([{ ruleId: 'CVE-2026-1001' }], { rules });
    expect(other).toMatchObject({ id: 'CVE-2026-1001', aliases: ['RUSTSEC-2026-0001'] });
  });
});

describe('what people read of a result', () => {
  it('is the short description of its rule, which is the same for all', async () => {
    const rules = [
      { id: 'a', name: 'A', shortDescription: { text: 'Short\nand more' }, helpUri: 'https://lantern.example/a' },
    ];
    const [finding] = await findings([{ ruleId: 'a', message: { text: 'x' } }], { rules });
    expect(finding).toMatchObject({ title: 'Short', url: 'https://lantern.example/a' });
  });

  it('is never the full description, in which Trivy shows the line of a leak', async () => {
    const rules = [{ id: 'a', fullDescription: { text: 'token: hidden' }, helpUri: 'javascript:alert(1)' }];
    const [finding] = await findings([{ ruleId: 'a', message: { text: 'token: hidden' } }], { rules });
    expect([finding?.title, finding?.url]).toEqual([undefined, undefined]);
  });

  it('is the message of a vulnerability, when its rule says nothing', async () => {
    const [finding] = await findings([{ ruleId: 'CVE-2026-1001', message: { text: 'diff 8.0.1 is vulnerable' } }]);
    expect(finding?.title).toBe('diff 8.0.1 is vulnerable');
  });
});

describe('what is no finding', () => {
  test.each(['pass', 'notApplicable', 'informational', 'open', 'review'])('kind %s', async (kind) => {
    expect(await findings([{ ruleId: 'a', kind }])).toEqual([]);
    expect(await findings([{ ruleId: 'a', kind, level: 'none' }])).toEqual([]);
  });

  it('but one whose level says that it fails', async () => {
    expect(await severity([{ ruleId: 'a', kind: 'review', level: 'error' }])).toBe('high');
  });

  test.each(['open', 'review'])('but one of kind %s that is rated, or a secret', async (kind) => {
    const own = { ruleId: 'a', kind, properties: { 'security-severity': '9.9' } };
    expect(await severity([own])).toBe('critical');
    expect(await severity([{ ruleId: 'a', kind }], { rules: [rated('a', '9.9')] })).toBe('critical');
    expect(await findings([{ ruleId: 'a', kind }], { driver: { name: 'gitleaks' } })).toMatchObject([
      { category: 'secret' },
    ]);
    // By the standard (3.27.10) the level of its rule says nothing of it.
    const levelled = [{ id: 'a', defaultConfiguration: { level: 'error' } }];
    expect(await findings([{ ruleId: 'a', kind }], { rules: levelled })).toEqual([]);
  });

  it('what is gone since the baseline', async () => {
    expect(await findings([{ ruleId: 'a', baselineState: 'absent' }])).toEqual([]);
    for (const baselineState of ['new', 'unchanged', 'updated'])
      expect(await findings([{ ruleId: 'a', baselineState }])).toHaveLength(1);
  });
});

describe('suppressions', () => {
  const isSuppressed = async (suppressions: unknown): Promise<boolean> =>
    (await findings([{ ruleId: 'a', suppressions }]))[0]?.suppressed !== undefined;
  const external = { kind: 'external' };

  it('tell whether a comment beside the code says it', async () => {
    const told = async (...suppressions: object[]): Promise<unknown> =>
      (await findings([{ ruleId: 'a', suppressions }]))[0]?.suppressed;
    expect(await told(external)).toEqual({ by: 'a suppression outside the code' });
    const beside = { by: 'a comment in the code', inSource: true };
    expect(await told({ kind: 'inSource' })).toEqual(beside);
    expect(await told(external, { kind: 'inSource' })).toEqual(beside);
  });

  it('count when there is one, and all of them are accepted', async () => {
    expect(await isSuppressed([external])).toBe(true);
    expect(await isSuppressed([{ kind: 'inSource', status: 'accepted' }, external])).toBe(true);
  });

  test.each([
    ['none', undefined],
    ['null', null],
    ['an empty list', []],
    ['one under review', [{ ...external, status: 'underReview' }]],
    ['one of two rejected', [external, { ...external, status: 'rejected' }]],
    ['one with a field that is not known', [{ ...external, state: 'rejected' }]],
  ])('do not count: %s', async (_, suppressions) => {
    expect(await isSuppressed(suppressions)).toBe(false);
  });

  test.each([
    [[{}]],
    [['external']],
    [{ kind: 'external' }],
    [[{ kind: 'somebody' }]],
    [[{ ...external, status: 'ok' }]],
  ])('are not guessed from %j', async (suppressions) => {
    expect(await reason([{ ruleId: 'a', suppressions }])).toMatch(/suppressions/);
  });
});

describe('a result in several files', () => {
  const [a, b] = [placed('tests/a.js', 1), placed('src/b.js', 9)];
  const places = async (locations: unknown[]): Promise<unknown[]> =>
    (await findings([{ ruleId: 'a', fingerprints: { id: 'one' }, locations }])).map(({ location }) => location);

  it('is a finding in each of them, with a fingerprint of its own', async () => {
    const both = [a['locations'], b['locations']].flat();
    expect(await places(both)).toEqual([
      { path: 'tests/a.js', line: 1 },
      { path: 'src/b.js', line: 9 },
    ]);
    const all = await findings([{ ruleId: 'a', fingerprints: { id: 'one' }, locations: both }]);
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    // That of the first is the same whether or not there are others.
    const [alone] = await findings([{ ruleId: 'a', fingerprints: { id: 'one' }, locations: both.slice(0, 1) }]);
    expect(all[0]?.fingerprint).toBe(alone?.fingerprint);
  });

  it('is one finding for all its places in one file', async () => {
    expect(await places([a['locations'], placed('tests/a.js', 70)['locations']].flat())).toHaveLength(1);
  });
});

describe('where a result is', () => {
  const path = async (
    result: Record<string, unknown>,
    run: Record<string, unknown> = {},
  ): Promise<string | undefined> => (await findings([{ ruleId: 'a', ...result }], { run }))[0]?.location.path;

  test.each([
    ['as written', placed('src/a.js'), 'src/a.js'],
    ['decoded', placed('src/a%20b.js'), 'src/a b.js'],
    ['as written, when it cannot be decoded', placed('src/100%.js'), 'src/100%.js'],
    ['without file:', placed('file:///srv/a.js'), '/srv/a.js'],
    ['without file:, on Windows', placed('file:///C:/code/a.js'), 'C:/code/a.js'],
    ['by a relative base', placed('a.js', 1, { uriBaseId: 'SRC' }), 'src/a.js'],
    ['by a relative base of a relative base', placed('a.js', 1, { uriBaseId: 'APP' }), 'src/app/a.js'],
    ['without the place of the checkout', placed('a.js', 1, { uriBaseId: 'ROOT' }), 'a.js'],
    ['by a base that is not there', placed('a.js', 1, { uriBaseId: '__proto__' }), 'a.js'],
    ['by a base that is its own base', placed('a.js', 1, { uriBaseId: 'LOOP' }), `${'x/'.repeat(11)}a.js`],
    ['by the list of artifacts', { locations: [{ physicalLocation: { artifactLocation: { index: 1 } } }] }, 'lib/b.js'],
    [
      'by a name in the code',
      { locations: [{ logicalLocations: [{ fullyQualifiedName: 'shop.Cart.add' }] }] },
      'shop.Cart.add',
    ],
    ['by what was analysed', { analysisTarget: { uri: 'bin/shop' } }, 'bin/shop'],
    ['nowhere', { locations: [] }, '-'],
  ])('is told %s', async (_, result, expected) => {
    const originalUriBaseIds = {
      ROOT: { uri: 'file:///home/ci/work/' },
      SRC: { uri: 'src', uriBaseId: 'ROOT' },
      APP: { uri: 'app/', uriBaseId: 'SRC' },
      LOOP: { uri: 'x/', uriBaseId: 'LOOP' },
    };
    const artifacts = [{ location: { uri: 'a.js' } }, { location: { uri: 'lib/b.js' } }];
    expect(await path(result, { originalUriBaseIds, artifacts })).toBe(expected);
  });
});
