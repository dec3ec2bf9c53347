import type { Manifest } from '../kubernetes.ts';
import { conditionOf } from './event.ts';
import { jobFailed } from './event-trouble.ts';
import { at, numberAt, textAt } from './field.ts';
import { subjectOf, type Trouble } from './look.ts';
import { placeOf, type Rollout } from './observation.ts';
import { podsOf } from './owner.ts';
import { podsNotCreated } from './uncreated.ts';
import { describeEnd, describeWait } from './wait.ts';

/** A Job starts its pods again by its own rule (backoffLimit): that one of them ends with an error decides nothing. */
const triedAgain = new Set(['ContainerCrashing', 'OutOfMemory', 'ProbeFailing']);

export const jobRollout: Rollout = {
  hasGeneration: false,
  newPods: ({ workload, pods }) => podsOf(workload, pods),
  settled({ workload }) {
    if (isTrue(workload, 'Complete') || isTrue(workload, 'SuccessCriteriaMet')) return { state: 'ready' };
    if (at(workload, 'spec', 'suspend') !== true || failure(workload) !== undefined) return undefined;
    return { state: 'skipped', note: 'it is suspended (spec.suspend); it does not run until it is resumed' };
  },
  troubles(observation): Trouble[] {
    const { workload } = observation;
    const pods = podsOf(workload, observation.pods);
    const failed = failure(workload);
    if (failed !== undefined) {
      const [reason, message] = [textAt(failed, 'reason'), textAt(failed, 'message')];
      const end = pods.flatMap((pod) => describeEnd(pod) ?? [])[0];
      const told = jobFailed(subjectOf(workload), reason || 'Failed', message, placeOf(workload));
      return [end === undefined ? told : { ...told, what: `${told.what}; ${end}` }];
    }
    const uncreated = pods.length === 0 ? podsNotCreated(workload, pods, observation) : undefined;
    return uncreated === undefined ? [] : [uncreated];
  },
  ofPod: (trouble) => (triedAgain.has(trouble.code) ? { ...trouble, isFinal: false } : trouble),
  waitsFor({ workload, pods }, trouble) {
    const count = (field: string): number => numberAt(workload, 0, 'status', field);
    const wanted = numberAt(workload, 1, 'spec', 'completions');
    const done = wanted > 1 ? `${count('succeeded')} of ${wanted} completions; ` : '';
    const failed = count('failed') > 0 ? `${count('failed')} attempt${count('failed') === 1 ? '' : 's'} failed; ` : '';
    const own = podsOf(workload, pods);
    if (trouble !== undefined) return `${done}${failed}${trouble.what}`;
    const running = own.find((pod) => textAt(pod, 'status', 'phase') === 'Running');
    if (running !== undefined) return `${done}${failed}pod ${textAt(running, 'metadata', 'name')} runs`;
    const pending = own.find((pod) => textAt(pod, 'status', 'phase') === 'Pending');
    return `${done}${failed}${pending === undefined ? 'the next pod is not created yet' : describeWait(pending)}`;
  },
};

/** FailureTarget comes first, while the pods and their logs are still there (Kubernetes 1.31 and later). */
function failure(job: Manifest): object | undefined {
  return ['Failed', 'FailureTarget']
    .map((type) => conditionOf(job, type))
    .find((condition) => condition?.['status'] === 'True');
}

function isTrue(job: Manifest, type: string): boolean {
  return conditionOf(job, type)?.['status'] === 'True';
}
