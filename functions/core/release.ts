import type { Planned } from './diff/planned.ts';
import type { ErrorCode, Owner } from './errors.ts';
import type { HookStage } from './hooks/hook.ts';
import type { Manifest, Ref } from './kubernetes.ts';

/** The phases of a release in their order. Each is idempotent, and recorded as done before the next one starts. */
export const phaseNames = [
  'admit',
  'open',
  'lock',
  'gate',
  'wake',
  'readdress',
  'connect',
  'preflight',
  'render',
  'plan',
  'pull',
  'pre-deploy',
  'apply',
  'verify',
  'post-deploy',
  'prune',
  'rollback',
  'close',
] as const;
export type PhaseName = (typeof phaseNames)[number];

/** How a release ends. `rolled_back`: it failed and the last good release serves again. */
export type Outcome = 'succeeded' | 'planned' | 'rejected' | 'superseded' | 'failed' | 'rolled_back';

export type Trigger = 'workflow_run' | 'console' | 'schedule';

/** The workflow run that built the image. `number` grows with each run of a workflow; a re-run keeps id and number, with a new attempt. */
export interface WorkflowRun {
  id: number;
  number: number;
  attempt: number;
  createdAt: string;
  /** Its page. Only from GitHub itself, once it has confirmed the run: people follow it. */
  url?: string;
}

/** What is asked of the deploy function: the small message on the queue. Never the webhook's payload. */
export interface ReleaseRequest {
  version: 1;
  /** From `releaseId`: the same request always has the same id. */
  id: string;
  action: 'deploy' | 'rollback';
  environment: string;
  /** Full git SHA, 40 hex digits. */
  revision: string;
  trigger: Trigger;
  actor: string;
  /** ISO 8601. */
  requestedAt: string;
  /** As the webhook tells it; GitHub has to confirm it. */
  run?: Omit<WorkflowRun, 'url'>;
  /** X-GitHub-Delivery, for tracing. */
  delivery?: string;
  /** Why, in the words of the person who asks by hand. */
  reason?: string;
  /** For a rollback: the id of the release whose objects are applied again. */
  restores?: string;
  /** Stop before the first write to the cluster. */
  plan?: boolean;
  /** Deploy past the gate, if it does not accept the image. Only a person asks for that, with a name and a reason. */
  breakGlass?: boolean;
  /** How often it was queued again because time ran short. */
  resumed?: number;
}

/** What the gate said, and on what grounds. */
export type GateRecord = GateAccepted | GateBypassed;

export interface GateAccepted {
  state: 'accepted';
  /** The workflow that signed, as its certificate names it, or the id of the key. */
  signedBy: string;
  /** ISO 8601: the moment that counts for its age. */
  at: string;
  /** Digest of the policy that decided. */
  policy: string;
  /** `gitleaks 8.30.1`, in the order of the verdict. */
  tools: string[];
  /** Tools that the policy names and that had no report, as it allows. Not there where the verdict does not tell: it is an older one. */
  skipped?: string[];
  /** Findings by severity; none of them blocks. */
  counts: Record<string, number>;
  /** What passes only for a while: `CVE-2026-1234 until 2027-02-22`. */
  waivers: string[];
}

/** Somebody has broken the glass. */
export interface GateBypassed {
  state: 'bypassed';
  by: string;
  reason: string;
  /** What the gate would have said. */
  refusal: { code: ErrorCode; message: string };
}

/** The record of a release does not tell that the gate was asked. */
export interface GateUnknown {
  state: 'unknown';
}

export interface PhaseRecord {
  name: PhaseName;
  state: 'running' | 'done' | 'failed';
  startedAt: string;
  endedAt?: string;
  /** One line on what it did or waits for. */
  detail?: string;
}

export interface Failure {
  code: ErrorCode;
  owner: Owner;
  retryable: boolean;
  message: string;
  hint: string;
  docs: string;
  /** What it is about, e.g. `Deployment shop/shop` or `Pod shop/shop-7d4…`. */
  subject?: string;
  events: string[];
  logs: string[];
}

export interface Changes {
  created: number;
  configured: number;
  unchanged: number;
  pruned: number;
}

/** One Job of a hook that ran in a release, with the last lines that it wrote. */
export interface HookRun {
  stage: HookStage;
  /** `Job shop/migrate`. */
  object: string;
  state: 'succeeded' | 'failed';
  logs: string[];
}

/** The record of one release. Everything in it may be shown: no secret is ever put here. */
export interface Release {
  id: string;
  action: 'deploy' | 'rollback';
  environment: string;
  revision: string;
  trigger: Trigger;
  actor: string;
  state: 'open' | 'closed';
  outcome?: Outcome;
  openedAt: string;
  endedAt?: string;
  run?: WorkflowRun;
  reason?: string;
  /** Pinned: `name@sha256:…`. */
  image?: string;
  /** What the gate said of the image. */
  gate?: GateRecord;
  phases: PhaseRecord[];
  changes?: Changes;
  /** What the plan found, object by object; bounded and masked. */
  plan?: Planned;
  /** Jobs of hooks that ran. */
  hooks?: HookRun[];
  /** What a reader should know though it is no failure, a sentence each: what was not pruned, what a rollback leaves as it is. */
  notes?: string[];
  /** While the release is open: why it is being rolled back. */
  failure?: Failure;
  /** Public address of the node that it was deployed to, and the URL that answered. */
  address?: string;
  url?: string;
  /** For a rollback: the release whose objects were applied again. */
  restored?: string;
  /**
   * For a rollback by itself: what the gate had said of the image that is brought back, in short; `gate` is about the one that failed.
   * The whole, which may be long, is in the record of the release that is brought back.
   */
  restoredGate?:
    | Pick<GateAccepted, 'state' | 'signedBy' | 'at'>
    | Pick<GateBypassed, 'state' | 'by' | 'refusal'>
    | GateUnknown;
  /** The GitHub Deployment that shows this release. */
  githubDeployment?: number;
}

/** One object that differs from what the last good release applied. */
export interface Drift {
  ref: Ref;
  kind: 'missing' | 'changed';
  /** JSON-pointer-like paths with both values; Secret values are masked. */
  changes: { path: string; live: unknown; desired: unknown }[];
}

export interface DriftReport {
  environment: string;
  release: string;
  checkedAt: string;
  state: 'in-sync' | 'drifted' | 'asleep' | 'nothing-deployed';
  drift: Drift[];
}

/** The objects that a release applied, kept so that rollback and drift use exactly them. Holds no Secret of Hawser's own. */
export type AppliedObjects = Manifest[];
