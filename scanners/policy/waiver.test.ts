import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import type { WaiverReport } from './decision.ts';
import { decide } from './decide.ts';
import { finding, judged, now, plain, policyOf, read, secret } from './testing/make.ts';
import type { Policy, PolicyInput } from './schema.ts';

type WaiverInput = NonNullable<PolicyInput['waivers']>[number];

const waiver: WaiverInput = { id: 'CVE-2026-1000', owner: 'ada', reason: 'not reachable', expires: '2026-12-01' };
const withWaivers = (one: Finding, ...waivers: WaiverInput[]) => judged([one], { waivers });
const high = finding({ aliases: ['GHSA-aaaa-bbbb-cccc'] });
const leak: WaiverInput = { owner: 'ada', reason: 'an example key', expires: '2026-12-01' };

// prettier-ignore
test.each<[string, Finding, Partial<WaiverInput>, boolean]>([
  ['its id', high, {}, true],
  ['its id in another case', high, { id: 'cve-2026-1000' }, true],
  ['an alias', high, { id: 'GHSA-aaaa-bbbb-cccc' }, true],
  ['a part of its id', high, { id: 'CVE-2026-100' }, false],
  ['the rule of a code finding', plain({ category: 'code', id: 'x:1', rule: 'js.eval' }), { id: 'js.eval' }, true],
  ['the package', high, { package: 'lodash' }, true],
  ['another package', high, { package: 'lodash-es' }, false],
  ['the package URL without version', high, { purl: 'pkg:npm/lodash' }, true],
  ['the package URL with its version', high, { purl: 'pkg:npm/lodash@4.17.20' }, true],
  ['the package URL with another version', high, { purl: 'pkg:npm/lodash@4.17.21' }, false],
  ['a package URL that the finding does not name', { ...high, purl: undefined as never }, { purl: 'pkg:npm/lodash' }, false],
  ['the path', high, { path: 'app/package-lock.json' }, true],
  ['a pattern of the path', high, { path: '**/*-lock.json' }, true],
  ['another path', high, { path: 'package-lock.json' }, false],
  ['the category', high, { category: 'vulnerability' }, true],
  ['another category', high, { category: 'code' }, false],
  ['the fingerprint', high, { fingerprint: high.fingerprint }, true],
  ['another fingerprint', high, { fingerprint: 'f'.repeat(64) }, false],
  ['the rule of a secret', secret, { id: 'github-pat' }, false],
  ['the id of a secret and its path', secret, { id: secret.id, path: 'src/a.ts' }, false],
  ['the fingerprint of a secret', secret, { id: undefined, fingerprint: secret.fingerprint }, true],
  ['the fingerprint of a secret and its rule', secret, { id: 'github-pat', fingerprint: secret.fingerprint }, true],
])('a waiver with %s', (_, one, fields, holds) => {
  const decision = withWaivers(one, { ...waiver, ...fields });
  expect(decision.verdict).toBe(holds ? 'pass' : 'block');
  expect(decision.waivers.used).toHaveLength(holds ? 1 : 0);
  expect(decision.waivers.unused).toHaveLength(holds ? 0 : 1);
});

it('names the owner, the end and the reason in what it lets pass', () => {
  expect(withWaivers(high, waiver).findings[0]?.outcome).toEqual({
    blocks: false,
    by: 'waiver',
    rule: 'waivers',
    why: 'ada waives it until 2026-12-01T00:00:00Z: not reachable.',
  });
});

describe('the end', () => {
  const at = (ms: number, expires: string) =>
    judged([high], { waivers: [{ ...waiver, expires }] }, { now: new Date(ms) });

  test.each([
    ['2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T10:00:00Z', '2026-12-01T10:00:00.000Z'],
    ['2026-12-01T10:00:00+02:00', '2026-12-01T08:00:00.000Z'],
    ['2026-12-01T10:00:00.250-05:30', '2026-12-01T15:30:00.250Z'],
  ])('%s is %s: a millisecond before it holds, at it it does not', (expires, instant) => {
    const end = Date.parse(instant);
    expect(at(end - 1, expires)).toMatchObject({ verdict: 'pass', waivers: { used: [{}], expired: [] } });
    for (const ms of [end, end + 1]) {
      const decision = at(ms, expires);
      expect(decision).toMatchObject({ verdict: 'block', waivers: { used: [], expired: [{}], unused: [] } });
      const text = instant.replace('.000Z', 'Z');
      expect(decision.reasons[0]).toContain(`The waiver of ada ended at ${text}.`);
      expect(decision.warnings).toEqual([expect.stringContaining(`ended at ${text} and no longer counts`)]);
    }
  });
});

describe('the beginning', () => {
  const at = (ms: number) =>
    judged([high], { waivers: [{ ...waiver, created: '2026-11-25T10:00:00Z' }] }, { now: new Date(ms) });
  const begin = Date.parse('2026-11-25T10:00:00Z');

  it('is the instant at which it was created: before it, it does not hold', () => {
    const decision = at(begin - 1);
    expect(decision).toMatchObject({ verdict: 'block', waivers: { used: [], unused: [{}] } });
    expect(decision.reasons[0]).toContain('The waiver of ada begins at 2026-11-25T10:00:00Z and does not count yet.');
    expect(decision.warnings).toContain(
      'The waiver of ada for CVE-2026-1000 begins at 2026-11-25T10:00:00Z and does not count yet.',
    );
    for (const ms of [begin, begin + 1])
      expect(at(ms)).toMatchObject({ verdict: 'pass', waivers: { used: [{}], unused: [] } });
  });

  it('is the same for an operating system without updates', () => {
    const os = { family: 'debian', name: '10', isEndOfLife: true };
    const own = { id: 'end-of-life:debian-10', owner: 'ada', reason: 'moving', expires: '2026-12-24' };
    const of = (created: string) =>
      decide({
        policy: policyOf({ eol: 'block', waivers: [{ ...own, created }] }),
        reports: [read('trivy', [], { os })],
        now,
      }).verdict;
    expect([of('2026-11-24'), of('2026-11-25')]).toEqual(['pass', 'block']);
  });
});

