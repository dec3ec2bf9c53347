import { readStatement } from '../../../scanners/verdict/statement.ts';
import { PREDICATE_TYPE, type Predicate } from '../../../scanners/verdict/predicate.ts';
import { fail, type Details, type ReleaseError } from '../errors.ts';
import { shortImage } from '../pinned-image.ts';
import { quote } from '../quote.ts';
import type { GateAccepted } from '../release.ts';
import { checkContent } from './content.ts';
import { originOf, type Origin } from './origin.ts';
import { furthest, isRefusal, refuse, type Refusal } from './refusal.ts';
import { checkOrigin, checkRun, type Candidate, type GateRules } from './rules.ts';
import { verifyBundle, type Signed } from './signature.ts';

/** A verdict whose signature and origin are right. */
interface Genuine {
  predicate: Predicate;
  origin: Origin;
  at: Date;
}

/**
 * Decides by the bundles that are attached to an image whether it may be deployed. `configs`: digests of the configs behind the digest.
 * Of several verdicts that are genuine, the newest counts, whichever run it is of: an image that was judged again is no longer what it
 * was judged before. Of those of one moment each has to let it in. One that does must be of the candidate's run.
 * Throws a Gate… error for what came furthest when none is genuine, and for what is wrong with the newest.
 */
export function acceptVerdict(
  bundles: readonly string[],
  rules: GateRules,
  candidate: Candidate,
  { now, configs }: { now: Date; configs: readonly string[] },
): GateAccepted {
  const looked = bundles.flatMap((text) => look(text, rules, candidate) ?? []);
  const genuine = looked
    .filter((one): one is Genuine => !isRefusal(one))
    .toSorted((a, b) => b.at.getTime() - a.at.getTime());
  const [newest] = genuine;
  if (newest === undefined) {
    const refusal = furthest(looked.filter(isRefusal));
    throw refusal === undefined ? missing(candidate) : gateError(refusal, candidate);
  }
  const ofRun = genuine.find(({ origin }) => checkRun(origin, candidate) === undefined);
  const deciding = [...genuine.filter(({ at }) => at.getTime() === newest.at.getTime()), ofRun ?? newest];
  for (const { predicate, origin, at } of deciding) {
    const refusal = checkContent(predicate, rules, candidate, { now, at, configs });
    if (refusal === undefined) continue;
    throw gateError(checkRun(origin, candidate) === undefined ? refusal : ofOtherRun(refusal, origin), candidate);
  }
  const refusal = checkRun((ofRun ?? newest).origin, candidate);
  if (refusal !== undefined) throw gateError(refusal, candidate);
  return accepted(ofRun ?? newest);
}

/** Whoever looks into the run that is deployed would find nothing wrong there. */
function ofOtherRun({ code, why, details }: Refusal, { runId }: Origin): Refusal {
  const url = details['url'] === undefined ? {} : { url: `run ${runId}` };
  return refuse(code, `the newest is of run ${runId}, and ${why}`, { ...details, ...url });
}

/** undefined: a good signature on something that is no verdict, such as the provenance of a build. */
function look(text: string, rules: GateRules, candidate: Candidate): Genuine | Refusal | undefined {
  const signed = verifyBundle(text, rules.trust);
  if (isRefusal(signed)) return signed;
  const statement = readStatement(signed.payload);
  if ('problems' in statement) {
    return isOfOtherType(signed.payload)
      ? undefined
      : refuse('GateVerdictInvalid', `it is no verdict of this version: ${statement.problems.join('; ')}`);
  }
  const { subjects, predicate } = statement;
  const { digest, revision } = candidate;
  if (!subjects.includes(digest))
    return refuse('GateSubjectMismatch', `it is for ${subjects.join(', ') || 'no digest'}`, {
      subject: subjects.join(', '),
      digest,
      revision,
    });
  const origin = originOf(signed, predicate, rules.gate.signerWorkflow);
  if (isRefusal(origin)) return origin;
  return checkOrigin(origin, rules, candidate) ?? { predicate, origin, at: momentOf(signed, predicate) };
}

/** The earlier of when it was decided and when it was signed: a decision does not get younger by being signed again. */
function momentOf({ at }: Signed, { decidedAt }: Predicate): Date {
  return new Date(Math.min(Date.parse(decidedAt), at?.getTime() ?? Number.POSITIVE_INFINITY));
}

function isOfOtherType(payload: string): boolean {
  try {
    const { predicateType } = JSON.parse(payload) as { predicateType?: unknown };
    return typeof predicateType === 'string' && predicateType !== PREDICATE_TYPE;
  } catch {
    return false;
  }
}

function accepted({ predicate, origin, at }: Genuine): GateAccepted {
  return {
    state: 'accepted',
    signedBy: origin.signedBy,
    at: at.toISOString(),
    policy: predicate.policy.digest,
    tools: predicate.tools.map(({ tool, version }) => (version === undefined ? tool : `${tool} ${version}`)),
    ...(predicate.skipped === undefined ? {} : { skipped: predicate.skipped }),
    counts: predicate.counts,
    waivers: predicate.waiversUsed.map(({ id, expires }) => `${id} until ${expires}`),
  };
}

function missing({ image, digest, revision }: Candidate): ReleaseError {
  return fail('GateMissing', `${shortImage(`${image}@${digest}`)} has no verdict.`, { revision });
}

/** One sentence with the image, and all that the hint of its code may name. */
function gateError({ code, why, details }: Refusal, { image, digest, revision }: Candidate): ReleaseError {
  const named = Object.entries(details).map(([name, value]) => [
    name,
    typeof value === 'string' ? quote(value, LONGEST) : value,
  ]);
  return fail(code, `The verdict on ${shortImage(`${image}@${digest}`)} is not accepted: ${quote(why, LONGEST)}.`, {
    image,
    revision,
    ...(Object.fromEntries(named) as Details),
  });
}

/** Some of it comes from what anybody may have attached. */
const LONGEST = 500;
