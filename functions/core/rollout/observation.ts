import type { Details, ErrorCode } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import { textAt } from './field.ts';
import type { Trouble } from './look.ts';

/** What is known about one workload's rollout at one moment. The lists may hold objects of others: only its own count. */
export interface Observation {
  /** The workload: a Deployment, StatefulSet, DaemonSet, ReplicaSet or Job, or a Pod that stands alone. */
  workload: Manifest;
  replicaSets: readonly Manifest[];
  pods: readonly Manifest[];
  events: readonly Manifest[];
  /** ControllerRevisions: they tell which pods of a DaemonSet are new. */
  revisions?: readonly Manifest[];
  /** Pods, of whatever workload, are on their way out or went a moment ago: what they held is about to be free. */
  isRoomComing?: boolean;
  /** All nodes, and the pods of all namespaces, where they are known: what is short, and by how much. */
  nodes?: readonly Manifest[];
  allPods?: readonly Manifest[];
  now: Date;
  /** When this rollout began. What is older says nothing about it. */
  startedAt: Date;
}

export type Verdict =
  | { state: 'ready' }
  /** Nothing will happen until somebody acts, and the release did not ask for it: `note` says what and why, without the subject. */
  | { state: 'skipped'; note: string }
  /** `waitsFor` is one line for people: `1 of 1 pods not ready: container app is starting`. */
  | { state: 'progressing'; waitsFor: string }
  | FailedVerdict;

export interface FailedVerdict {
  state: 'failed';
  code: ErrorCode;
  /** One sentence with the subject and the cause. */
  message: string;
  subject: string;
  details: Details;
}

/** The rules of one kind of workload. All are pure and never throw, whatever the objects hold. */
export interface Rollout {
  /** Whether its status has an observedGeneration that the controller keeps. */
  hasGeneration: boolean;
  /** The pods of the revision that is rolled out and that are to stay, newest first. Older ones say nothing about it. */
  newPods(observation: Observation): Manifest[];
  /** The end of it, unless it still goes on. */
  settled(observation: Observation): { state: 'ready' } | { state: 'skipped'; note: string } | undefined;
  /** What keeps it from getting ready, its new pods' own troubles aside. */
  troubles(observation: Observation): Trouble[];
  /** The trouble of a new pod as this kind takes it. */
  ofPod?(trouble: Trouble): Trouble;
  /** Whether the controller gave up, in this rollout. */
  hasGivenUp?(observation: Observation): boolean;
  waitsFor(observation: Observation, trouble: Trouble | undefined): string;
}

/** The verdict that this trouble ends the rollout with. */
export function verdictOf({ code, what, subject, details }: Trouble): FailedVerdict {
  return { state: 'failed', code, message: `${subject}: ${what}.`, subject, details };
}

/** How kubectl names the object, for hints. */
export function placeOf(object: Manifest): { namespace: string; object: string } {
  const kind = textAt(object, 'kind').toLowerCase();
  return {
    namespace: textAt(object, 'metadata', 'namespace') || 'default',
    object: `${kind}/${textAt(object, 'metadata', 'name')}`,
  };
}
