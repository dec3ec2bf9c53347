import type { Details, ErrorCode } from '../errors.ts';

/** The codes that a verdict is refused with, in the order in which it is looked at: a later one means that it came further. */
const gateCodes = [
  'GateVerdictInvalid',
  'GateSignerUntrusted',
  'GateTimestampInvalid',
  'GateSignatureInvalid',
  'GateSubjectMismatch',
  'GateRepositoryMismatch',
  'GateWorkflowMismatch',
  'GateBranchMismatch',
  'GateTriggerMismatch',
  'GateRunnerMismatch',
  'GateCommitMismatch',
  'GateBlocked',
  'GateScanMismatch',
  'GatePolicyMismatch',
  'GateWaiverExpired',
  'GateStale',
  'GateRunMismatch',
] as const satisfies ErrorCode[];
type GateCode = (typeof gateCodes)[number];

/** Why a verdict does not let the image in. */
export interface Refusal {
  code: GateCode;
  /** The rest of a sentence that begins with the verdict: `it is for commit …`. */
  why: string;
  /** For the hint. */
  details: Details;
}

/** Whether a code says that the gate does not let an image in. */
export function isGateCode(code: ErrorCode): boolean {
  return code === 'GateMissing' || (gateCodes as readonly ErrorCode[]).includes(code);
}

/** A refusal; `details` are what the hint of its code names. */
export function refuse(code: GateCode, why: string, details: Details = {}): Refusal {
  return { code, why, details };
}

/** Tells a refusal from what was looked for. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value && 'why' in value;
}

/** The one that came furthest; the first of several. */
export function furthest(refusals: readonly Refusal[]): Refusal | undefined {
  return refusals.toSorted((a, b) => gateCodes.indexOf(b.code) - gateCodes.indexOf(a.code))[0];
}
