import type { Manifest } from '../kubernetes.ts';
import { numberAt } from '../rollout/field.ts';
import { conditionOf } from './condition.ts';
import { notYetObserved } from './generation.ts';
import { are, areOf, because, degraded, healthy, progressing, type Health } from './verdict.ts';

/** ReplicaSet and ReplicationController: enough replicas that are available, and none too many. */
export function replicaSetHealth(object: Manifest): Health {
  const unseen = notYetObserved(object, 0);
  if (unseen !== undefined) return unseen;
  const desired = numberAt(object, 1, 'spec', 'replicas');
  const total = numberAt(object, 0, 'status', 'replicas');
  const available = numberAt(object, 0, 'status', 'availableReplicas');
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') {
    const what = failure.reason === 'FailedDelete' ? 'Pods cannot be deleted' : 'Pods cannot be created';
    return degraded(failure.reason || 'ReplicaFailure', because(what, failure.message));
  }
  if (available < desired) {
    return progressing('ReplicasNotAvailable', `${areOf(available, desired, 'replica')} available.`);
  }
  if (total > desired) return progressing('ScalingDown', `${are(total - desired, 'replica')} still to go.`);
  if (desired === 0) return healthy('ScaledToZero', `The ${object.kind} is scaled to 0 replicas.`);
  return healthy('ReplicasAvailable', `${areOf(available, desired, 'replica')} available.`);
}
