import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../finding.ts';
import { decide, type Decision } from '../policy/decide.ts';
import { finding, invalid, judged, now, plain as make, policyOf, read, secret } from '../policy/testing/make.ts';
import { parseReport, type Parsed } from '../report.ts';
import { sarif } from '../sarif/parse.ts';
import { nameOf } from './finding-text.ts';
import { securitySeverity } from './sarif-rule.ts';
import { sarifLog, type SarifOptions } from './sarif.ts';
import { example } from './testing/example.ts';
import { decision as hostile, leaked } from './testing/hostile.ts';
import { uriOf } from './uri.ts';

interface Log {
  version: string;
  runs: {
    tool: { driver: { name: string; version: string; rules: Rule[] } };
    invocations: {
      executionSuccessful: boolean;
      toolExecutionNotifications: { level: string; message: { text: string } }[];
    }[];
    results: Result[];
  }[];
}
interface Rule {
  id: string;
  shortDescription: { text: string };
  defaultConfiguration?: { level: string };
  properties: { tags: string[]; 'security-severity'?: string };
}
interface Result {
  ruleId: string;
  ruleIndex: number;
  level?: string;
  message: { text: string };
  locations: { physicalLocation: { artifactLocation: { uri: string }; region?: { startLine: number } } }[];
  partialFingerprints: Record<string, string>;
  suppressions?: { kind: string; justification: string }[];
}

