import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { inProcess } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-gate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = (name: string): string =>
  join(import.meta.dirname, '..', '..', 'scanners', 'gitleaks', 'fixtures', `${name}.json`);
const lookedAt = file('looked-at.json', '{"gitleaks": {"commits": 12}}');
const gate = ['gate', '--tool', 'gitleaks', '--coverage', lookedAt];

describe('hawser gate', () => {
  it('passes clean reports: 0', async () => {
    expect(await inProcess(...gate, fixture('clean'), fixture('clean'))).toMatchObject({
      status: 0,
      value: {
        tool: 'gitleaks',
        findings: [],
        counts: { critical: 0, high: 0, medium: 0, low: 0, info: 0, unknown: 0 },
        verdict: 'pass',
        reasons: [],
      },
    });
  });

  it('calls a clean report invalid that nothing proves: 2', async () => {
    const [first, second] = [file('other-tool.json', '{"trivy": {"packages": 12}}'), file('nothing.json', 'null')];
    for (const words of [[fixture('clean')], ['--coverage', first, fixture('clean')], [second]])
      expect(await inProcess('gate', '--tool', 'gitleaks', ...words)).toMatchObject({
        status: 2,
        value: {
          verdict: 'invalid',
          reasons: [expect.stringMatching(/nothing shows that gitleaks looked at anything/)],
        },
      });
  });

  it('blocks on a secret: 3, and says where on stdout', async () => {
    expect(await inProcess(...gate, fixture('two-leaks'))).toMatchObject({
      status: 3,
      value: { verdict: 'block', counts: { unknown: 2 } },
    });
    const { isError, text } = await inProcess(...gate, fixture('two-leaks'));
    expect({ isError, text }).toEqual({
      isError: false,
      text: expect.stringMatching(/aws-access-token +config\.js:1/),
    });
  });

  test.each([
    ['one that is missing', join(folder, 'no.json'), /no\.json cannot be read: there is no such file/],
    ['a folder', folder, /it is a folder/],
    ['an empty one', '/dev/null', /is empty/],
    ['one of another tool', file('trivy.json', trivyReport('HIGH')), /trivy\.json /],
  ])('calls reports invalid with %s among them: 2', async (_, report, reason) => {
    const { status, value } = await inProcess(...gate, fixture('clean'), report);
    expect({ status, value }).toMatchObject({
      status: 2,
      value: { verdict: 'invalid', reasons: [expect.stringMatching(reason)] },
    });
  });

  it('shows no secret of a report that was not redacted, whole or cut off', async () => {
    const secret = `hunter2${folder.slice(-6)}`;
    const leak = {
      RuleID: 'generic-api-key',
      File: 'a.js',
      StartLine: 1,
      StartColumn: 1,
      Commit: '',
      Fingerprint: 'a.js:1',
    };
    const text = JSON.stringify([{ ...leak, Match: `key=${secret}`, Secret: secret, Message: secret }]);
    const [whole, cut] = [join(folder, 'whole.json'), join(folder, 'cut.json')];
    writeFileSync(whole, text);
    writeFileSync(cut, text.slice(0, -3));
    for (const [report, status] of [
      [whole, 3],
      [cut, 2],
    ] as const) {
      const ran = await inProcess(...gate, report);
      expect(ran.status).toBe(status);
      expect(JSON.stringify(ran)).not.toContain(secret);
    }
  });

  it('names the tools that it can read when it is asked for another', async () => {
    for (const words of [['--tool', 'nessus', 'a.json'], ['nessus=a.json']])
      expect(await inProcess('gate', ...words)).toMatchObject({
        status: 2,
        text: expect.stringMatching(/"nessus"; supported now: gitleaks, grype, osv, sarif, semgrep, snyk, trivy, zap/),
      });
  });

  it('needs a report, and to be told whose each is', async () => {
    expect(await inProcess(...gate)).toMatchObject({ status: 2, text: expect.stringContaining('REPORT… is missing') });
    expect(await inProcess('gate', 'a.json', 'trivy=b.json')).toMatchObject({
      status: 2,
      text: expect.stringContaining('a.json names no tool: write trivy=a.json, or give --tool'),
    });
  });

  it('gives one verdict on the reports of several tools', async () => {
    const reports = [
      '--coverage',
      lookedAt,
      `gitleaks=${fixture('clean')}`,
      `trivy=${file('low.json', trivyReport('LOW'))}`,
    ];
    expect(await inProcess('gate', ...reports)).toMatchObject({
      status: 0,
      value: { tool: 'gitleaks,trivy', verdict: 'pass', counts: { low: 1 } },
    });
    const blocking = file('high.json', trivyReport('HIGH'));
    expect(await inProcess('gate', ...reports, `trivy=${blocking}`)).toMatchObject({
      status: 3,
      value: {
        verdict: 'block',
        // The same one twice is one, and the worse word counts.
        findings: [{ id: 'CVE-2026-1000', package: 'left-pad', version: '1.0.0', fixedIn: '1.0.1', severity: 'high' }],
        reasons: [expect.stringContaining('CVE-2026-1000')],
      },
    });
    expect(await inProcess('gate', ...reports, `trivy=${blocking}`, 'snyk=/dev/null')).toMatchObject({
      status: 2,
      value: { verdict: 'invalid' },
    });
  });

  it('holds the reports to a policy, with what the runs are known to have covered', async () => {
    const policy = file('policy.yaml', 'version: 1\ntools:\n  gitleaks: { commits: 10 }\n');
    const report = `gitleaks=${fixture('clean')}`;
    expect(await inProcess('gate', '--policy', policy, report)).toMatchObject({
      status: 2,
      value: { reasons: [expect.stringMatching(/how many commits/)] },
    });
    const coverage = file('coverage.json', '{"gitleaks": {"commits": 12}}');
    expect(await inProcess('gate', '--policy', policy, '--coverage', coverage, report)).toMatchObject({ status: 0 });
    const wrong = file('wrong.json', '{"gitleaks": {"commits": -1, "lines": 3}}');
    expect(await inProcess('gate', '--coverage', wrong, report)).toMatchObject({
      status: 2,
      value: { problems: [expect.stringContaining('gitleaks.commits'), expect.stringContaining('lines')] },
    });
  });

  it('judges a part of the reports without asking for the others, by a policy that no verdict is signed for', async () => {
    const waiver = '{ id: CVE-1, owner: ada, reason: r, expires: 2999-01-01 }';
    const days = 'waiverRules: { maxDays: { critical: 999999 } }';
    const policy = file(
      'tools.yaml',
      `version: 1\ntools: { gitleaks: {}, trivy: {} }\n${days}\nwaivers: [${waiver}]\n`,
    );
    const words = ['gate', '--policy', policy, '--coverage', lookedAt];
    const [leaks, packages] = [`gitleaks=${fixture('clean')}`, `trivy=${file('part.json', trivyReport('LOW'))}`];
    expect(await inProcess(...words, leaks)).toMatchObject({
      status: 2,
      value: { reasons: [expect.stringContaining('no report of trivy')] },
    });
    const part = await inProcess(...words, '--part', leaks);
    expect(part).toMatchObject({ status: 0, value: { warnings: [], waivers: { unused: [] } } });
    const whole = await inProcess(...words, leaks, packages);
    expect(whole).toMatchObject({ status: 0, value: { waivers: { unused: [{}] } } });
    const digestOf = ({ value }: { value: unknown }): unknown =>
      (value as { decidedBy: { policy: { digest: string } } }).decidedBy.policy.digest;
    expect(digestOf(part)).not.toBe(digestOf(whole));
  });

  it('lets a waiver pass until it ends', async () => {
    const report = `trivy=${file('waived.json', trivyReport('HIGH'))}`;
    const waiver = (expires: Date): string =>
      file(
        'waivers.yaml',
        `version: 1\nwaivers:\n  - { id: CVE-2026-1000, owner: ada, reason: not reached, expires: ${expires.toISOString()} }\n`,
      );
    const policy = file('plain.yaml', 'version: 1\n');
    const soon = (ms: number): Date => new Date(Date.now() + ms);
    const judged = (ms: number) => inProcess('gate', '--policy', policy, '--waivers', waiver(soon(ms)), report);
    expect(await judged(86_400_000)).toMatchObject({
      status: 0,
      value: { findings: [{ outcome: { blocks: false, by: 'waiver' } }] },
    });
    expect(await judged(-1_000)).toMatchObject({ status: 3, value: { waivers: { expired: [{}] } } });
  });

  it('writes a baseline that only what is new gets past', async () => {
    const [old, more] = [file('old.json', trivyReport('HIGH')), file('more.json', trivyReport('HIGH', 'right-pad'))];
    const baseline = join(folder, 'baseline.json');
    const policy = file('new-only.yaml', 'version: 1\ncategories: { vulnerability: { newOnly: true } }\n');
    expect(await inProcess('gate', '--write-baseline', baseline, `trivy=${old}`)).toMatchObject({
      status: 2,
      text: expect.stringContaining('--commit'),
    });
    await inProcess('gate', '--write-baseline', baseline, '--commit', 'a'.repeat(40), `trivy=${old}`);
    const against = ['gate', '--policy', policy, '--baseline', baseline];
    expect(await inProcess(...against, `trivy=${old}`)).toMatchObject({ status: 0 });
    expect(await inProcess(...against, `trivy=${more}`)).toMatchObject({
      status: 3,
      value: { reasons: [expect.stringContaining('right-pad')] },
    });
  });

  it('writes what people and GitHub read', async () => {
    const report = `trivy=${file('read.json', trivyReport('CRITICAL'))}`;
    const [markdown, sarif] = [file('summary.md', '# Before\n'), join(folder, 'out.sarif')];
    const ran = await inProcess('gate', '--markdown', markdown, '--sarif', sarif, report);
    expect(ran).toMatchObject({ status: 3, text: expect.stringContaining('left-pad') });
    const summary = readFileSync(markdown, 'utf8');
    expect(summary).toMatch(/^# Before\n/);
    expect(summary).toContain('CVE-2026-1000');
    // Its own SARIF says the same when it is read again.
    expect(await inProcess('gate', '--tool', 'sarif', sarif)).toMatchObject({
      status: 3,
      value: { counts: { critical: 1 } },
    });
  });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function trivyReport(severity: string, name = 'left-pad'): string {
  const vulnerability = {
    VulnerabilityID: 'CVE-2026-1000',
    PkgName: name,
    InstalledVersion: '1.0.0',
    FixedVersion: '1.0.1',
    Status: 'fixed',
    Severity: severity,
  };
  const result = { Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', Vulnerabilities: [vulnerability] };
  return JSON.stringify({ SchemaVersion: 2, ArtifactName: '.', ArtifactType: 'filesystem', Results: [result] });
}
