import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { damagesOf } from '../sarif/testing/damage.ts';
import { holdsForAll } from '../sarif/testing/laws.ts';
import { read, stops } from '../sarif/testing/reading.ts';
import { zap } from './parse.ts';

type Members = Record<string, unknown>;
const text = readFileSync(join(import.meta.dirname, 'fixtures/baseline.json'), 'utf8');
const baseline = JSON.parse(text) as Members;

const instance = { uri: 'https://shop.example/a', method: 'GET', param: '' };
const alert = {
  pluginid: '40018',
  alertRef: '40018',
  alert: 'SQL Injection',
  riskcode: '3',
  confidence: '2',
  instances: [instance],
};
const site = (...alerts: unknown[]): Members => ({
  '@name': 'https://shop.example',
  '@host': 'shop.example',
  '@port': '443',
  '@ssl': 'true',
  alerts,
});
const report = (sites: unknown, more: Members = {}): Members => ({
  '@programName': 'ZAP',
  '@version': '2.17.0',
  '@generated': 'x',
  site: sites,
  ...more,
});
const findings = async (value: unknown): Promise<Finding[]> => {
  const parsed = await read(zap, value);
  if (!parsed.valid) throw new Error(parsed.reason);
  return parsed.findings;
};

describe('zap', () => {
  it('reads traditional-json, one finding for each address, method and parameter', async () => {
    const parsed = await read(zap, text);
    expect(parsed).toMatchObject({
      valid: true,
      scan: {
        coverage: { targets: 2 },
        scanner: { name: 'ZAP', version: '2.17.0' },
        createdAt: '2026-11-24T10:20:30.123Z',
        warnings: ['ZAP doubts its own scan (insights). Percentage of network failures: 40.'],
      },
    });
    expect(parsed.valid && parsed.findings.map((one) => [one.id, one.rule, one.severity, one.location.path])).toEqual([
      ['40018-1', '40018', 'high', 'https://shop.example/orders'],
      ['40018-1', '40018', 'high', 'https://shop.example/cart'],
      ['10109', '10109', 'info', 'https://shop.example'],
      ['10038-1', '10038', 'medium', 'https://shop.example/'],
    ]);
    expect(parsed.valid && parsed.findings.map(({ suppressed }) => suppressed !== undefined)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(parsed.valid && parsed.findings[0]).toMatchObject({ category: 'web', title: 'SQL Injection' });
  });

  it('shows nothing of requests, answers and addresses that may be secret', async () => {
    expect(text).toContain('s3cr3t');
    expect(JSON.stringify(await read(zap, text))).not.toContain('s3cr3t');
  });

  it('reads what older versions wrote', async () => {
    const old = { '@version': '2.9.0', '@generated': 'Fri, 5 Feb 2021 10:11:12' };
    expect(await read(zap, { ...old, site: [site(alert)] })).toMatchObject({
      valid: true,
      scan: { subject: { name: 'https://shop.example' } },
    });
    expect(await findings({ ...old, site: site(alert) })).toHaveLength(1);
  });

  it('reads numbers that are no texts, and plus reports', async () => {
    const numbers = { ...alert, pluginid: 40_018, riskcode: 3, confidence: 2 };
    const more = {
      statistics: { 'stats.x': 1 },
      sequences: [],
      afPlanErrors: [],
      afPlanWarns: ['a', 'b'],
      stoppingInsight: null,
    };
    const parsed = await read(zap, report([{ ...site(numbers), statistics: {} }], more));
    expect(parsed).toMatchObject({ valid: true, scan: { warnings: [expect.stringMatching(/afPlanWarns/)] } });
    expect(parsed.valid && parsed.findings.map(({ rule, severity }) => [rule, severity])).toEqual([['40018', 'high']]);
  });

  it('takes a site without alerts for clean', async () => {
    expect(await read(zap, report([site()]))).toMatchObject({
      valid: true,
      findings: [],
      scan: { coverage: { targets: 1 } },
    });
  });

  test.each([
    ['no site', report([]), /has no site/],
    ['sites that are null', report(null), /site is no object/],
    ['a site without a name', report([{ alerts: [] }]), /a site without a name/],
    ['a site without alerts', report([{ '@name': 'https://shop.example' }]), /without a list of alerts/],
    ['a scan that was stopped', report([site()], { stoppingInsight: { key: 'insight.memory' } }), /stopped early/],
    ['a plan with errors', report([site()], { afPlanErrors: ['job spider failed'] }), /afPlanErrors/],
    ['another program', report([site()], { '@programName': 'Burp' }), /not a report of ZAP/],
    ['a report without a version', { '@programName': 'ZAP', site: [site()] }, /not a report of ZAP/],
    ['a report without any name', { '@version': '2.17.0', site: [site()] }, /not a report of ZAP/],
    ['a misspelt list', report([{ ...site(), alert: [alert] }]), /a field site\[0\]\.alert that/],
    ['a risk that is none', report([site({ ...alert, riskcode: '4' })]), /riskcode/],
    ['an alert without a risk', report([site({ pluginid: '1' })]), /riskcode/],
    ['an alert without a plugin', report([site({ riskcode: '3' })]), /pluginid/],
    ['a confidence that is none', report([site({ ...alert, confidence: '5' })]), /confidence/],
    ['an instance without an address', report([site({ ...alert, instances: [{ method: 'GET' }] })]), /uri/],
    ['a SARIF log', { version: '2.1.0', runs: [] }, /a field runs/],
    ['a list', [], /it is no object/],
    ['an empty object', {}, /not a report of ZAP/],
  ])('does not trust %s', async (_, value, reason) => {
    expect(await read(zap, value)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });
});

describe('findings of ZAP', () => {
  const fingerprints = async (...alerts: unknown[]): Promise<string[]> =>
    (await findings(report([site(...alerts)]))).map((one) => one.fingerprint);

  test.each([
    ['path', { instances: [{ ...instance, uri: 'https://shop.example/b' }] }],
    ['host', { instances: [{ ...instance, uri: 'https://cdn.example/a' }] }],
    ['method', { instances: [{ ...instance, method: 'POST' }] }],
    ['parameter', { instances: [{ ...instance, param: 'id' }] }],
    ['case of the plugin', { alertRef: '40018-2' }],
    ['risk', { riskcode: '1' }],
  ])('differ by %s', async (_, change) => {
    expect(new Set(await fingerprints(alert, { ...alert, ...change })).size).toBe(2);
  });

  it.each(['?id=1', '#top', '?token=abc#x', ';jsessionid=12AB'])('do not differ by %s', async (rest) => {
    const other = { ...alert, instances: [{ ...instance, uri: `${instance.uri}${rest}` }] };
    expect(await fingerprints(other)).toEqual(await fingerprints(alert));
  });

  it('that no plugin raised differ by their title', async () => {
    const manual = { ...alert, pluginid: '-1', alertRef: '', alert: 'Admin page without login' };
    const other = { ...manual, alert: 'Price can be changed' };
    const found = await findings(report([site(manual, other)]));
    expect(found.map(({ id, rule }) => [id, rule])).toEqual([
      ['-1: Admin page without login', '-1'],
      ['-1: Price can be changed', '-1'],
    ]);
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    const { alert: _, ...untitled } = manual;
    expect((await findings(report([site(untitled)]))).map(({ id }) => id)).toEqual(['-1']);
  });

  it('are where the alert itself says, when it was not merged with others of its kind', async () => {
    const { instances: _, ...alone } = alert;
    const at = (uri: string): Members => ({ ...alone, uri, method: 'POST', param: 'id' });
    const found = await findings(report([site(at('https://shop.example/a?id=1'), at('https://shop.example/b'))]));
    expect(found.map(({ location }) => location.path)).toEqual(['https://shop.example/a', 'https://shop.example/b']);
    const merged = { ...alone, instances: [{ uri: 'https://shop.example/b', method: 'POST', param: 'id' }] };
    expect(await fingerprints(merged)).toEqual([found[1]?.fingerprint]);
  });

  it('are not hidden by one that somebody marked as false', async () => {
    const refuted = { ...alert, confidence: '0' };
    for (const alerts of [
      [refuted, alert],
      [alert, refuted],
    ]) {
      const found = await findings(report([site(...alerts)]));
      expect(found.map(({ suppressed }) => suppressed)).toEqual([undefined]);
    }
  });
});

describe('whatever is done to a report of ZAP', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const instances = fc.array(
    fc.record({
      uri: fc.webUrl({ withQueryParameters: true }),
      method: fc.constantFrom('GET', 'POST'),
      param: word,
      evidence: word,
    }),
    { maxLength: 3 },
  );
  const alerts = fc.record({
    pluginid: fc.nat({ max: 99_999 }).map(String),
    alertRef: fc.nat({ max: 99_999 }).map(String),
    alert: word,
    riskcode: fc.constantFrom('0', '1', '2', '3'),
    confidence: fc.constantFrom('0', '1', '2', '3', '4'),
    instances,
  });
  const reports = fc
    .array(fc.array(alerts, { maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((sites) => report(sites.map((all) => site(...all))));

  holdsForAll(zap, reports);

  it('an alert that blocks never disappears', async () => {
    for (const { what, report: damaged } of damagesOf(baseline))
      expect([what, stops(await read(zap, damaged))]).toEqual([what, true]);
    await fc.assert(
      fc.asyncProperty(reports, fc.nat(), async (value, pick) => {
        const whole = report([...(value['site'] as unknown[]), site(alert)]);
        const all = [...damagesOf(whole)];
        expect(stops(await read(zap, all[pick % all.length]?.report))).toBe(true);
      }),
    );
  });

  it('anything else that is JSON is not valid', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await read(zap, value)).toMatchObject({ valid: false });
      }),
    );
  });
});