describe('a waiver that lasts too long', () => {
  // prettier-ignore
  test.each<[string, Finding['severity'], Partial<WaiverInput>, boolean]>([
    ['90 days for high', 'high', { created: '2026-11-01', expires: '2027-01-30' }, true],
    ['91 days for high', 'high', { created: '2026-11-01', expires: '2027-01-31' }, false],
    ['31 days for critical', 'critical', { created: '2026-11-01', expires: '2026-12-02' }, false],
    ['30 days for critical', 'critical', { created: '2026-11-01', expires: '2026-12-01' }, true],
    ['90 days from now', 'high', { expires: '2027-02-22T10:00:00Z' }, true],
    ['90 days and a millisecond from now', 'high', { expires: '2027-02-22T10:00:00.001Z' }, false],
    ['that says it was created in the future', 'high', { created: '2027-06-01', expires: '2027-07-01' }, false],
  ])('%s', (_, severity, fields, holds) => {
    const decision = withWaivers(finding({ severity }), { ...waiver, ...fields });
    expect(decision.verdict).toBe(holds ? 'pass' : 'block');
    expect(decision.waivers.tooLong).toHaveLength(holds ? 0 : 1);
    expect(decision.reasons.join('\n')).toMatch(holds ? /^$/ : /does not count: it lasts \d+ days, and waiverRules\.maxDays\.\w+ is \d+\.$/);
  });

  it('is reported though it fits nothing', () => {
    const decision = judged([], { waivers: [{ ...waiver, expires: '2030-01-01' }] });
    expect(decision.waivers).toMatchObject({ tooLong: [{}], unused: [{}] });
    expect(decision.verdict).toBe('pass');
  });

  it('counts for what it may last for, and not for the rest', () => {
    const findings = [finding({ severity: 'high' }), finding({ severity: 'critical', version: '1' })];
    const decision = judged(findings, { waivers: [{ ...waiver, created: '2026-11-01', expires: '2027-01-15' }] });
    expect(decision).toMatchObject({
      verdict: 'block',
      blocking: 1,
      waivers: { used: [{}], tooLong: [{}], unused: [] },
    });
  });
});

describe('what is reported of waivers', () => {
  const lists = (report: WaiverReport): Record<string, number> =>
    Object.fromEntries(Object.entries(report).map(([name, list]: [string, unknown[]]) => [name, list.length]));

  // prettier-ignore
  test.each<[string, Finding[], Partial<WaiverInput>, Record<string, number>]>([
    ['used', [high], { expires: '2027-01-01' }, { used: 1, expired: 0, unused: 0, tooLong: 0, endingSoon: 0 }],
    ['used and ending soon', [high], { expires: '2026-12-08T10:00:00Z' }, { used: 1, expired: 0, unused: 0, tooLong: 0, endingSoon: 1 }],
    ['not ending soon yet', [high], { expires: '2026-12-08T10:00:00.001Z' }, { used: 1, expired: 0, unused: 0, tooLong: 0, endingSoon: 0 }],
    ['fits nothing', [], { expires: '2027-01-01' }, { used: 0, expired: 0, unused: 1, tooLong: 0, endingSoon: 0 }],
    ['fits what does not block', [finding({ severity: 'low' })], { expires: '2027-01-01' }, { used: 0, expired: 0, unused: 1, tooLong: 0, endingSoon: 0 }],
    ['expired, whether it fits or not', [], { expires: '2026-11-24' }, { used: 0, expired: 1, unused: 0, tooLong: 0, endingSoon: 0 }],
  ])('%s', (_, findings, fields, expected) => {
    expect(lists(judged(findings, { waivers: [{ ...waiver, ...fields }] }).waivers)).toEqual(expected);
  });

  it('names the findings that it keeps from blocking', () => {
    const { used } = withWaivers(high, waiver).waivers;
    expect(used).toEqual([
      {
        waiver: waiver satisfies Partial<Policy['waivers'][number]>,
        findings: [high.fingerprint],
        note: 'The waiver of ada for CVE-2026-1000 keeps 1 finding from blocking.',
      },
    ]);
  });

  it('says to remove what is unused, but nothing of it while a report is missing', () => {
    const unused = { ...leak, id: 'github-pat' };
    expect(withWaivers(secret, unused).warnings).toEqual([
      'The waiver of ada for github-pat fits no finding: remove it.',
      expect.stringContaining('ends at 2026-12-01T00:00:00Z'),
    ]);
    const partly = judged([], { waivers: [unused], tools: { snyk: { optional: 'No token.' } } });
    expect(partly.waivers.unused).toEqual([]);
    expect(partly.warnings.join()).not.toContain('fits no finding');
    const part = judged([], { waivers: [unused] }, { isPart: true });
    expect(part.waivers.unused).toEqual([]);
  });
});
