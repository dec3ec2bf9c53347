import type { Decision } from '../policy/decision.ts';
import { endOf, timeText } from '../policy/waiver.ts';
import type { Predicate } from './predicate.ts';

/** Where the image was made, from the run itself. Numbers of GitHub are text here: they outgrow a double. */
export interface RunFacts {
  /** `owner/name`. */
  repository: string;
  repositoryId: string;
  /** Full SHA. */
  commit: string;
  /** Such as `refs/heads/main`. */
  ref: string;
  /** `.github/workflows/ci.yml`. */
  workflowPath: string;
  /** The event: `push`. */
  trigger: string;
  /** `github-hosted` or `self-hosted`. */
  runner: string;
  runId: string;
  runAttempt: number;
}

/**
 * The predicate of what the gate decided. Throws when it is `invalid`: nothing was decided then, so there is nothing to sign.
 * Says nothing of single findings: what is signed for a public repository is public.
 */
export function predicateOf(decision: Decision, facts: RunFacts): Predicate {
  if (decision.verdict === 'invalid') throw new RangeError('An invalid verdict is not signed.');
  const { reports, policy, at } = decision.decidedBy;
  const configs = reports.flatMap(({ subject }) => subject?.imageId ?? []);
  return {
    verdict: decision.verdict,
    decidedAt: at,
    policy,
    tools: reports.map(({ tool, scanner, findings, coverage }) => ({
      tool,
      ...(scanner === undefined ? {} : scanner),
      ...(findings === undefined ? {} : { findings }),
      ...(coverage === undefined ? {} : { coverage: { ...coverage } }),
    })),
    counts: { ...decision.counts },
    blocking: decision.blocking,
    waiversUsed: decision.waivers.used.map(({ waiver }) => ({
      id: waiver.id ?? waiver.fingerprint ?? '',
      owner: waiver.owner,
      expires: timeText(endOf(waiver)),
    })),
    image: { configs: [...new Set(configs)] },
    source: {
      repository: facts.repository,
      repositoryId: facts.repositoryId,
      commit: facts.commit,
      ref: facts.ref,
    },
    workflow: { path: facts.workflowPath, trigger: facts.trigger, runner: facts.runner },
    run: { id: facts.runId, attempt: facts.runAttempt },
  };
}
