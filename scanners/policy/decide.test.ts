import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { decide, type DecideInput, type Read } from './decide.ts';
import type { Outcome } from './decision.ts';
import { finding, invalid, judged, now, plain, policyOf, read, secret } from './testing/make.ts';
import type { PolicyInput } from './schema.ts';

type Fields = Omit<PolicyInput, 'version'>;

const unfixed = finding({ fixState: 'none' });

// prettier-ignore
const rules: [string, Finding, Fields, boolean, Outcome['by']][] = [
  ['a secret blocks though it has no severity', secret, {}, true, 'secret'],
  ['a secret blocks though it is low', { ...secret, severity: 'low' }, {}, true, 'secret'],
  ['a critical vulnerability', finding({ severity: 'critical' }), {}, true, 'threshold'],
  ['a high one', finding(), {}, true, 'threshold'],
  ['a medium one', finding({ severity: 'medium' }), {}, false, 'belowThreshold'],
  ['an info one', finding({ severity: 'info' }), {}, false, 'belowThreshold'],
  ['one without severity', finding({ severity: 'unknown' }), {}, false, 'unrated'],
  ['one without severity, unknown: block', finding({ severity: 'unknown' }), { categories: { vulnerability: { unknown: 'block' } } }, true, 'unknown'],
  ['one without severity, block: any', finding({ severity: 'unknown' }), { categories: { vulnerability: { block: 'any' } } }, true, 'threshold'],
  ['one without severity, block: info', finding({ severity: 'unknown' }), { categories: { vulnerability: { block: 'info' } } }, false, 'unrated'],
  ['an info one, block: info', finding({ severity: 'info' }), { categories: { vulnerability: { block: 'info' } } }, true, 'threshold'],
  ['a critical one, block: never', finding({ severity: 'critical' }), { categories: { vulnerability: { block: 'never' } } }, false, 'belowThreshold'],
  ['code that is high', plain({ category: 'code' }), {}, true, 'threshold'],
  ['code that is high, block: critical', plain({ category: 'code' }), { categories: { code: { block: 'critical' } } }, false, 'belowThreshold'],
  ['a misconfiguration that is high', plain({ category: 'misconfiguration' }), {}, true, 'threshold'],
  ['a licence that is high', plain({ category: 'licence' }), {}, true, 'threshold'],
  ['a web finding that is medium', plain({ category: 'web', severity: 'medium' }), {}, false, 'belowThreshold'],
  ['a high one without fix', unfixed, {}, true, 'threshold'],
  ['a high one without fix, unfixed: critical', unfixed, { categories: { vulnerability: { unfixed: 'critical' } } }, false, 'unfixed'],
  ['a critical one without fix, unfixed: critical', finding({ severity: 'critical', fixState: 'never' }), { categories: { vulnerability: { unfixed: 'critical' } } }, true, 'threshold'],
  ['a high one of which no fix is known either way, unfixed: never', finding(), { categories: { vulnerability: { unfixed: 'never' } } }, true, 'threshold'],
  ['a high one with a fixed version, unfixed: never', finding({ fixState: 'none', fixedIn: '5' }), { categories: { vulnerability: { unfixed: 'never' } } }, true, 'threshold'],
  ['one without severity and fix, unknown: block, unfixed: never', finding({ severity: 'unknown', fixState: 'none' }), { categories: { vulnerability: { unknown: 'block', unfixed: 'never' } } }, false, 'unrated'],
  ['a medium one without fix, unfixed: critical', finding({ severity: 'medium', fixState: 'none' }), { categories: { vulnerability: { unfixed: 'critical' } } }, false, 'belowThreshold'],
  ['code that its comment suppresses', plain({ category: 'code', suppressed: { by: 'nosemgrep', inSource: true } }), {}, false, 'suppressed'],
  ['code that something outside of it suppresses', plain({ category: 'code', suppressed: { by: 'a service' } }), {}, true, 'threshold'],
  ['the same, suppressions: honour', plain({ category: 'code', suppressed: { by: 'a service' } }), { categories: { code: { suppressions: 'honour' } } }, false, 'suppressed'],
  ['a misconfiguration of an ignore file', plain({ category: 'misconfiguration', suppressed: { by: '.trivyignore' } }), {}, true, 'threshold'],
  ['a vulnerability that a comment suppresses', finding({ suppressed: { by: 'a comment', inSource: true } }), {}, true, 'threshold'],
  ['the same, suppressions: inSource', finding({ suppressed: { by: 'a comment', inSource: true } }), { categories: { vulnerability: { suppressions: 'inSource' } } }, false, 'suppressed'],
  ['code that its comment suppresses, suppressions: refuse', plain({ category: 'code', suppressed: { by: 'nosemgrep', inSource: true } }), { categories: { code: { suppressions: 'refuse' } } }, true, 'threshold'],
  ['a suppressed vulnerability', finding({ suppressed: { by: '.trivyignore' } }), {}, true, 'threshold'],
  ['a suppressed vulnerability, suppressions: honour', finding({ suppressed: { by: '.trivyignore' } }), { categories: { vulnerability: { suppressions: 'honour' } } }, false, 'suppressed'],
  ['a suppressed secret', { ...secret, suppressed: { by: 'gitleaks:allow' } }, {}, true, 'secret'],
];

