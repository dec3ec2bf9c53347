import type { Manifest } from '../kubernetes.ts';
import { numberAt, textAt } from '../rollout/field.ts';
import { notYetObserved } from './generation.ts';
import { are, areOf, count, healthy, progressing, type Health } from './verdict.ts';

/** Rules of `kubectl rollout status`. With OnDelete a person replaces the Pods; with a partition only the upper ordinals are updated. */
export function statefulSetHealth(object: Manifest): Health {
  const unseen = notYetObserved(object, 0);
  if (unseen !== undefined) return unseen;
  const desired = numberAt(object, 1, 'spec', 'replicas');
  const total = numberAt(object, desired, 'status', 'replicas');
  const ready = numberAt(object, 0, 'status', 'readyReplicas');
  // minReadySeconds counts in it; clusters before 1.22 do not write it.
  const available = numberAt(object, ready, 'status', 'availableReplicas');
  if (ready < desired) {
    return progressing('ReplicasNotReady', `${areOf(ready, desired, 'replica')} ready.`);
  }
  if (available < desired) {
    return progressing('ReplicasNotAvailable', `${areOf(available, desired, 'replica')} available.`);
  }
  if (total > desired) {
    return progressing('ScalingDown', `${are(total - desired, 'replica')} still to go.`);
  }
  return updateOf(object, desired);
}

function updateOf(object: Manifest, desired: number): Health {
  const updated = numberAt(object, 0, 'status', 'updatedReplicas');
  const current = textAt(object, 'status', 'currentRevision');
  const update = textAt(object, 'status', 'updateRevision');
  const isOneRevision = current === update;
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    if (isOneRevision) return allReady(desired);
    const old = Math.max(0, desired - updated);
    return healthy(
      'UpdatedOnDelete',
      `${are(desired, 'replica')} ready; ${old} of them ${old === 1 ? 'runs' : 'run'} the old revision until deleted, as the update strategy is OnDelete.`,
    );
  }
  const partition = numberAt(object, 0, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const wanted = Math.max(0, desired - partition);
  if (!isOneRevision && updated < wanted) {
    return progressing(
      'ReplicasNotUpdated',
      `${updated} of ${count(wanted, 'replica')} to update ${updated === 1 ? 'has' : 'have'} revision ${update || 'new'}.`,
    );
  }
  if (partition > 0) {
    return healthy(
      'PartitionUpdated',
      `${are(desired, 'replica')} ready, and those from ordinal ${partition} up are updated.`,
    );
  }
  return allReady(desired);
}

function allReady(desired: number): Health {
  if (desired === 0) return healthy('ScaledToZero', 'The StatefulSet is scaled to 0 replicas.');
  return healthy('ReplicasReady', `${areOf(desired, desired, 'replica')} updated and ready.`);
}
