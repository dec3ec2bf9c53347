import type { Manifest } from '../kubernetes.ts';
import { at, textAt } from '../rollout/field.ts';
import { conditionOf, conditionsOf } from './condition.ts';
import { because, degraded, healthy, progressing, suspended, type Health } from './verdict.ts';

const pressures = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable']);

export function nodeHealth(object: Manifest): Health {
  const ready = conditionOf(object, 'Ready');
  if (ready === undefined) return progressing('KubeletNotReported', 'The kubelet has not yet told how the Node is.');
  if (ready.status !== 'True') {
    const what = ready.status === 'Unknown' ? 'The kubelet of the Node does not answer' : 'The Node is not ready';
    return degraded(ready.reason || 'NotReady', because(what, ready.message));
  }
  const pressure = conditionsOf(object).find(({ type, status }) => pressures.has(type) && status === 'True');
  if (pressure !== undefined) {
    return degraded(pressure.reason || pressure.type, because(`The Node has ${pressure.type}`, pressure.message));
  }
  if (at(object, 'spec', 'unschedulable') === true) {
    return suspended('SchedulingDisabled', 'The Node is cordoned: it takes no new Pods.');
  }
  return healthy('KubeletReady', 'The Node is ready.');
}

/** Terminating is Progressing, whatever holds it: its conditions tell. */
export function namespaceHealth(object: Manifest): Health {
  const isGoing =
    textAt(object, 'status', 'phase') === 'Terminating' || textAt(object, 'metadata', 'deletionTimestamp') !== '';
  if (!isGoing) return healthy('NamespaceActive', 'The Namespace is there.');
  const stuck = conditionsOf(object).find(({ status }) => status === 'True');
  return progressing('Terminating', because('The Namespace is being deleted', stuck?.message ?? ''));
}
