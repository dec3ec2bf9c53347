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
  newPods: ({ workload }) => (isLeaving(workload) ? [] : [workload]),
  settled({ workload }) {
    if (textAt(workload, 'status', 'phase') === 'Succeeded') return { state: 'ready' };
    const serves = (textAt(workload, 'spec', 'restartPolicy') || 'Always') === 'Always';
    return serves && isReady(workload) ? { state: 'ready' } : undefined;
  },
  troubles({ workload }): Trouble[] {
    if (textAt(workload, 'status', 'phase') !== 'Failed') return [];
    const told = [textAt(workload, 'status', 'reason'), oneLine(textAt(workload, 'status', 'message'))];
    const why = [...told, describeEnd(workload) ?? ''].filter((text) => text !== '').join(': ');
    const what = `it failed${why === '' ? '' : `: ${why}`}`;
    const fix = 'The last log lines are in failure.logs.';
    return [{ code: 'ContainerCrashing', what, subject: subjectOf(workload), details: { fix }, isFinal: true }];
  },
  waitsFor({ workload }, trouble) {
    if (trouble !== undefined) return trouble.what;
    const isDone = conditionOf(workload, 'ContainersReady')?.['status'] === 'True';
    return isDone ? 'it runs, and is to end' : describeWait(workload);
  },
};

/** A ReplicaSet of the release itself: a change of its template reaches only pods that it makes anew. */
export const replicaRollout: Rollout = {
  hasGeneration: true,
  newPods: ({ workload, pods }) => podsOf(workload, pods),
  settled({ workload }) {
    const wanted = numberAt(workload, 1, 'spec', 'replicas');
    const count = (field: string): number => numberAt(workload, 0, 'status', field);
    return count('replicas') === wanted && count('availableReplicas') >= wanted ? { state: 'ready' } : undefined;
  },
  troubles(observation): Trouble[] {
    const pods = podsOf(observation.workload, observation.pods);
    const uncreated = podsNotCreated(observation.workload, pods, observation);
    return uncreated === undefined ? [] : [uncreated];
  },
  waitsFor({ workload, pods }, trouble) {
    const wanted = numberAt(workload, 1, 'spec', 'replicas');
    const text = describePods(podsOf(workload, pods), wanted, trouble);
    return (
      text ??
      `${Math.max(0, wanted - numberAt(workload, 0, 'status', 'availableReplicas'))} of ${wanted} pods not available yet`
    );
  },
};
