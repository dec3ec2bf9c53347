import type { Manifest } from '../kubernetes.ts';
import { at, numberAt } from '../rollout/field.ts';
import { conditionOf } from './condition.ts';
import { notYetObserved } from './generation.ts';
import { are, areOf, because, degraded, healthy, progressing, suspended, type Health } from './verdict.ts';

/** Rules of the deployment controller and of `kubectl rollout status`; a paused Deployment is Suspended. */
export function deploymentHealth(object: Manifest): Health {
  if (at(object, 'spec', 'paused') === true) {
    return suspended('DeploymentPaused', 'The Deployment is paused: changes of its Pod template are not rolled out.');
  }
  const unseen = notYetObserved(object, 0);
  if (unseen !== undefined) return unseen;
  const deadline = conditionOf(object, 'Progressing');
  if (deadline?.reason === 'ProgressDeadlineExceeded' && deadline.status !== 'True') {
    return degraded(
      deadline.reason,
      because('The rollout made no progress within progressDeadlineSeconds', deadline.message),
    );
  }
  return shortage(object) ?? rolledOut(object);
}

function shortage(object: Manifest): Health | undefined {
  const desired = numberAt(object, 1, 'spec', 'replicas');
  const updated = numberAt(object, 0, 'status', 'updatedReplicas');
  const total = numberAt(object, 0, 'status', 'replicas');
  const available = numberAt(object, 0, 'status', 'availableReplicas');
  const failure = conditionOf(object, 'ReplicaFailure');
  // Quota, admission, a missing ServiceAccount: no Pod is made at all. The condition goes with the ReplicaSet that had it.
  if (failure?.status === 'True' && Math.min(updated, available) < desired) {
    return degraded(failure.reason || 'ReplicaFailure', because('Pods cannot be created', failure.message));
  }
  if (updated < desired) {
    return progressing('ReplicasNotUpdated', `${areOf(updated, desired, 'replica')} updated.`);
  }
  if (total > updated) {
    return progressing('OldReplicasTerminating', `${are(total - updated, 'old replica')} still to go.`);
  }
  if (available < updated) {
    return progressing('ReplicasNotAvailable', `${areOf(available, updated, 'replica')} available.`);
  }
  return undefined;
}

function rolledOut(object: Manifest): Health {
  const desired = numberAt(object, 1, 'spec', 'replicas');
  const available = conditionOf(object, 'Available');
  if (desired === 0) return healthy('ScaledToZero', 'The Deployment is scaled to 0 replicas.');
  if (available?.status === 'False') {
    return progressing(
      available.reason || 'NotAvailable',
      because('The Deployment is not available', available.message),
    );
  }
  const all = numberAt(object, 0, 'status', 'availableReplicas');
  return healthy('ReplicasAvailable', `${areOf(all, desired, 'replica')} updated and available.`);
}
