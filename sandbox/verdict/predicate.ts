import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicy } from '../../scanners/policy/policy.ts';
import { predicateOf, type Decided, type RunFacts } from '../../scanners/verdict/make.ts';
import type { Predicate } from '../../scanners/verdict/predicate.ts';
import type { Claims } from '../sigstore/claims.ts';

/** Says of each scanner that it did not really run. */
const VERSION = '0.0.0-sandbox';
const SCANNERS = ['gitleaks', 'semgrep', 'trivy'];
/** As in a run of CI without a token for it, which the policy allows. */
const SKIPPED = ['snyk'];

/**
 * The predicate of a verdict that lets an image in, made without a scan: the sandbox shows what becomes of a verdict, and `npm run scan`
 * has the real scanners. `config`: digest of the image's config, which a scanner would report as what it looked at. `claims`: of the job
 * that decides. `at`: when it does.
 */
export function unscanned(policyDigest: string, config: string, claims: Claims, at: Date): Predicate {
  const decided: Decided = {
    verdict: 'pass',
    counts: { critical: 0, high: 0, unknown: 0, medium: 0, low: 0, info: 0 },
    blocking: 0,
    waivers: { used: [] },
    decidedBy: {
      at: at.toISOString(),
      policy: { digest: policyDigest },
      reports: SCANNERS.map((tool) => ({
        tool,
        scanner: { name: tool, version: VERSION },
        ...(tool === 'trivy' ? { subject: { imageId: config } } : {}),
        findings: 0,
      })),
      skipped: SKIPPED.map((tool) => ({ tool })),
    },
  };
  return predicateOf(decided, factsOf(claims));
}

/** What a job finds in its environment, as the same run's token has it. */
function factsOf(claims: Claims): RunFacts {
  const { repository, repository_id: repositoryId, sha: commit, ref, event_name: trigger } = claims;
  return {
    repository,
    repositoryId,
    commit,
    ref,
    workflowPath: claims.workflow_ref.slice(`${repository}/`.length).replace(/@.*$/, ''),
    trigger,
    runner: claims.runner_environment,
    runId: claims.run_id,
    runAttempt: Number(claims.run_attempt),
  };
}

/** `sha256:…` of the policy that a checkout is deployed with. Throws PolicyInvalid. */
export function policyDigestOf(checkout: string): string {
  const file = join(checkout, 'scanners', 'policy.yaml');
  return readPolicy(file, readFileSync(file, 'utf8')).digest;
}
