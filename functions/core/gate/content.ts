import type { Predicate } from '../../../scanners/verdict/predicate.ts';
import { instantOf } from '../../../scanners/policy/instant.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Candidate, GateRules } from './rules.ts';

/** Clocks of CI and of the function differ by no more. */
const SKEW_MS = 300_000;

/** What content is judged by, beside the rules. */
export interface Moment {
  now: Date;
  /** When it was decided, or signed if that was earlier. */
  at: Date;
  /** Digests of the configs of the images behind the digest: one, or one for each platform of an index. */
  configs: readonly string[];
}

/** What is wrong with a verdict whose origin is right, the first of it; undefined when nothing is. */
export function checkContent(
  predicate: Predicate,
  { policies, gate }: GateRules,
  { revision, run }: Candidate,
  { now, at, configs }: Moment,
): Refusal | undefined {
  const { verdict, blocking, policy, waiversUsed, image } = predicate;
  if (verdict !== 'pass' || blocking > 0) {
    const url = run?.url ?? 'the workflow run of the commit';
    return refuse('GateBlocked', `it says ${verdict}: ${blocking} findings block`, { url });
  }
  // A policy may do without a scan of the image; then nothing of it was scanned, not something else.
  const unscanned = image.configs.length === 0 ? [] : configs.filter((config) => !image.configs.includes(config));
  if (unscanned.length > 0)
    return refuse(
      'GateScanMismatch',
      `what was scanned is ${image.configs.join(', ')}, and ${unscanned.join(', ')} is in it`,
    );
  if (!policies.includes(policy.digest))
    return refuse('GatePolicyMismatch', `it was decided by the policy ${policy.digest}, which is not known here`, {
      found: policy.digest,
    });
  const ended = waiversUsed.find(({ expires }) => now.getTime() >= (instantOf(expires) ?? Number.NEGATIVE_INFINITY));
  if (ended !== undefined)
    return refuse(
      'GateWaiverExpired',
      `it rests on the waiver of ${ended.owner} for ${ended.id}, which ended at ${ended.expires}`,
      {
        waiver: ended.id,
        by: ended.owner,
      },
    );
  const age = now.getTime() - at.getTime();
  if (age < -SKEW_MS) return refuse('GateStale', `it is of ${at.toISOString()}, which is to come`, { revision });
  if (age > gate.maxAge)
    return refuse('GateStale', `it is of ${at.toISOString()}, older than ${gate.maxAge / 3_600_000} hours`, {
      revision,
    });
  return undefined;
}
