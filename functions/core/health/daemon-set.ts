import type { Manifest } from '../kubernetes.ts';
import { at, numberAt, textAt } from '../rollout/field.ts';
import { notYetObserved } from './generation.ts';
import { areOf, count, healthy, progressing, type Health } from './verdict.ts';

/** Rules of `kubectl rollout status`; with OnDelete a person replaces the Pods. */
export function daemonSetHealth(object: Manifest): Health {
  const unseen = notYetObserved(object, 0);
  if (unseen !== undefined) return unseen;
  if (at(object, 'status', 'desiredNumberScheduled') === undefined) {
    return progressing('NotScheduled', 'The controller has not yet counted the nodes for the DaemonSet.');
  }
  const desired = numberAt(object, 0, 'status', 'desiredNumberScheduled');
  const updated = numberAt(object, 0, 'status', 'updatedNumberScheduled');
  const available = numberAt(object, 0, 'status', 'numberAvailable');
  const isOnDelete = textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  if (desired === 0) return healthy('NoNodeMatches', 'No node matches the DaemonSet, so it has no Pods.');
  if (updated < desired && !isOnDelete) {
    return progressing('PodsNotUpdated', `${areOf(updated, desired, 'Pod')} updated.`);
  }
  if (available < desired) return progressing('PodsNotAvailable', `${areOf(available, desired, 'Pod')} available.`);
  if (updated < desired) {
    return healthy(
      'UpdatedOnDelete',
      `${areOf(available, desired, 'Pod')} available; ${count(desired - updated, 'Pod')} may run an old template until deleted, as the update strategy is OnDelete.`,
    );
  }
  return healthy('PodsAvailable', `${areOf(available, desired, 'Pod')} updated and available.`);
}
