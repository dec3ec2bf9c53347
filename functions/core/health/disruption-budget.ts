import type { Manifest } from '../kubernetes.ts';
import { at, numberAt } from '../rollout/field.ts';
import { conditionOf } from './condition.ts';
import { notYetObserved } from './generation.ts';
import { are, areOf, because, degraded, healthy, progressing, type Health } from './verdict.ts';

/** A budget that allows no eviction is as it should be; one whose Pods are short is not there yet. */
export function disruptionBudgetHealth(object: Manifest): Health {
  const unseen = notYetObserved(object, 0);
  if (unseen !== undefined) return unseen;
  const allowed = conditionOf(object, 'DisruptionAllowed');
  if (allowed?.status === 'False' && allowed.reason === 'SyncFailed') {
    return degraded(allowed.reason, because('The budget cannot be computed', allowed.message));
  }
  if (at(object, 'status', 'expectedPods') === undefined && allowed === undefined) {
    return progressing('NotCounted', 'The controller has not yet counted the Pods of the budget.');
  }
  const expected = numberAt(object, 0, 'status', 'expectedPods');
  const current = numberAt(object, 0, 'status', 'currentHealthy');
  const desired = numberAt(object, 0, 'status', 'desiredHealthy');
  if (expected === 0) return healthy('NoPods', 'No Pod is under the budget.');
  if (current < desired) {
    return progressing(
      'InsufficientPods',
      `${areOf(current, desired, 'Pod')} healthy, so the budget allows no eviction.`,
    );
  }
  const evictions = numberAt(object, 0, 'status', 'disruptionsAllowed');
  return healthy(
    allowed?.reason || 'SufficientPods',
    `${are(current, 'Pod')} healthy of ${desired} that must be; ${evictions} may be evicted.`,
  );
}
