import type { Manifest } from '../kubernetes.ts';
import { conditionOf } from './event.ts';
import { at, numberAt, textAt } from './field.ts';
import type { ContainerView, Trouble } from './look.ts';
import { containersOf } from './trouble.ts';

export function isReady(pod: Manifest): boolean {
  return conditionOf(pod, 'Ready')?.['status'] === 'True';
}

/** What a pod without any trouble waits for: `container app is being created`. */
export function describeWait(pod: Manifest | undefined): string {
  if (pod === undefined) return 'starting';
  if (conditionOf(pod, 'PodScheduled')?.['status'] !== 'True') return 'the scheduler has not placed it yet';
  const view = unreadyContainer(pod);
  if (view === undefined) return 'it is about to be ready';
  if (at(view.status, 'state', 'running') === undefined) return `${view.label} is being created`;
  return view.label.startsWith('init') ? `${view.label} runs` : `${view.label} is starting`;
}

/** How many of the wanted pods are missing or not ready, and why; undefined when all are there and ready. */
export function describePods(
  pods: readonly Manifest[],
  wanted: number,
  trouble: Trouble | undefined,
): string | undefined {
  if (pods.length < wanted) {
    const missing = `${wanted - pods.length} of ${wanted} pods not created yet`;
    return trouble !== undefined && !isOfPod(trouble) ? `${missing}: ${trouble.what}` : missing;
  }
  const unready = pods.filter((pod) => !isReady(pod));
  if (unready.length === 0) return undefined;
  return `${unready.length} of ${wanted} pods not ready: ${trouble?.what ?? describeWait(unready[0])}`;
}

/** Whether it is a pod's own, and not of the workload, whose pods are refused or whose update is blocked. */
export function isOfPod({ subject }: Trouble): boolean {
  return subject.startsWith('Pod ');
}

function unreadyContainer(pod: Manifest): ContainerView | undefined {
  return containersOf(pod).find(({ label, status }) => {
    const isDone = label.startsWith('init') && numberAt(status, 1, 'state', 'terminated', 'exitCode') === 0;
    return status['ready'] !== true && !isDone;
  });
}

/** A container whose log is worth reading. */
export interface TroubledContainer {
  pod: { namespace: string; name: string };
  container: string;
  /** Of the run before: the present one has just begun, or has not yet. */
  previous: boolean;
  /** How often it was started again. */
  restarts: number;
  /** Whether any run of it has ended. */
  hasEnded: boolean;
}

/** Whose log tells most: the first container that is not ready, of the first pod that has one that ran. One that failed comes first. */
export function troubledContainer(pods: readonly Manifest[]): TroubledContainer | undefined {
  for (const pod of pods) {
    const view = failedContainer(pod) ?? unreadyContainer(pod);
    if (view === undefined) continue;
    const restarts = numberAt(view.status, 0, 'restartCount');
    const hasRun = restarts > 0 || at(view.status, 'state', 'waiting') === undefined;
    if (!hasRun || Object.keys(view.status).length === 0) continue;
    return {
      pod: {
        namespace: textAt(pod, 'metadata', 'namespace') || 'default',
        name: textAt(pod, 'metadata', 'name'),
      },
      container: textAt(view.spec, 'name'),
      previous: restarts > 0 && at(view.status, 'state', 'terminated') === undefined,
      restarts,
      hasEnded: restarts > 0 || at(view.status, 'state', 'terminated') !== undefined,
    };
  }
  return undefined;
}

/** The container that ended with an error and stays so, init containers first. */
function failedContainer(pod: Manifest): ContainerView | undefined {
  return containersOf(pod).find(({ status }) => numberAt(status, 0, 'state', 'terminated', 'exitCode') !== 0);
}

/** `container app exits 3`, of a pod that failed; undefined when no container of it did. */
export function describeEnd(pod: Manifest): string | undefined {
  const view = failedContainer(pod);
  if (view === undefined) return undefined;
  const reason = textAt(view.status, 'state', 'terminated', 'reason');
  const why = reason === '' || reason === 'Error' ? '' : ` (${reason})`;
  return `${view.label} exits ${numberAt(view.status, 0, 'state', 'terminated', 'exitCode')}${why}`;
}

/** The end of a rollout whose updateStrategy is OnDelete: `old` pods, one at least, are replaced only when somebody deletes them. */
export function onDelete(old: number): { state: 'skipped'; note: string } {
  const pods = `${old} pod${old === 1 ? ' keeps its' : 's keep their'} old revision`;
  const note = `its updateStrategy is OnDelete; ${pods} until somebody deletes ${old === 1 ? 'it' : 'them'}`;
  return { state: 'skipped', note };
}