function log(decision: Decision, include: SarifOptions['include'] = 'decided'): { text: string; run: Log['runs'][0] } {
  const text = sarifLog(decision, { version: '0.1.0', include });
  const { version, runs } = JSON.parse(text) as Log;
  expect(version).toBe('2.1.0');
  expect(runs.length).toBe(1);
  return { text, run: runs[0] as Log['runs'][0] };
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

function again(text: string): Promise<Parsed> {
  return parseReport(sarif, bytes(text));
}

describe('sarifLog', () => {
  it('has what blocks as results, and what a waiver lets pass as suppressed, with the waiver’s reason', () => {
    const { run } = log(example);
    expect(run.results.map(({ ruleId, level, suppressions }) => [ruleId, level, suppressions?.[0]?.kind])).toEqual([
      ['CVE-2026-1001', 'error', undefined],
      ['CVE-2026-2002', 'error', undefined],
      ['payment-api-key', 'error', undefined],
      ['CVE-2026-3003', 'error', 'external'],
    ]);
    expect(run.results[3]?.suppressions?.[0]?.justification).toBe(
      'ada@example.com waives it until 2026-12-04T00:00:00Z: The proxy before it refuses long headers. (waivers)',
    );
    expect(run.results[2]?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'src/pay.ts' },
          region: { startLine: 7, startColumn: 1, endLine: 7 },
        },
      },
    ]);
  });

  it('can have less, for GitHub, which shows what is suppressed as open; or all', () => {
    expect(log(example, 'blocking').run.results.length).toBe(3);
    const all = log(example, 'all').run.results;
    // What is below the threshold needs nobody's word.
    expect(all.map(({ ruleId, level, suppressions }) => [ruleId, level, suppressions?.length]).at(-1)).toEqual([
      'CVE-2026-4004',
      'warning',
      undefined,
    ]);
    expect(all.length).toBe(5);
  });

  it('names each finding by our fingerprint, also where GitHub looks for it', () => {
    const { run } = log(example);
    const [first] = example.findings;
    expect(run.results[0]?.partialFingerprints).toEqual({
      primaryLocationLineHash: first?.fingerprint,
      'hawser/v1': first?.fingerprint,
    });
  });

  it.each([
    ['critical', 9.8, '9.8'],
    ['critical', undefined, '9.5'],
    ['critical', 7.5, '9.5'],
    ['high', 8.96, '8.9'],
    ['high', 9.8, '8.0'],
    ['medium', 4, '4.0'],
    ['low', 0.05, '2.0'],
    ['low', 3.9, '3.9'],
    ['info', undefined, '0.0'],
    ['unknown', 9.8, undefined],
  ] as const)('rates %s with the score %s as %s', (severity, score, expected) => {
    expect(securitySeverity(severity, score)).toBe(expected);
  });

  it('gives each rating of a rule a rule, since GitHub rates rules', () => {
    const both = [
      finding({ severity: 'high', package: 'a', purl: 'pkg:npm/a@1' }),
      finding({ severity: 'critical', package: 'b', purl: 'pkg:npm/b@1' }),
    ];
    const { run } = log(judged(both));
    expect(run.tool.driver.rules.map(({ id, properties }) => [id, properties['security-severity']])).toEqual([
      ['CVE-2026-1000', '9.5'],
      ['CVE-2026-1000/high', '8.0'],
    ]);
    expect(run.results.map(({ ruleId }) => ruleId)).toEqual(['CVE-2026-1000', 'CVE-2026-1000/high']);
  });

  it('of an invalid verdict is a run that failed, so that nobody takes it for a scan', async () => {
    const decision = decide({ policy: policyOf(), reports: [invalid('trivy'), read('gitleaks', [secret])], now });
    const { text, run } = log(decision);
    expect(run.invocations[0]?.executionSuccessful).toBe(false);
    expect(run.invocations[0]?.toolExecutionNotifications[0]?.message.text).toContain('is cut off');
    expect(await again(text)).toMatchObject({ valid: false });
  });

  it('has images whose system is out of support', () => {
    const os = { family: 'debian', name: '10', isEndOfLife: true };
    const report = read('trivy', [], { os, subject: { name: 'shop:1' } });
    const { run } = log(decide({ policy: policyOf({ eol: 'block' }), reports: [report], now }));
    expect(run.results.map(({ ruleId, level }) => [ruleId, level])).toEqual([['end-of-life:debian-10', 'error']]);
  });

  it.each([
    ['src/a b.ts', 'src/a%20b.ts'],
    ['/usr/lib/x', 'usr/lib/x'],
    ['../../etc/passwd', 'etc/passwd'],
    ['a/./b//c', 'a/b/c'],
    ['C:\\x\\y', 'C%3A/x/y'],
    ['https://ada:pw@shop.example/login?token=x#y', '***%40shop.example/login'],
    ['javascript:alert(1)', 'javascript%3Aalert(1)'],
    ['shop:1 (debian 12.5)', 'shop%3A1%20(debian%2012.5)'],
    ['', '-'],
    ['\ud800', '%EF%BF%BD'],
  ])('places %j at %j', (path, uri) => {
    expect(uriOf(path)).toBe(uri);
  });

  it('keeps within GitHub’s limits, what blocks first, and says what is left out', () => {
    const many = Array.from({ length: 30_000 }, (_, at) =>
      make({
        category: 'code',
        severity: at % 3 === 0 ? 'high' : 'medium',
        rule: `rule-${at}`,
        title: `${at} ${'é'.repeat(200)}`,
        location: { path: `${'x'.repeat(150)}/${at}`, line: 1 },
      }),
    );
    const { text, run } = log(judged(many), 'all');
    expect(Buffer.byteLength(text)).toBeLessThan(10_000_000);
    expect(gzipSync(text).length).toBeLessThan(10_000_000);
    expect(run.results.length).toBeLessThanOrEqual(25_000);
    expect(run.tool.driver.rules.length).toBeLessThanOrEqual(25_000);
    const blocking = run.results.filter(({ level }) => level === 'error').length;
    expect(blocking).toBe(Math.min(10_000, run.results.length));
    const said = run.invocations[0]?.toolExecutionNotifications[0]?.message.text ?? '';
    const left = (30_000 - run.results.length).toLocaleString('en-GB');
    const leftBlocking = (10_000 - blocking).toLocaleString('en-GB');
    expect(said).toBe(`${left} results (${leftBlocking} of what blocks) are left out: GitHub takes no larger file.`);
  });

  it('takes 25,000 short results and no more', () => {
    const many = Array.from({ length: 25_010 }, (_, at) =>
      make({ category: 'code', rule: 'r', location: { path: `${at}` }, fingerprint: `${at}` }),
    );
    const { run } = log(judged(many));
    expect(run.results.length).toBeGreaterThan(10_000);
    expect(run.results.length).toBeLessThanOrEqual(25_000);
  });

  it('lets no text of others be a link, a way out of the repository or a control character', () => {
    fc.assert(
      fc.property(hostile, (decision) => {
        const { text, run } = log(decision, 'all');
        expect(text).not.toContain(leaked);
        expect(run.results.length).toBe(decision.findings.length + decision.endOfLife.length);
        const ids = run.tool.driver.rules.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { ruleId, ruleIndex, message, locations, suppressions } of run.results) {
          expect(ids[ruleIndex]).toBe(ruleId);
          const told = [message.text, ...(suppressions ?? []).map((one) => one.justification)];
          for (const said of told) expect(said).not.toMatch(/\]\(/);
          for (const said of [ruleId, ...told]) {
            expect(said).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
            expect(said).not.toBe('');
          }
          for (const { physicalLocation } of locations) {
            expect(physicalLocation.artifactLocation.uri).toMatch(/^(?!\/)(?:[\w.~!*'()-]|%[0-9A-F]{2}|\/)+$/);
            expect(physicalLocation.artifactLocation.uri.split('/')).not.toContain('..');
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('read back as SARIF', () => {
  const rating = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', info: 'info' } as const;

  it('has the same findings, categories, places and severities', async () => {
    const all: Finding[] = [
      ...(['critical', 'high', 'medium', 'low', 'info'] as const).map((severity, at) =>
        finding({ severity, id: `CVE-2026-${2000 + at}`, rule: 'x', package: `p${at}`, purl: `pkg:npm/p${at}@1` }),
      ),
      finding({ severity: 'unknown', id: 'CVE-2026-3000', package: 'q', purl: 'pkg:npm/q@1' }),
      secret,
      make({ category: 'code', rule: 'no-eval', location: { path: 'src/ä b.ts', line: 9 } }),
      make({ category: 'misconfiguration', rule: 'DS-0002', location: { path: 'Dockerfile', line: 1 } }),
      make({ category: 'licence', id: 'GPL-3.0', rule: 'GPL-3.0', package: 'x' }),
    ];
    const decision = judged(all);
    const back = await again(log(decision, 'all').text);
    expect(back.valid).toBe(true);
    const seen = back.valid ? back.findings : [];
    const told = seen.map(({ rule, category, severity, location }) => ({ rule, category, severity, location }));
    expect(told).toEqual(
      decision.findings.map((one) => ({
        rule: nameOf(one),
        category: one.category,
        // What nobody rates and blocks all the same is an error, which GitHub counts as high.
        severity: one.severity === 'unknown' ? (one.outcome.blocks ? 'high' : 'unknown') : rating[one.severity],
        location: one.location,
      })),
    );
  });

  it('keeps what is waived suppressed, with the reason', async () => {
    const back = await again(log(example).text);
    const suppressed = back.valid ? back.findings.filter((one) => one.suppressed !== undefined) : [];
    expect(suppressed.map(({ rule, suppressed: told }) => [rule, told?.reason])).toEqual([
      ['CVE-2026-3003', expect.stringContaining('ada@example.com waives it until')],
    ]);
  });

  it('is valid whenever the verdict is, and loses nothing, whatever the findings say', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (decision) => {
        const back = await again(log(decision, 'all').text);
        expect(back.valid).toBe(decision.verdict !== 'invalid');
        if (!back.valid) return;
        expect(back.findings.length).toBe(decision.findings.length + decision.endOfLife.length);
      }),
      { numRuns: 200 },
    );
  });
});
