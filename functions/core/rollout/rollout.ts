import { groupOf, type Manifest } from '../kubernetes.ts';
import { daemonRollout } from './daemon-rollout.ts';
import { deploymentRollout } from './deployment-rollout.ts';
import { numberAt, textAt } from './field.ts';
import { jobRollout } from './job-rollout.ts';
import { subjectOf, type Trouble } from './look.ts';
import { placeOf, verdictOf, type FailedVerdict, type Observation, type Rollout, type Verdict } from './observation.ts';
import { isLeaving, isOwnedBy } from './owner.ts';
import { podRollout, replicaRollout } from './pod-rollout.ts';
import { statefulRollout } from './stateful-rollout.ts';
import { troublesOf } from './trouble.ts';

export { newReplicaSet } from './deployment-rollout.ts';
export { verdictOf, type FailedVerdict, type Observation, type Verdict } from './observation.ts';

/** Workloads by their API group and kind. */
const rollouts = new Map<string, Rollout>([
  ['apps/Deployment', deploymentRollout],
  ['apps/StatefulSet', statefulRollout],
  ['apps/DaemonSet', daemonRollout],
  ['apps/ReplicaSet', replicaRollout],
  ['batch/Job', jobRollout],
  ['/Pod', podRollout],
]);

function rolloutOf(object: Manifest): Rollout | undefined {
  const group = groupOf(textAt(object, 'apiVersion'));
  return rollouts.get(`${group}/${textAt(object, 'kind')}`);
}

/** The objects that make pods: their rollout is to be watched. */
export function workloads(objects: readonly Manifest[]): Manifest[] {
  return objects.filter((object) => rolloutOf(object) !== undefined);
}

/**
 * Whether the workload's rollout is done, is not waited for, goes on, or cannot succeed. It is done when the controller has seen
 * the last generation and all pods are of the new revision and available (a Job: has completed). Known dooms end it at once;
 * what may pass by itself is waited on. Pure, and never throws whatever the objects hold.
 */
export function judge(observation: Observation): Verdict {
  const { workload } = observation;
  const rollout = rolloutOf(workload);
  if (rollout === undefined) return { state: 'skipped', note: 'it is no workload' };
  const generation = numberAt(workload, 0, 'metadata', 'generation');
  if (rollout.hasGeneration && numberAt(workload, 0, 'status', 'observedGeneration') < generation) {
    return { state: 'progressing', waitsFor: `the ${workload.kind} controller has not seen the change yet` };
  }
  const settled = rollout.settled(observation);
  if (settled !== undefined) return settled;

  const trouble = troubles(rollout, observation)[0];
  if (trouble?.isFinal === true) return verdictOf(trouble);
  if (rollout.hasGivenUp?.(observation) === true) return verdictOf(trouble ?? outOfTime(observation));
  return { state: 'progressing', waitsFor: rollout.waitsFor(observation, trouble) };
}

/** The trouble that a rollout out of time failed with: what it waited on, or that nothing is known. */
export function verdictAtDeadline(observation: Observation): FailedVerdict {
  const rollout = rolloutOf(observation.workload);
  const trouble = rollout === undefined ? undefined : troubles(rollout, observation)[0];
  return verdictOf(trouble ?? outOfTime(observation));
}

/** The pods of the revision that is rolled out and that are to stay, newest first. Pods of older revisions say nothing about the new one. */
export function newPods(observation: Observation): Manifest[] {
  return rolloutOf(observation.workload)?.newPods(observation) ?? [];
}

/** Those that waiting does not help first. */
function troubles(rollout: Rollout, observation: Observation): Trouble[] {
  const { workload, events } = observation;
  const look = {
    events,
    now: observation.now.getTime(),
    startedAt: observation.startedAt.getTime(),
    isOldPodLeaving: observation.isRoomComing === true || hasLeavingPod(observation),
    ...(observation.nodes === undefined ? {} : { nodes: observation.nodes }),
    ...(observation.allPods === undefined ? {} : { allPods: observation.allPods }),
  };
  const ofPods = rollout
    .newPods(observation)
    .flatMap((pod) => troublesOf(pod, look).map((one) => rollout.ofPod?.(one) ?? one));
  const own = rollout.troubles(observation);
  // The hints name the workload.
  const place = placeOf(workload);
  return (rollout === podRollout ? [...ofPods, ...own] : [...own, ...ofPods])
    .map((one) => ({ ...one, details: { ...one.details, ...place } }))
    .sort((a, b) => Number(b.isFinal) - Number(a.isFinal));
}

/** What an own pod that ends holds is about to be free. One that merely is of an old revision may stay for as long as the new one is not ready. */
function hasLeavingPod({ workload, replicaSets, pods }: Observation): boolean {
  const owners = [workload, ...replicaSets.filter((one) => isOwnedBy(one, workload))];
  return pods.some((pod) => isLeaving(pod) && owners.some((owner) => isOwnedBy(pod, owner)));
}

function outOfTime(observation: Observation): Trouble {
  const { workload } = observation;
  const waitsFor = rolloutOf(workload)?.waitsFor(observation, undefined) ?? 'nothing that is known';
  return {
    code: 'RolloutTimedOut',
    what: `not ready in time; it waited for: ${waitsFor}`,
    subject: subjectOf(workload),
    details: placeOf(workload),
    isFinal: true,
  };
}