test.each(rules)('%s', (_, one, fields, blocks, by) => {
  const { findings, verdict, reasons, blocking } = judged([one], fields);
  expect(findings[0]?.outcome).toMatchObject({ blocks, by });
  expect({ verdict, reasons: reasons.length, blocking }).toEqual(
    blocks ? { verdict: 'block', reasons: 1, blocking: 1 } : { verdict: 'pass', reasons: 0, blocking: 0 },
  );
});

describe('the reason', () => {
  test.each([
    [secret, 'Any secret blocks: github-pat in src/a.ts:3.'],
    [
      { ...secret, location: { path: 'old.ts', line: 9, commit: '0a1b2c3d4e5f67890a1b2c3d4e5f67890a1b2c3d' } },
      'Any secret blocks: github-pat in old.ts:9 of commit 0a1b2c3d4e5f.',
    ],
    [
      finding({ fixedIn: '4.17.21' }),
      'CVE-2026-1000 (high: trivy) in lodash 4.17.20 at app/package-lock.json blocks by categories.vulnerability.block: high; fixed in 4.17.21.',
    ],
    [
      finding({ fixState: 'never' }),
      'CVE-2026-1000 (high: trivy) in lodash 4.17.20 at app/package-lock.json blocks by categories.vulnerability.block: high; its makers will not fix it.',
    ],
    [plain({ category: 'code' }), 'rule-1 (high: trivy) in src/a.ts:3 blocks by categories.code.block: high.'],
    [
      plain({ category: 'misconfiguration', rule: 'DS-0002', title: 'Runs as root' }),
      'DS-0002 “Runs as root” (high: trivy) in src/a.ts:3 blocks by categories.misconfiguration.block: high.',
    ],
    [
      plain({ category: 'code', rule: 'a\n\u001b[31mb' }),
      'a [31mb (high: trivy) in src/a.ts:3 blocks by categories.code.block: high.',
    ],
  ])('says what, where, how bad, the fix and the setting', (one, reason) => {
    expect(judged([one]).reasons).toEqual([reason]);
  });

  it('says that a suppression does not count', () => {
    expect(judged([finding({ suppressed: { by: '.trivyignore', reason: 'later' } })]).reasons[0]).toMatch(
      /blocks by .*\. trivy was told not to count it \(\.trivyignore: later\), which does not count \(categories\.vulnerability\.suppressions: refuse\)\.$/,
    );
  });
});

