import { describe, expect, it } from 'vitest';
import { deployment, event, pod, podOf, replicaSet, rolloutOf, observation, workload } from '../testing/objects.ts';
import { families } from './family.ts';
import { judge, newPods } from './rollout.ts';

const set = workload('StatefulSet', { replicas: 1 }, { updateRevision: 'b' });
const other = workload('Job', {}, {}, { name: 'other', uid: 'w-2' });
const all = {
  replicaSets: [replicaSet(1), replicaSet(2)],
  pods: [pod({ revision: 1 }), pod(), podOf(set, 'db-0'), podOf(other, 'other-x')],
  events: [event('BackOff', 'Back-off'), event('FailedCreate', 'no', { involvedObject: { kind: 'StatefulSet', namespace: 'shop', name: 'db' } })],
  revisions: [],
}; // prettier-ignore

describe('families', () => {
  it('gives each workload its own objects only, and the events about them', () => {
    const familyOf = families(all);
    expect(familyOf(deployment())).toEqual({
      replicaSets: all.replicaSets,
      pods: all.pods.slice(0, 2),
      events: all.events.slice(0, 1),
      revisions: [],
    });
    expect(familyOf(set)).toEqual({ replicaSets: [], pods: [all.pods[2]], events: [all.events[1]], revisions: [] });
    expect(familyOf(workload('Job', {}, {}, { uid: '' })).pods).toEqual([]);
  });

  it('leaves out nothing that a verdict needs', () => {
    const familyOf = families(all);
    for (const one of [deployment(), set, other]) {
      const whole = rolloutOf(one, all);
      const own = observation({ workload: one, ...familyOf(one) });
      expect(judge(own)).toEqual(judge(whole));
      expect(newPods(own)).toEqual(newPods(whole));
    }
  });
});
