import { conditionOf } from './event.ts';
import type { Details, ErrorCode } from '../errors.ts';
import { at, numberAt, textAt, timeAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { clockToleranceMs, oneLine, subjectOf, type ContainerView, type Trouble } from './look.ts';
import { containersOf, troublesOf } from './trouble.ts';

/** What is known about one Deployment's rollout at one moment. The lists may hold objects of others: only its own count. */
export interface Observation {
  deployment: Manifest;
  replicaSets: readonly Manifest[];
  pods: readonly Manifest[];
  events: readonly Manifest[];
  now: Date;
  /** When this rollout began. What is older says nothing about it. */
  startedAt: Date;
}

export type Verdict =
  | { state: 'ready' }
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

/** Quota of pods that are going is given back a moment later. */
const quotaGraceMs = 15_000;

/** The objects whose rollout is to be watched. */
export function workloads(objects: readonly Manifest[]): Manifest[] {
  return objects.filter(({ apiVersion, kind }) => kind === 'Deployment' && apiVersion.startsWith('apps/'));
}

/**
 * Whether the Deployment's rollout is done, goes on, or cannot succeed. It is done when the controller has seen the last
 * generation, all pods are of the new revision and available, and none of an older one is left. Known dooms end it at once;
 * what may pass by itself is waited on. Pure, and never throws whatever the objects hold.
 */
export function judge(observation: Observation): Verdict {
  const { deployment } = observation;
  const generation = numberAt(deployment, 0, 'metadata', 'generation');
  if (numberAt(deployment, 0, 'status', 'observedGeneration') < generation) {
    return { state: 'progressing', waitsFor: 'the Deployment controller has not seen the change yet' };
  }
  if (isComplete(deployment)) return { state: 'ready' };

  const trouble = troubles(observation)[0];
  if (trouble?.isFinal === true) return verdictOf(trouble);
  if (hasExceededDeadline(observation)) return verdictOf(trouble ?? outOfTime(observation));
  if (at(deployment, 'spec', 'paused') === true) return { state: 'progressing', waitsFor: 'the Deployment is paused' };
  return { state: 'progressing', waitsFor: waitsFor(observation, trouble) };
}

/** The trouble that a rollout out of time failed with: what it waited on, or that nothing is known. */
export function verdictAtDeadline(observation: Observation): FailedVerdict {
  return verdictOf(troubles(observation)[0] ?? outOfTime(observation));
}

/** The ReplicaSet of the present revision: owned by this Deployment (by UID) and with its revision number. */
export function newReplicaSet({ deployment, replicaSets }: Observation): Manifest | undefined {
  const revisionOf = (object: Manifest): string =>
    textAt(object, 'metadata', 'annotations', 'deployment.kubernetes.io/revision');
  return replicaSets.find((one) => isOwnedBy(one, deployment) && revisionOf(one) === revisionOf(deployment));
}

/** The pods of the new ReplicaSet that are to stay, newest first. Pods of older revisions say nothing about the new one. */
export function newPods(observation: Observation): Manifest[] {
  const replicaSet = newReplicaSet(observation);
  if (replicaSet === undefined) return [];
  const hash = textAt(replicaSet, 'metadata', 'labels', 'pod-template-hash');
  return observation.pods
    .filter((pod) => isOwnedBy(pod, replicaSet) && at(pod, 'metadata', 'deletionTimestamp') === undefined)
    .filter((pod) => hash === '' || textAt(pod, 'metadata', 'labels', 'pod-template-hash') === hash)
    .sort(
      (a, b) => (timeAt(b, 'metadata', 'creationTimestamp') ?? 0) - (timeAt(a, 'metadata', 'creationTimestamp') ?? 0),
    );
}

function isOwnedBy(object: Manifest, owner: Manifest): boolean {
  const uid = textAt(owner, 'metadata', 'uid');
  const owners = at(object, 'metadata', 'ownerReferences');
  return uid !== '' && Array.isArray(owners) && owners.some((one) => textAt(one, 'uid') === uid);
}

/** The rule of `kubectl rollout status`, and that enough are available. */
function isComplete(deployment: Manifest): boolean {
  const wanted = numberAt(deployment, 1, 'spec', 'replicas');
  const count = (field: string): number => numberAt(deployment, 0, 'status', field);
  return count('updatedReplicas') === wanted && count('replicas') === wanted && count('availableReplicas') === wanted;
}

function troubles(observation: Observation): Trouble[] {
  const pods = newPods(observation);
  const current = new Set(pods);
  const owners = observation.replicaSets.filter((one) => isOwnedBy(one, observation.deployment));
  const look = {
    events: observation.events,
    now: observation.now.getTime(),
    startedAt: observation.startedAt.getTime(),
    isOldPodLeaving: observation.pods.some((pod) => !current.has(pod) && owners.some((owner) => isOwnedBy(pod, owner))),
  };
  const uncreated = podsNotCreated(observation);
  const all = [...(uncreated === undefined ? [] : [uncreated]), ...pods.flatMap((pod) => troublesOf(pod, look))];
  // The hints name the Deployment.
  const place = placeOf(observation.deployment);
  return all
    .map((one) => ({ ...one, details: { ...one.details, ...place } }))
    .sort((a, b) => Number(b.isFinal) - Number(a.isFinal));
}

/** The API server refuses the pods, so that there is none to look at (quota, pod security, an admission webhook). */
function podsNotCreated(observation: Observation): Trouble | undefined {
  const source = newReplicaSet(observation) ?? observation.deployment;
  const condition = conditionOf(source, 'ReplicaFailure');
  if (condition?.['status'] !== 'True') return undefined;
  const message = textAt(condition, 'message');
  const isRefused = /is forbidden|denied the request|is invalid|violates PodSecurity|exceeded quota/i.test(message);
  const sinceMs = observation.now.getTime() - (timeAt(condition, 'lastTransitionTime') ?? 0);
  const waits = /exceeded quota/i.test(message) && sinceMs < quotaGraceMs;
  return {
    code: 'PodsNotCreated',
    what: `its pods are not created: ${oneLine(message) || textAt(condition, 'reason')}`,
    subject: subjectOf(source),
    details: { reason: message },
    isFinal: isRefused && !waits && !/failed calling webhook/i.test(message),
  };
}

/** A verdict of the controller about an earlier rollout stays in the status until the new one makes progress (krane ignores it too). */
function hasExceededDeadline({ deployment, startedAt }: Observation): boolean {
  const condition = conditionOf(deployment, 'Progressing');
  if (condition?.['status'] !== 'False' || condition['reason'] !== 'ProgressDeadlineExceeded') return false;
  const updatedAt = timeAt(condition, 'lastUpdateTime') ?? timeAt(condition, 'lastTransitionTime') ?? 0;
  return updatedAt >= startedAt.getTime() - clockToleranceMs;
}

function outOfTime(observation: Observation): Trouble {
  return {
    code: 'RolloutTimedOut',
    what: `not ready in time; it waited for: ${waitsFor(observation, undefined)}`,
    subject: subjectOf(observation.deployment),
    details: placeOf(observation.deployment),
    isFinal: true,
  };
}

function placeOf(deployment: Manifest): { namespace: string; object: string } {
  const namespace = textAt(deployment, 'metadata', 'namespace') || 'default';
  return { namespace, object: `deployment/${textAt(deployment, 'metadata', 'name')}` };
}

/** The verdict that this trouble ends the rollout with. */
export function verdictOf({ code, what, subject, details }: Trouble): FailedVerdict {
  return { state: 'failed', code, message: `${subject}: ${what}.`, subject, details };
}

function waitsFor(observation: Observation, trouble: Trouble | undefined): string {
  const { deployment } = observation;
  if (newReplicaSet(observation) === undefined) return 'no ReplicaSet for the new revision yet';
  const wanted = numberAt(deployment, 1, 'spec', 'replicas');
  const count = (field: string): number => numberAt(deployment, 0, 'status', field);
  const pods = newPods(observation);
  const unready = pods.filter((pod) => conditionOf(pod, 'Ready')?.['status'] !== 'True');
  if (pods.length < wanted) return `${wanted - pods.length} of ${wanted} pods not created yet`;
  if (unready.length > 0) {
    return `${unready.length} of ${wanted} pods not ready: ${trouble?.what ?? describeWait(unready[0])}`;
  }
  const old = count('replicas') - count('updatedReplicas');
  if (old > 0) return `${old} pod${old === 1 ? '' : 's'} of the old revision still there`;
  return `${wanted - count('availableReplicas')} of ${wanted} pods not available yet`;
}

function describeWait(pod: Manifest | undefined): string {
  if (pod === undefined) return 'starting';
  if (conditionOf(pod, 'PodScheduled')?.['status'] !== 'True') return 'the scheduler has not placed it yet';
  const view = unreadyContainer(pod);
  if (view === undefined) return 'it is about to be ready';
  if (at(view.status, 'state', 'running') === undefined) return `${view.label} is being created`;
  return view.label.startsWith('init') ? `${view.label} runs` : `${view.label} is starting`;
}

function unreadyContainer(pod: Manifest): ContainerView | undefined {
  return containersOf(pod).find(({ label, status }) => {
    const isDone = label.startsWith('init') && numberAt(status, 1, 'state', 'terminated', 'exitCode') === 0;
    return status['ready'] !== true && !isDone;
  });
}

/**
 * Whose log tells most: the first container that is not ready in the newest pod of the new revision. `previous`: of the run
 * before, since the present one has just begun or has not yet. Undefined when every container is ready or none ran.
 */
export function troubledContainer(
  observation: Observation,
): { pod: { namespace: string; name: string }; container: string; previous: boolean } | undefined {
  for (const pod of newPods(observation)) {
    const view = unreadyContainer(pod);
    if (view === undefined) continue;
    const restarts = numberAt(view.status, 0, 'restartCount');
    const hasRun = restarts > 0 || at(view.status, 'state', 'waiting') === undefined;
    if (!hasRun || Object.keys(view.status).length === 0) continue;
    return {
      pod: {
        namespace: textAt(pod, 'metadata', 'namespace') || 'default',
        name: textAt(pod, 'metadata', 'name'),
      },
      container: textAt(view.spec, 'name'),
      previous: restarts > 0 && at(view.status, 'state', 'terminated') === undefined,
    };
  }
  return undefined;
}