describe('invalid', () => {
  it('is what one report makes of all, even when another blocks', () => {
    const reports = [read('trivy', [finding()]), invalid('semgrep')];
    expect(decide({ policy: policyOf(), reports, now })).toMatchObject({
      verdict: 'invalid',
      reasons: ['semgrep.json is cut off.', expect.stringMatching(/^CVE-2026-1000/)],
    });
  });

  it('is no report at all', () => {
    expect(decide({ policy: policyOf(), reports: [], now })).toMatchObject({
      verdict: 'invalid',
      reasons: ['There is no report.'],
    });
  });

  const covered = (coverage: object) => read('trivy', [], { coverage });
  // prettier-ignore
  test.each([
    ['a tool that is not there', { trivy: {} }, [read('semgrep')], 'There is no report of trivy; the policy expects 1 (tools.trivy.reports).'],
    ['one report of two', { trivy: { reports: 2 } }, [read('trivy')], 'There is 1 report of trivy; the policy expects 2 (tools.trivy.reports).'],
    ['too little looked at', { trivy: { packages: 5 } }, [covered({ packages: 4 })], 'The reports of trivy (trivy.json) prove 4 packages; the policy expects 5 (tools.trivy.packages).'],
    ['nothing known of it', { trivy: { packages: 1 } }, [covered({ files: 9 })], 'The reports of trivy (trivy.json) do not tell how many packages were looked at; the policy expects 1 (tools.trivy.packages).'],
    ['an optional tool whose report is invalid', { snyk: { optional: 'No token.' } }, [invalid('snyk', 'is an error report of snyk')], 'snyk.json is an error report of snyk.'],
    ['what the report says, whatever the run says', { trivy: { packages: 1 } }, [{ ...covered({ packages: 0 }), coverage: { packages: 9 } }], 'The reports of trivy (trivy.json) prove 0 packages; the policy expects 1 (tools.trivy.packages).'],
  ])('is %s', (_, tools, reports, reason) => {
    expect(decide({ policy: policyOf({ tools }), reports, now })).toMatchObject({ verdict: 'invalid', reasons: [reason] });
  });

  test.each([
    [5, {}, undefined],
    [6, {}, 'semgrep scanned 6 files in part or not at all; the policy bears 5 (tools.semgrep.unscanned).'],
    [
      1,
      { unscanned: 0 },
      'semgrep scanned 1 file in part or not at all; the policy bears 0 (tools.semgrep.unscanned).',
    ],
    [40, { unscanned: 40 }, undefined],
  ])('is %j files that were not scanned, where the policy says %j: %j', (unscanned, semgrep, reason) => {
    const parts = [unscanned - 1, 1].map((part) => read('semgrep', [], { coverage: { files: 9, unscanned: part } }));
    const reasons = reason === undefined ? [] : [reason];
    for (const tools of [{ semgrep }, ...(Object.keys(semgrep).length === 0 ? [{}] : [])])
      expect(decide({ policy: policyOf({ tools }), reports: parts, now }).reasons).toEqual(reasons);
  });

  it('is not enough coverage of two reports together', () => {
    const reports = [covered({ packages: 3 }), { ...covered({ packages: 2 }), name: 'b.json' }];
    expect(decide({ policy: policyOf({ tools: { trivy: { packages: 5 } } }), reports, now }).verdict).toBe('pass');
    expect(decide({ policy: policyOf({ tools: { trivy: { packages: 6 } } }), reports, now }).verdict).toBe('invalid');
  });

  it('is not what the run of the scanner proves where the report says nothing', () => {
    const reports = [{ ...read('gitleaks', [], { coverage: {} }), coverage: { commits: 12 } }];
    const decision = decide({ policy: policyOf({ tools: { gitleaks: { commits: 12 } } }), reports, now });
    expect(decision.verdict).toBe('pass');
    expect(decision.decidedBy.reports).toEqual([
      { tool: 'gitleaks', name: 'gitleaks.json', valid: true, coverage: { commits: 12 }, findings: 0 },
    ]);
  });

  test.each([
    ['no number at all', {}, undefined],
    ['a number that is 0', { rules: 0 }, undefined],
    ['a run that looked at nothing', {}, { commits: 0 }],
  ])('is a report without findings that has %s, whatever the policy expects', (_, coverage, ofRun) => {
    const reports = [{ ...read('gitleaks', [], { coverage }), ...(ofRun === undefined ? {} : { coverage: ofRun }) }];
    const reason =
      'gitleaks.json has no finding, and nothing shows that gitleaks looked at anything: tell it with --coverage.';
    expect(decide({ policy: policyOf(), reports, now })).toMatchObject({ verdict: 'invalid', reasons: [reason] });
    // One that is fine says nothing of it.
    expect(decide({ policy: policyOf(), reports: [...reports, read('trivy')], now }).reasons).toEqual([reason]);
  });

  test.each([
    ['a finding', [finding({ severity: 'low' })], {}, undefined],
    ['what its report tells', [], { files: 1 }, undefined],
    ['what its run is known to have covered', [], {}, { commits: 1 }],
  ])('is no report that proves something by %s', (_, findings, coverage, ofRun) => {
    const reports = [
      { ...read('gitleaks', findings, { coverage }), ...(ofRun === undefined ? {} : { coverage: ofRun }) },
    ];
    expect(decide({ policy: policyOf(), reports, now }).verdict).toBe('pass');
  });

  it('is not an optional tool that is not there; the reason for it is shown', () => {
    const policy = policyOf({ tools: { snyk: { optional: 'No token\non forks.', projects: 1 } } });
    const decision = decide({ policy, reports: [read('trivy')], now });
    expect(decision.verdict).toBe('pass');
    expect(decision.decidedBy.skipped).toEqual([{ tool: 'snyk', why: 'No token on forks.' }]);
    expect(decision.warnings).toEqual([
      'There is no report of snyk, so nothing is known of what it would find: No token on forks.',
    ]);
  });

  const two = { zap: { optional: 'No app.' }, snyk: { optional: 'No token.' } };
  // prettier-ignore
  test.each<[string, PolicyInput['tools'], Read[], Partial<DecideInput>, string[]]>([
    ['several, by name', two, [read('trivy')], {}, ['snyk', 'zap']],
    ['the one that has no report', two, [read('trivy'), read('zap')], {}, ['snyk']],
    ['none that has a report, however many it should have', { snyk: { optional: 'No token.', reports: 2 } }, [read('snyk')], {}, []],
    ['none whose report is invalid', { snyk: { optional: 'No token.' } }, [invalid('snyk')], {}, []],
    ['none that must have a report', { snyk: {} }, [read('trivy')], {}, []],
    ['what is skipped, where the verdict is invalid too', { ...two, trivy: {} }, [read('zap')], {}, ['snyk']],
    ['nothing that the policy does not name', {}, [read('trivy')], {}, []],
    ['what is skipped in a part of the reports', two, [read('trivy')], { isPart: true }, ['snyk', 'zap']],
  ])('tells what was skipped: %s', (_, tools, reports, rest, skipped) => {
    const { decidedBy, warnings } = decide({ policy: policyOf({ tools }), reports, now, ...rest });
    expect(decidedBy.skipped.map(({ tool }) => tool)).toEqual(skipped);
    expect(warnings.filter((text) => text.startsWith('There is no report of'))).toHaveLength(skipped.length);
  });
});

