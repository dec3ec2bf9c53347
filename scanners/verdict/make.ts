import type { Coverage } from '../report.ts';
import type { Waiver } from '../policy/schema.ts';
import { endOf, timeText } from '../policy/waiver.ts';
import type { Predicate } from './predicate.ts';

/** What of a decision goes into a verdict: a `Decision` is one, and so is what is left of it after it was written as JSON and read again. */
export interface Decided {
  verdict: 'pass' | 'block' | 'invalid';
  /** Findings by severity. */
  counts: Readonly<Record<string, number>>;
  blocking: number;
  waivers: { used: readonly { waiver: Pick<Waiver, 'id' | 'fingerprint' | 'owner' | 'expires'> }[] };
  decidedBy: {
    /** ISO 8601. */
    at: string;
    policy: { digest: string };
    reports: readonly DecidedReport[];
    skipped: readonly { tool: string }[];
  };
}

interface DecidedReport {
  tool: string;
  scanner?: { name: string; version?: string | undefined } | undefined;
  /** `imageId`: digest of the config of the image that was scanned. */
  subject?: { imageId?: string | undefined } | undefined;
  coverage?: Coverage | Readonly<Record<string, number>> | undefined;
  findings?: number | undefined;
}

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
 * The predicate of what the gate decided. Throws RangeError when it is `invalid`: nothing was decided then, so there is nothing to sign.
 * Says nothing of single findings: what is signed for a public repository is public.
 */
export function predicateOf(decided: Decided, facts: RunFacts): Predicate {
  if (decided.verdict === 'invalid') throw new RangeError('An invalid verdict is not signed.');
  const { reports, policy, at, skipped } = decided.decidedBy;
  const configs = reports.flatMap(({ subject }) => subject?.imageId ?? []);
  return {
    verdict: decided.verdict,
    decidedAt: at,
    policy,
    tools: reports.map(({ tool, scanner, findings, coverage }) => ({
      tool,
      ...(scanner === undefined ? {} : scanner),
      ...(findings === undefined ? {} : { findings }),
      ...(coverage === undefined ? {} : { coverage: { ...coverage } }),
    })),
    skipped: skipped.map(({ tool }) => tool),
    counts: { ...decided.counts },
    blocking: decided.blocking,
    waiversUsed: decided.waivers.used.map(({ waiver }) => ({
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
