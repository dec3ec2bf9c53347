import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { rawConfig } from '../../functions/core/testing/config.ts';
import { signedPayload, signedVerdict, testPredicate } from '../../functions/core/testing/verdict.ts';
import { startAuthority } from '../../sandbox/sigstore/authority.ts';
import { githubClaims } from '../../sandbox/sigstore/claims.ts';
import { readPolicy } from '../../scanners/policy/policy.ts';
import type { Predicate } from '../../scanners/verdict/predicate.ts';
import { statementOf } from '../../scanners/verdict/statement.ts';
import { inProcess } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const REVISION = '4f2c1aa9d0b84c3fa6de0c1f5b9a7e6d3c2b1a09';
const NAME = 'ghcr.io/acme/shop';
const DIGEST = `sha256:${'ab'.repeat(32)}`;
const POLICY = 'version: 1\n';
const policy = { digest: readPolicy('policy.yaml', POLICY).digest };
const policyFile = file('policy.yaml', POLICY);
const config = file('deploy.yaml', JSON.stringify(rawConfig()));

describe('hawser verdict verify --bundle', () => {
  it('lets in what the deploy function would let in, and says on what grounds: 0', async () => {
    const { status, value, text } = await verify(verdict());
    expect({ status, value }).toEqual({
      status: 0,
      value: {
        ok: true,
        summary: `${NAME}@${DIGEST} is let in.`,
        gate: {
          state: 'accepted',
          signedBy: expect.stringMatching(/^key sha256:[0-9a-f]{64}$/) as string,
          at: expect.any(String) as string,
          policy: policy.digest,
          tools: ['gitleaks 8.30.1', 'trivy 0.74.0'],
          counts: expect.objectContaining({ medium: 2 }) as object,
          waivers: ['CVE-2026-1000 until 2999-01-01'],
        },
      },
    });
    expect(text).toContain('gitleaks 8.30.1, trivy 0.74.0');
    expect(text).toContain('2 medium');
    expect(text).toContain('CVE-2026-1000 until 2999-01-01');
  });

  test.each<[string, Partial<Predicate>, string | undefined]>([
    ['those that did not run', { skipped: ['snyk', 'zap'] }, '  without    snyk, zap'],
    ['nothing where all ran', { skipped: [] }, undefined],
    ['nothing where the verdict does not tell', {}, undefined],
  ])('tells of the tools that the policy names %s', async (_, change, line) => {
    const { status, value, text } = await verify(verdict(change));
    expect(status).toBe(0);
    expect((value as { gate: { skipped?: string[] } }).gate.skipped).toEqual(change.skipped);
    expect(text.split('\n').find((one) => one.includes('without'))).toBe(line);
  });

  it('reads several, one on each line, and leaves alone what is no verdict', async () => {
    const provenance = signedPayload(JSON.stringify({ predicateType: 'https://slsa.dev/provenance/v1' }));
    expect(await verify(`${provenance}\n${verdict()}\n\n`)).toMatchObject({ status: 0 });
    expect(await verify(provenance)).toMatchObject({ status: 3, value: { code: 'GateMissing' } });
    expect(await verify('')).toMatchObject({ status: 3, value: { code: 'GateMissing' } });
  });

  test.each<[string, Partial<Predicate>, string]>([
    ['GateBlocked', { verdict: 'block', blocking: 1 }, 'block'],
    ['GatePolicyMismatch', { policy: { digest: `sha256:${'99'.repeat(32)}` } }, 'sha256:9999'],
    ['GateStale', { decidedAt: '2020-01-01T00:00:00Z' }, '2020'],
    ['GateWaiverExpired', { waiversUsed: [{ id: 'CVE-1', owner: 'ada', expires: '2020-01-01' }] }, 'ada'],
    ['GateRunnerMismatch', { workflow: { path: '.github/workflows/ci.yml', trigger: 'push', runner: 'mine' } }, 'mine'],
  ])('says %s on stdout, with what to do: 3', async (code, change, told) => {
    const { status, value, text, isError } = await verify(verdict(change));
    expect({ status, isError, value }).toEqual({
      status: 3,
      isError: false,
      value: { ok: false, code, summary: expect.stringContaining(told) as string, hint: expect.any(String) as string },
    });
    expect(text).toMatch(new RegExp(`^${code}: .*\n.+$`));
  });

  it('does not trust a key that the config does not name', async () => {
    const stranger = file('stranger.yaml', JSON.stringify({ ...rawConfig(), gate: {} }));
    expect(await verify(verdict(), { '--config': stranger })).toMatchObject({
      status: 3,
      value: { code: 'GateSignerUntrusted' },
    });
  });

  it('finds the authorities that the config trusts beside it, and takes the origin from their certificate', async () => {
    const authority = await startAuthority({ log: false });
    try {
      file('trusted-root.jsonl', `${authority.trustedRoot}\n`);
      const trusting = file(
        'private.yaml',
        JSON.stringify({ ...rawConfig(), gate: { trustedRoot: 'trusted-root.jsonl' } }),
      );
      const signed = (repositoryId: number): Promise<string> =>
        authority.sign(
          statementOf(NAME, DIGEST, predicate()),
          githubClaims({ repository: 'acme/shop', repositoryId, sha: REVISION, runId: 7 }),
        );
      expect(await verify(await signed(42), { '--config': trusting })).toMatchObject({
        status: 0,
        value: { gate: { signedBy: 'https://github.com/acme/shop/.github/workflows/ci.yml@refs/heads/main' } },
      });
      expect(await verify(await signed(43), { '--config': trusting })).toMatchObject({
        status: 3,
        value: { code: 'GateRepositoryMismatch', hint: expect.stringContaining('43') },
      });
      const lost = file('lost.yaml', JSON.stringify({ ...rawConfig(), gate: { trustedRoot: 'no.jsonl' } }));
      expect(await verify(verdict(), { '--config': lost })).toMatchObject({
        status: 2,
        value: { code: 'ConfigInvalid' },
      });
    } finally {
      await authority.stop();
    }
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a tag', { '--image': `${NAME}:1` }, /@sha256/],
    ['a short revision', { '--revision': REVISION.slice(0, 7) }, /full commit SHA/],
    ['a config that is not there', { '--config': join(folder, 'no.yaml') }, /no such file/],
    ['a policy that is not there', { '--policy': join(folder, 'no.yaml') }, /no such file/],
    ['a file of bundles that is not there', { '--bundle': join(folder, 'no.json') }, /no such file/],
  ])('refuses %s: 2', async (_, options, message) => {
    const ran = await verify(verdict(), options);
    expect(ran).toMatchObject({ status: 2, isError: true, text: expect.stringMatching(message) });
  });
});

function verify(bundles: string, options: Record<string, string> = {}): ReturnType<typeof inProcess> {
  const given = {
    '--image': `${NAME}@${DIGEST}`,
    '--revision': REVISION,
    '--bundle': file('bundles.jsonl', bundles),
    '--config': config,
    '--policy': policyFile,
    ...options,
  };
  return inProcess('verdict', 'verify', ...Object.entries(given).flat());
}

function verdict(change: Partial<Predicate> = {}): string {
  return signedVerdict(NAME, DIGEST, predicate(change));
}

function predicate(change: Partial<Predicate> = {}): Predicate {
  const waiversUsed = [{ id: 'CVE-2026-1000', owner: 'ada', expires: '2999-01-01' }];
  const facts = { revision: REVISION, run: 1, configs: [`sha256:${'c0'.repeat(32)}`] };
  return testPredicate(facts, { decidedAt: new Date().toISOString(), policy, waiversUsed, ...change });
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
