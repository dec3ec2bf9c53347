import { conditionOf } from './event.ts';
import { numberAt, textAt } from './field.ts';
import { oneLine, subjectOf, type Trouble } from './look.ts';
import type { Rollout } from './observation.ts';
import { isLeaving, podsOf } from './owner.ts';
import { podsNotCreated } from './uncreated.ts';
import { describeEnd, describePods, describeWait, isReady } from './wait.ts';

/** A Pod that no controller keeps: one that restarts for ever has to be ready, any other one has to end well. */
export const podRollout: Rollout = {
  hasGeneration: false,
  newPods: ({ deployment }) => (isLeaving(deployment) ? [] : [deployment]),
  settled({ deployment }) {
    if (textAt(deployment, 'status', 'phase') === 'Succeeded') return { state: 'ready' };
    const serves = (textAt(deployment, 'spec', 'restartPolicy') || 'Always') === 'Always';
    return serves && isReady(deployment) ? { state: 'ready' } : undefined;
  },
  troubles({ deployment }): Trouble[] {
    if (textAt(deployment, 'status', 'phase') !== 'Failed') return [];
    const told = [textAt(deployment, 'status', 'reason'), oneLine(textAt(deployment, 'status', 'message'))];
    const why = [...told, describeEnd(deployment) ?? ''].filter((text) => text !== '').join(': ');
    const what = `it failed${why === '' ? '' : `: ${why}`}`;
    const fix = 'The last log lines are in failure.logs.';
    return [{ code: 'ContainerCrashing', what, subject: subjectOf(deployment), details: { fix }, isFinal: true }];
  },
  waitsFor({ deployment }, trouble) {
    if (trouble !== undefined) return trouble.what;
    const isDone = conditionOf(deployment, 'ContainersReady')?.['status'] === 'True';
    return isDone ? 'it runs, and is to end' : describeWait(deployment);
  },
};

/** A ReplicaSet of the release itself: a change of its template reaches only pods that it makes anew. */
export const replicaRollout: Rollout = {
  hasGeneration: true,
  newPods: ({ deployment, pods }) => podsOf(deployment, pods),
  settled({ deployment }) {
    const wanted = numberAt(deployment, 1, 'spec', 'replicas');
    const count = (field: string): number => numberAt(deployment, 0, 'status', field);
    return count('replicas') === wanted && count('availableReplicas') >= wanted ? { state: 'ready' } : undefined;
  },
  troubles(observation): Trouble[] {
    const pods = podsOf(observation.deployment, observation.pods);
    const uncreated = podsNotCreated(observation.deployment, pods, observation);
    return uncreated === undefined ? [] : [uncreated];
  },
  waitsFor({ deployment, pods }, trouble) {
    const wanted = numberAt(deployment, 1, 'spec', 'replicas');
    const text = describePods(podsOf(deployment, pods), wanted, trouble);
    return (
      text ??
      `${Math.max(0, wanted - numberAt(deployment, 0, 'status', 'availableReplicas'))} of ${wanted} pods not available yet`
    );
  },
};
