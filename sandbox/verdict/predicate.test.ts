import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPolicy } from '../../scanners/policy/policy.ts';
import { Predicate } from '../../scanners/verdict/predicate.ts';
import { githubClaims } from '../sigstore/claims.ts';
import { policyDigestOf, unscanned } from './predicate.ts';

const repo = join(import.meta.dirname, '../..');
const [policy, config] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
const claims = githubClaims({ repository: 'acme/shop', repositoryId: 42, sha: 'c'.repeat(40), runId: 7, attempt: 2 });

test('a verdict of the sandbox is a verdict, and says of each scanner that it is not the real one', () => {
  const predicate = Predicate.parse(unscanned(policy, config, claims, new Date('2026-11-28T09:00:00Z')));
  expect(predicate).toMatchObject({
    verdict: 'pass',
    decidedAt: '2026-11-28T09:00:00.000Z',
    policy: { digest: policy },
    blocking: 0,
    image: { configs: [config] },
    source: { repository: 'acme/shop', repositoryId: '42', commit: claims.sha, ref: 'refs/heads/main' },
    workflow: { path: '.github/workflows/ci.yml', trigger: 'push', runner: 'github-hosted' },
    run: { id: '7', attempt: 2 },
  });
  expect(predicate.tools.map(({ tool, version }) => `${tool} ${version}`)).toEqual([
    'gitleaks 0.0.0-sandbox',
    'semgrep 0.0.0-sandbox',
    'trivy 0.0.0-sandbox',
  ]);
  expect(predicate.skipped).toEqual(['snyk']);
});

test('it has a report of each scanner that the policy asks for, and skips those that the policy can do without', () => {
  const { tools, skipped } = unscanned(policy, config, claims, new Date('2026-11-28T09:00:00Z'));
  const file = join(repo, 'scanners/policy.yaml');
  const wanted = Object.entries(readPolicy(file, readFileSync(file, 'utf8')).policy.tools);
  const named = (isOptional: boolean): string[] =>
    wanted.flatMap(([tool, { optional }]) => ((optional !== undefined) === isOptional ? [tool] : [])).toSorted();
  expect(tools.map(({ tool }) => tool).toSorted()).toEqual(named(false));
  expect(skipped).toEqual(named(true));
});

test("the policy's digest is that of the checkout's own file", () => {
  const text = readFileSync(join(repo, 'scanners/policy.yaml'), 'utf8');
  expect(policyDigestOf(repo)).toBe(readPolicy('scanners/policy.yaml', text).digest);
});
