import type { Manifest } from '../kubernetes.ts';
import { conditionOf } from './event.ts';
import { at, numberAt, textAt, timeAt } from './field.ts';
import { clockToleranceMs, type Trouble } from './look.ts';
import type { Observation, Rollout } from './observation.ts';
import { isOwnedBy, podsOf } from './owner.ts';
import { podsNotCreated } from './uncreated.ts';
import { describePods } from './wait.ts';

export const deploymentRollout: Rollout = {
  hasGeneration: true,
  newPods: newPodsOf,
  settled({ workload }) {
    if (isComplete(workload)) return { state: 'ready' };
    if (at(workload, 'spec', 'paused') !== true) return undefined;
    return {
      state: 'skipped',
      note: 'it is paused (spec.paused); its new revision is not rolled out until it is resumed',
    };
  },
  troubles(observation): Trouble[] {
    const source = newReplicaSet(observation) ?? observation.workload;
    const uncreated = podsNotCreated(source, newPodsOf(observation), observation);
    return uncreated === undefined ? [] : [uncreated];
  },
  hasGivenUp: hasExceededDeadline,
  waitsFor(observation, trouble) {
    const { workload } = observation;
    if (newReplicaSet(observation) === undefined) return 'no ReplicaSet for the new revision yet';
    const wanted = numberAt(workload, 1, 'spec', 'replicas');
    const count = (field: string): number => numberAt(workload, 0, 'status', field);
    const pods = describePods(newPodsOf(observation), wanted, trouble);
    if (pods !== undefined) return pods;
    const old = count('replicas') - count('updatedReplicas');
    if (old > 0) return `${old} pod${old === 1 ? '' : 's'} of the old revision still there`;
    return `${wanted - count('availableReplicas')} of ${wanted} pods not available yet`;
  },
};

/** The ReplicaSet of the present revision: owned by this Deployment (by UID) and with its revision number. */
export function newReplicaSet({ workload, replicaSets }: Observation): Manifest | undefined {
  const revisionOf = (object: Manifest): string =>
    textAt(object, 'metadata', 'annotations', 'deployment.kubernetes.io/revision');
  return replicaSets.find((one) => isOwnedBy(one, workload) && revisionOf(one) === revisionOf(workload));
}

function newPodsOf(observation: Observation): Manifest[] {
  const replicaSet = newReplicaSet(observation);
  if (replicaSet === undefined) return [];
  const hash = textAt(replicaSet, 'metadata', 'labels', 'pod-template-hash');
  return podsOf(replicaSet, observation.pods).filter(
    (pod) => hash === '' || textAt(pod, 'metadata', 'labels', 'pod-template-hash') === hash,
  );
}

/** The rule of `kubectl rollout status`, and that enough are available. */
function isComplete(workload: Manifest): boolean {
  const wanted = numberAt(workload, 1, 'spec', 'replicas');
  const count = (field: string): number => numberAt(workload, 0, 'status', field);
  return count('updatedReplicas') === wanted && count('replicas') === wanted && count('availableReplicas') === wanted;
}

/** A verdict of the controller about an earlier rollout stays in the status until the new one makes progress (krane ignores it too). */
function hasExceededDeadline({ workload, startedAt }: Observation): boolean {
  const condition = conditionOf(workload, 'Progressing');
  if (condition?.['status'] !== 'False' || condition['reason'] !== 'ProgressDeadlineExceeded') return false;
  const updatedAt = timeAt(condition, 'lastUpdateTime') ?? timeAt(condition, 'lastTransitionTime') ?? 0;
  return updatedAt >= startedAt.getTime() - clockToleranceMs;
}