describe('an operating system without updates', () => {
  const os = { family: 'debian', name: '10', isEndOfLife: true };
  const reports = [read('trivy', [], { os, subject: { name: 'shop:1' } })];
  const waiver = { id: 'end-of-life:debian-10', owner: 'ada', reason: 'moving', expires: '2026-12-24' };

  it('is told, or blocks, as the policy has it', () => {
    expect(decide({ policy: policyOf(), reports, now })).toMatchObject({
      verdict: 'pass',
      warnings: [expect.stringContaining('debian-10, says trivy) gets no more updates')],
      endOfLife: [{ id: 'end-of-life:debian-10', outcome: { blocks: false, by: 'eol', rule: 'eol: warn' } }],
    });
    expect(decide({ policy: policyOf({ eol: 'block' }), reports, now })).toMatchObject({
      verdict: 'block',
      reasons: [
        'The operating system of shop:1 (debian-10, says trivy) gets no more updates, which blocks by eol: block. Build on a base image that is still maintained.',
      ],
    });
    const fresh = [read('trivy', [], { os: { ...os, isEndOfLife: false } })];
    expect(decide({ policy: policyOf({ eol: 'block' }), reports: fresh, now })).toMatchObject({
      verdict: 'pass',
      endOfLife: [],
    });
  });

  it('is waived by its id, and counts as no finding', () => {
    const decision = decide({ policy: policyOf({ eol: 'block', waivers: [waiver] }), reports, now });
    expect(decision).toMatchObject({ verdict: 'pass', findings: [], waivers: { used: [{ waiver }], unused: [] } });
    const late = decide({
      policy: policyOf({ eol: 'block', waivers: [{ ...waiver, expires: '2026-11-24' }] }),
      reports,
      now,
    });
    expect(late.reasons[0]).toMatch(/The waiver of ada ended at 2026-11-24T00:00:00Z\.$/);
  });
});

it('names all that decided', () => {
  const decision = judged([finding({ severity: 'low' })]);
  expect(decision.decidedBy).toEqual({
    at: '2026-11-24T10:00:00.000Z',
    policy: { digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
    reports: [{ tool: 'trivy', name: 'trivy.json', valid: true, coverage: { targets: 1 }, findings: 1 }],
    skipped: [],
  });
});

it('reports what has no severity, what is suppressed, and what scanners warn of', () => {
  const findings = ['1', '2'].map((id) => finding({ id, severity: 'unknown' }));
  const hidden = plain({ category: 'code', suppressed: { by: 'nosemgrep', inSource: true } });
  const reports = [read('trivy', [...findings, hidden], { warnings: ['One layer was skipped.'] })];
  expect(decide({ policy: policyOf(), reports, now }).warnings).toEqual([
    'trivy.json: One layer was skipped.',
    '2 findings have (1, 2) no severity from any tool and do not block (categories.vulnerability.unknown: warn).',
    '1 finding does not block because the tool was told not to count it (categories.code.suppressions: inSource).',
  ]);
});
