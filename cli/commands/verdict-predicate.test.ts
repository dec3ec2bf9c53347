import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { Predicate } from '../../scanners/verdict/predicate.ts';
import { inProcess } from '../testing/in-process.ts';
import { runEnv } from '../testing/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-predicate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CONFIG = `sha256:${'c0'.repeat(32)}`;
let passing: Record<string, unknown>;

beforeAll(async () => {
  passing = await judge(trivyReport());
});
beforeEach(() => {
  for (const [name, value] of Object.entries(runEnv)) vi.stubEnv(name, value);
});
afterEach(() => void vi.unstubAllEnvs());

describe('hawser verdict predicate', () => {
  it('prints what is signed of a verdict that passes, the same with and without --json', async () => {
    const { status, value, text } = await predicate(file('pass.json', passing));
    expect({ status, value }).toEqual({
      status: 0,
      value: {
        verdict: 'pass',
        decidedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        policy: { digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
        tools: [
          { tool: 'trivy', name: 'trivy', findings: 1, coverage: expect.objectContaining({ targets: 1 }) as object },
        ],
        skipped: [],
        counts: { critical: 0, high: 0, medium: 0, low: 1, info: 0, unknown: 0 },
        blocking: 0,
        waiversUsed: [],
        image: { configs: [CONFIG] },
        source: {
          repository: 'acme/shop',
          repositoryId: '123456789',
          commit: runEnv.GITHUB_SHA,
          ref: 'refs/heads/main',
        },
        workflow: { path: '.github/workflows/ci.yml', trigger: 'push', runner: 'github-hosted' },
        run: { id: '9876543210', attempt: 2 },
      },
    });
    expect(JSON.parse(text)).toEqual(value);
    expect(Predicate.safeParse(value).success).toBe(true);
  });

  it('names a waiver that was used, and no finding', async () => {
    const waivers = file(
      'waivers.yaml',
      'version: 1\nwaivers:\n  - { id: CVE-2026-1000, owner: ada, reason: not reached, expires: 2999-01-01 }\n',
    );
    const policy = file('policy.yaml', 'version: 1\nwaiverRules: { maxDays: { high: 999999 } }\n');
    const decision = await judge(trivyReport('HIGH'), '--policy', policy, '--waivers', waivers);
    const { status, value, text } = await predicate(file('waived.json', decision));
    expect({ status, value }).toMatchObject({
      status: 0,
      value: { waiversUsed: [{ id: 'CVE-2026-1000', owner: 'ada', expires: '2999-01-01T00:00:00Z' }] },
    });
    expect(text).not.toContain('left-pad');
  });

  it('names the tools that were skipped, as the policy allows, and not why', async () => {
    const tools = '{ trivy: {}, zap: { optional: No app. }, snyk: { optional: No token. } }';
    const policy = file('optional.yaml', `version: 1\ntools: ${tools}\n`);
    const decision = await judge(trivyReport(), '--policy', policy);
    const { status, value } = await predicate(file('skipped.json', decision));
    expect({ status, value }).toMatchObject({ status: 0, value: { skipped: ['snyk', 'zap'] } });
  });

  it('refuses a verdict that blocks, with its reasons and the run: 3, and prints nothing to stdout', async () => {
    const ran = await predicate(file('block.json', await judge(trivyReport('CRITICAL'))));
    expect(ran).toMatchObject({ status: 3, isError: true, value: { ok: false, code: 'GateBlocked' } });
    expect(ran.text).toContain('CVE-2026-1000');
    expect(ran.text).toContain('https://github.com/acme/shop/actions/runs/9876543210');
  });

  it('refuses one that is invalid, with its reasons: 2', async () => {
    expect(await predicate(file('invalid.json', await judge('{}')))).toMatchObject({
      status: 2,
      isError: true,
      value: { code: 'InputInvalid', problems: [expect.stringContaining('report.json')] },
    });
  });

  it('names every variable of the run that is missing', async () => {
    vi.stubEnv('GITHUB_SHA', undefined);
    vi.stubEnv('RUNNER_ENVIRONMENT', '');
    expect(await predicate(file('pass.json', passing))).toMatchObject({
      status: 2,
      value: { problems: ['GITHUB_SHA: is not set', 'RUNNER_ENVIRONMENT: is not set'] },
    });
  });

  test.each<[string, unknown, RegExp[]]>([
    [
      'something else',
      { ok: true },
      [/^verdict: /, /^counts: /, /^blocking: /, /^reasons: /, /^waivers: /, /^decidedBy: /],
    ],
    ['a list', [], [/^\(top\): /]],
    ['wrong values', () => ({ ...passing, blocking: -1, verdict: 'fine' }), [/^verdict: /, /^blocking: /]],
    [
      'values that no verdict may have',
      () => ({
        ...passing,
        decidedBy: { at: 'today', policy: { digest: 'none' }, reports: [], skipped: [{ tool: '' }] },
      }),
      [/^decidedAt: /, /^policy\.digest: /, /^tools: /, /^skipped\.0: /],
    ],
    [
      'no word on what was skipped',
      () => ({ ...passing, decidedBy: { ...(passing['decidedBy'] as object), skipped: undefined } }),
      [/^decidedBy\.skipped: /],
    ],
  ])('refuses a file with %s, all problems at once', async (_, content, problems) => {
    const json: unknown = typeof content === 'function' ? (content as () => unknown)() : content;
    expect(await predicate(file('wrong.json', json))).toMatchObject({
      status: 2,
      value: { code: 'InputInvalid', problems: problems.map((one) => expect.stringMatching(one) as string) },
    });
  });

  it('refuses a file that is not there or no JSON', async () => {
    expect(await predicate(join(folder, 'no.json'))).toMatchObject({
      status: 2,
      text: expect.stringMatching(/no such/),
    });
    const text = join(folder, 'text.json');
    writeFileSync(text, 'verdict: pass');
    expect(await predicate(text)).toMatchObject({ status: 2, text: expect.stringMatching(/is not JSON/) });
  });
});

function predicate(path: string): ReturnType<typeof inProcess> {
  return inProcess('verdict', 'predicate', '--gate', path);
}

/** What the gate itself says of the report. */
async function judge(report: string, ...options: string[]): Promise<Record<string, unknown>> {
  const path = join(folder, 'report.json');
  writeFileSync(path, report);
  const { value } = await inProcess('gate', ...options, `trivy=${path}`);
  return value as Record<string, unknown>;
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function trivyReport(severity = 'LOW'): string {
  const vulnerability = {
    VulnerabilityID: 'CVE-2026-1000',
    PkgName: 'left-pad',
    InstalledVersion: '1.0.0',
    FixedVersion: '1.0.1',
    Status: 'fixed',
    Severity: severity,
  };
  const result = { Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', Vulnerabilities: [vulnerability] };
  return JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: 'layout',
    ArtifactType: 'container_image',
    Metadata: { ImageID: CONFIG },
    Results: [result],
  });
}
