import type { Manifest } from '../kubernetes.ts';
import { at, numberAt, textAt } from './field.ts';
import type { Trouble } from './look.ts';
import type { Observation, Rollout } from './observation.ts';
import { isOwnedBy, podsOf } from './owner.ts';
import { podsNotCreated } from './uncreated.ts';
import { describeWait, isOfPod, isReady, onDelete } from './wait.ts';

export const daemonRollout: Rollout = {
  hasGeneration: true,
  newPods: (observation) => podsOf(observation.workload, observation.pods).filter(newness(observation)),
  settled(observation) {
    const { workload } = observation;
    const [wanted, updated, available] = counts(workload);
    const isUpdated = updated >= wanted;
    if (isUpdated && available >= wanted) return { state: 'ready' };
    const isOnDelete = at(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete';
    const isNew = newness(observation);
    const old = podsOf(workload, observation.pods).filter((pod) => !isNew(pod)).length;
    if (!isOnDelete || old === 0) return undefined;
    return onDelete(old);
  },
  troubles(observation): Trouble[] {
    const { workload } = observation;
    const pods = podsOf(workload, observation.pods);
    const uncreated = pods.length < counts(workload)[0] ? podsNotCreated(workload, pods, observation) : undefined;
    return uncreated === undefined ? [] : [uncreated];
  },
  waitsFor(observation, trouble) {
    const [wanted, updated, available] = counts(observation.workload);
    const pods = podsOf(observation.workload, observation.pods);
    const unready = pods.filter(newness(observation)).filter((pod) => !isReady(pod));
    if (trouble !== undefined && !isOfPod(trouble)) return trouble.what;
    if (unready.length > 0) {
      return `${unready.length} of ${wanted} nodes without a ready pod: ${trouble?.what ?? describeWait(unready[0])}`;
    }
    if (updated < wanted) return `${wanted - updated} of ${wanted} nodes still without a pod of the new revision`;
    return `the pods on ${wanted - available} of ${wanted} nodes not available yet`;
  },
};

/** On how many nodes it is wanted, new, and available. */
function counts(set: Manifest): [wanted: number, updated: number, available: number] {
  const count = (field: string): number => numberAt(set, 0, 'status', field);
  return [count('desiredNumberScheduled'), count('updatedNumberScheduled'), count('numberAvailable')];
}

/**
 * Whether a pod is of the present revision: by the hash of the newest ControllerRevision, or, where these are not known, by the
 * generation of the template. The status does not tell (as a StatefulSet's does).
 */
function newness({ workload, revisions = [] }: Observation): (pod: Manifest) => boolean {
  const own = revisions.filter((one) => isOwnedBy(one, workload));
  const [newest] = own.toSorted((a, b) => numberAt(b, 0, 'revision') - numberAt(a, 0, 'revision'));
  const label = 'controller-revision-hash';
  const hash = textAt(newest, 'metadata', 'labels', label);
  if (hash !== '') return (pod) => textAt(pod, 'metadata', 'labels', label) === hash;
  const generation = textAt(workload, 'metadata', 'annotations', 'deprecated.daemonset.template.generation');
  return (pod) => generation === '' || textAt(pod, 'metadata', 'labels', 'pod-template-generation') === generation;
}
