import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { read, readText, type Report } from './testing/report.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
const load = (name: string): Report => JSON.parse(fixture(name));

async function reasonOf(report: unknown): Promise<string> {
  const parsed = await read(report);
  return parsed.valid ? `valid, with ${parsed.findings.length} findings` : parsed.reason;
}
const changed = (name: string, change: (report: Report) => unknown): unknown => {
  const report = load(name);
  return change(report) ?? report;
};

describe('what proves nothing', () => {
  const error = { ok: false, error: 'Unauthorized: token 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', path: 'services/api' };

  test.each<[string, unknown, RegExp]>([
    ['an error object', error, /^holds an error of snyk for services\/api: that was not tested$/],
    ['an error with a code', { ...error, code: 401 }, /^holds an error of snyk for services\/api \(code 401\): /],
    [
      'one error among projects',
      [...load('all-projects'), error],
      /^holds an error of snyk at \[3\] for services\/api: /,
    ],
    [
      'an error without text',
      [{ ok: false, error: '', path: 'main.tf' }],
      /^holds an error of snyk at \[0\] for main\.tf: /,
    ],
    [
      'an error of an application',
      changed('container', (one) => {
        one.applications.push(error);
      }),
      /error of snyk at applications\[1\]/,
    ],
    ['an error that is an object', { ok: false, error: { code: 1 }, path: 'a' }, /^holds an error of snyk for a: /],
    ['errors of the API', { jsonapi: { version: '1.0' }, errors: [] }, /^holds an error of snyk: that/],
    [
      'an address in place of a path',
      { ...error, path: 'https://user:hunter2@example.org/x' },
      /^holds an error of snyk: /,
    ],
    ['a project beside its error', { ...load('test'), error: 'late' }, /error of snyk/],
    ['not ok without a list', { ok: false, message: 'no', path: 'a' }, /error of snyk for a/],
    ['no project', [], /no project/],
    ['an empty object', {}, /: it has no vulnerabilities and no infrastructureAsCodeIssues$/],
    ['a list in a list', [[load('test')]], /: \[0\] is no object$/],
    ['a number among projects', [3], /: \[0\] is no object$/],
    ['a text', 'ok', /^is not a report of snyk: it is no object$/],
    ['null', null, /^is not a report of snyk: it is no object$/],
    [
      'ok with vulnerabilities',
      changed('test', (one) => {
        one.ok = true;
      }),
      /contradicts itself: it is ok/,
    ],
    [
      'a check that passed and is none',
      changed('iac', (files) => {
        files[1].infrastructureAsCodeSuccesses = [{}];
      }),
      /^has no \[1\]\.infrastructureAsCodeSuccesses\[0\]\.id$/,
    ],
    [
      'not ok without any',
      changed('all-projects', (all) => {
        all[0].ok = false;
      }),
      /contradicts itself: \[0\] is not ok/,
    ],
    [
      'ok that is no boolean',
      changed('test', (one) => {
        one.ok = 'false';
      }),
      /whether it is ok/,
    ],
    [
      'fewer than it counts',
      changed('test', (one) => {
        one.vulnerabilities.splice(2, 1);
        one.uniqueCount = 4;
      }),
      /uniqueCount of 4/,
    ],
    [
      'a finding taken out',
      changed('test', (one) => {
        one.vulnerabilities.splice(0, 2);
        one.filtered.ignore = [];
      }),
      /uniqueCount/,
    ],
    [
      'no dependencyCount',
      changed('all-projects', (all) => {
        delete all[0].dependencyCount;
      }),
      /\[0\] has no dependencyCount/,
    ],
    [
      'a negative dependencyCount',
      changed('test', (one) => {
        one.dependencyCount = -1;
      }),
      /no dependencyCount/,
    ],
    [
      'no dependency in any project',
      changed('all-projects', (all) => all.slice(2)),
      /dependencyCount of all of its projects is 0/,
    ],
    [
      'a threshold above high',
      changed('all-projects', (all) => {
        all[0].severityThreshold = 'critical';
      }),
      /nothing about severity high/,
    ],
    [
      'no vulnerabilities',
      changed('all-projects', (all) => {
        delete all[0].vulnerabilities;
      }),
      /\[0\] has no vulnerabilities/,
    ],
    [
      'vulnerabilities null',
      changed('test', (one) => {
        one.vulnerabilities = null;
      }),
      /vulnerabilities is no list/,
    ],
    [
      'a list that is not known',
      changed('test', (one) => {
        one.findings = [];
      }),
      /has a field findings that/,
    ],
    [
      'applications of applications',
      changed('container', (one) => {
        one.applications[0].applications = [];
      }),
      /cannot read/,
    ],
    ['unmanaged C', [{ issues: [], issuesData: {}, vulnerabilities: [], dependencyCount: 4 }], /--unmanaged/],
    [
      'a severity of another tool',
      changed('test', (one) => {
        one.vulnerabilities[0].severityWithCritical = 'moderate';
      }),
      /vulnerabilities\[0\] has a severity that snyk does not have/,
    ],
    [
      'no severity',
      changed('test', (one) => {
        delete one.vulnerabilities[2].severity;
        delete one.vulnerabilities[2].severityWithCritical;
      }),
      /^has no vulnerabilities\[2\]\.severity$/,
    ],
    [
      'no id',
      changed('test', (one) => {
        delete one.vulnerabilities[0].id;
      }),
      /^has no vulnerabilities\[0\]\.id$/,
    ],
    [
      'no package',
      changed('test', (one) => {
        delete one.vulnerabilities[0].name;
        delete one.vulnerabilities[0].packageName;
      }),
      /names no package/,
    ],
    [
      'an entry that is null',
      changed('test', (one) => {
        one.vulnerabilities[1] = null;
      }),
      /: vulnerabilities\[1\] is no object$/,
    ],
    ['SARIF without runs', { version: '2.1.0', runs: [] }, /no runs/],
    [
      'SARIF of another version',
      changed('code', (one) => {
        one.version = '2.0.0';
      }),
      /is not SARIF 2\.1\.0/,
    ],
    [
      'SARIF of Snyk Open Source',
      changed('code', (one) => {
        one.runs[0].tool.driver.name = 'Snyk Open Source';
      }),
      /--json/,
    ],
    [
      'SARIF without a tool',
      changed('code', (one) => {
        delete one.runs[0].tool;
      }),
      /does not name its tool/,
    ],
    [
      'SARIF without results',
      changed('code', (one) => {
        delete one.runs[0].results;
      }),
      /has no results/,
    ],
    [
      'SARIF that read nothing',
      changed('code', (one) => {
        Object.assign(one.runs[0], { results: [], properties: { coverage: [] } });
      }),
      /read no file/,
    ],
    [
      'SARIF without coverage',
      changed('code', (one) => {
        Object.assign(one.runs[0], { results: [], properties: {} });
      }),
      /no properties\.coverage/,
    ],
    ['SARIF and a project', { ...load('code'), ...load('test') }, /at once/],
    [
      'a level of another tool',
      changed('code', (one) => {
        one.runs[0].results[0].level = 'high';
      }),
      /a level that snyk does not have/,
    ],
    ['a report of gitleaks', [{ RuleID: 'a', Match: 'b', Secret: 'c' }], /no vulnerabilities/],
    ['a report of trivy', { SchemaVersion: 2, Results: [] }, /has a field Results/],
    ['a report of semgrep', { version: '1.170.0', results: [], errors: [] }, /cannot read/],
    ['a report of OSV-Scanner', { results: [], experimental_config: {} }, /has a field results/],
  ])('does not trust %s', async (_, report, reason) => {
    const text = await reasonOf(report);
    expect(text).toMatch(reason);
    expect(text).not.toMatch(/hunter2|0a1b2c3d/);
  });

  test.each([
    ['an empty file', '', /is empty/],
    ['a page', '<html>', /is not JSON/],
    ['two reports', `${fixture('iac')}${fixture('iac')}`, /more follows/],
    ['a key twice', '{"ok":true,"ok":true}', /twice/],
  ])('does not trust %s', async (_, text, reason) => {
    expect(await readText(text)).toEqual({ valid: false, reason: expect.stringMatching(reason) });
  });
});
