import type { Manifest } from '../kubernetes.ts';
import { at, numberAt, textAt } from './field.ts';
import { subjectOf, type Trouble } from './look.ts';
import type { Observation, Rollout } from './observation.ts';
import { podsOf } from './owner.ts';
import { troublesOf } from './trouble.ts';
import { podsNotCreated } from './uncreated.ts';
import { describeWait, isOfPod, isReady, onDelete } from './wait.ts';

/** A container that crashes is Ready for a moment at each start if it has no readiness probe, and the update goes on then. */
const codesThatPass = new Set(['ContainerCrashing', 'OutOfMemory', 'ProbeFailing']);

export const statefulRollout: Rollout = {
  hasGeneration: true,
  newPods,
  settled(observation) {
    const { workload } = observation;
    const old = toUpdate(observation).length;
    if (isComplete(workload, old)) return { state: 'ready' };
    if (!isOnDelete(workload) || old === 0) return undefined;
    return onDelete(old);
  },
  troubles(observation): Trouble[] {
    const { workload } = observation;
    const pods = ordered(observation);
    const isMissing = pods.length < numberAt(workload, 1, 'spec', 'replicas');
    const uncreated = isMissing ? podsNotCreated(workload, pods, observation) : undefined;
    return [uncreated, blocked(observation)].filter((one) => one !== undefined);
  },
  waitsFor(observation, trouble) {
    const { workload } = observation;
    const wanted = numberAt(workload, 1, 'spec', 'replicas');
    if (trouble !== undefined && !isOfPod(trouble)) return trouble.what;
    const pods = ordered(observation);
    const current = new Set(newPods(observation));
    const unready = pods.find((pod) => current.has(pod) && !isReady(pod));
    if (unready !== undefined) {
      const why = trouble?.subject === subjectOf(unready) ? trouble.what : describeWait(unready);
      return `pod ${textAt(unready, 'metadata', 'name')} is not ready: ${why}`;
    }
    if (pods.length < wanted) return `${wanted - pods.length} of ${wanted} pods not created yet`;
    const old = toUpdate(observation).length;
    if (old > 0) return `${old} of ${wanted} pods not updated yet`;
    return `${Math.max(0, wanted - readyCount(workload))} of ${wanted} pods not ready yet`;
  },
};

/**
 * Broken pods of an older revision, in the way of the update, with what is wrong with each: with OrderedReady the StatefulSet
 * controller touches no pod before all of them are ready, so it does not replace a broken one, not even by a good revision (kubernetes#67250).
 */
export function blockingPods(observation: Observation): { pod: Manifest; trouble: Trouble }[] {
  const { workload, events, now, startedAt } = observation;
  if (textAt(workload, 'kind') !== 'StatefulSet' || isOnDelete(workload)) return [];
  if (textAt(workload, 'spec', 'podManagementPolicy') === 'Parallel') return [];
  const look = { events, now: now.getTime(), startedAt: startedAt.getTime(), isOldPodLeaving: false };
  return toUpdate(observation)
    .filter((pod) => !isReady(pod))
    .flatMap((pod) =>
      troublesOf(pod, look)
        .slice(0, 1)
        .map((trouble) => ({ pod, trouble })),
    );
}

function blocked(observation: Observation): Trouble | undefined {
  const found = blockingPods(observation);
  const worst = found.find(({ trouble }) => trouble.isFinal) ?? found[0];
  if (worst === undefined) return undefined;
  const pod = textAt(worst.pod, 'metadata', 'name');
  return {
    code: 'UpdateBlocked',
    what: `pod ${pod} of an older revision blocks the update, as Kubernetes does not replace a broken pod of a StatefulSet (${worst.trouble.what})`,
    subject: subjectOf(observation.workload),
    details: { pod, reason: worst.trouble.code },
    isFinal: worst.trouble.isFinal && !codesThatPass.has(worst.trouble.code),
  };
}

function newPods(observation: Observation): Manifest[] {
  const revision = textAt(observation.workload, 'status', 'updateRevision');
  return podsOf(observation.workload, observation.pods).filter(
    (pod) => revision !== '' && revisionOf(pod) === revision,
  );
}

/** Own pods by their ordinal, those with a name of another shape last. */
function ordered({ workload, pods }: Observation): Manifest[] {
  return podsOf(workload, pods).sort((a, b) => ordinalOf(a, workload) - ordinalOf(b, workload));
}

/** Pods that the update is to reach and has not: of another revision, and at or above the partition. */
function toUpdate(observation: Observation): Manifest[] {
  const { workload } = observation;
  const revision = textAt(workload, 'status', 'updateRevision');
  const first = numberAt(workload, 0, 'spec', 'ordinals', 'start') + partitionOf(workload);
  return ordered(observation).filter((pod) => revisionOf(pod) !== revision && ordinalOf(pod, workload) >= first);
}

/** The rule of `kubectl rollout status`; with OnDelete nothing but the pods themselves tells whether they are new. */
function isComplete(set: Manifest, old: number): boolean {
  const wanted = numberAt(set, 1, 'spec', 'replicas');
  const count = (field: string): number => numberAt(set, 0, 'status', field);
  if (count('replicas') !== wanted || readyCount(set) < wanted || old > 0) return false;
  if (wanted === 0) return true;
  const partition = partitionOf(set);
  if (count('updatedReplicas') < wanted - partition) return false;
  return (
    partition > 0 ||
    isOnDelete(set) ||
    textAt(set, 'status', 'currentRevision') === textAt(set, 'status', 'updateRevision')
  );
}

function readyCount(set: Manifest): number {
  const ready = numberAt(set, 0, 'status', 'readyReplicas');
  return Math.min(ready, numberAt(set, ready, 'status', 'availableReplicas'));
}

function partitionOf(set: Manifest): number {
  return Math.max(0, numberAt(set, 0, 'spec', 'updateStrategy', 'rollingUpdate', 'partition'));
}

function isOnDelete(set: Manifest): boolean {
  return at(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
}

function revisionOf(pod: Manifest): string {
  return textAt(pod, 'metadata', 'labels', 'controller-revision-hash');
}

function ordinalOf(pod: Manifest, set: Manifest): number {
  const prefix = `${textAt(set, 'metadata', 'name')}-`;
  const name = textAt(pod, 'metadata', 'name');
  const suffix = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d{1,10}$/.test(suffix) ? Number(suffix) : Number.MAX_SAFE_INTEGER;
}
