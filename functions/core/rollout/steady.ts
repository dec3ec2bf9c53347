import type { Manifest } from '../kubernetes.ts';
import { at, numberAt, textAt, timeAt } from './field.ts';
import { isFresh, subjectOf, type ContainerView } from './look.ts';
import { newPods } from './rollout.ts';
import type { Observation } from './observation.ts';
import type { Seen } from './seen.ts';
import { containersOf } from './trouble.ts';

/**
 * How long a container without a readiness probe has to stay up. Kubernetes takes it for ready as soon as it starts, so one that
 * ends a moment later, for want of a setting, would pass for a release that serves. Kamal waits 7 s for the same reason.
 */
const steadyMs = 5_000;

/** Remembers since when containers are up, by Hawser's own clock: the node's may differ. */
export interface Steadiness {
  /** What has to stay up a little longer, as one line for people; undefined when nothing has to. Call it at each look, from the first on. */
  waitsFor(seen: readonly Seen[], now: Date): string | undefined;
}

/** For one rollout. A container that was up before it has shown that it stays up. */
export function openSteadiness(startedAt: Date): Steadiness {
  const upSince = new Map<string, number>();

  const isSteady = (pod: Manifest, { spec, status }: ContainerView, now: Date): boolean => {
    const began = timeAt(status, 'state', 'running', 'startedAt');
    // It has ended, or its start was not seen yet: each watch is a connection of its own, and the workload's may be ahead.
    if (began === undefined) return false;
    if (!isFresh(began, { startedAt: startedAt.getTime() })) return true;
    const run = [textAt(pod, 'metadata', 'uid'), textAt(spec, 'name'), numberAt(status, 0, 'restartCount')].join(' ');
    const seenAt = upSince.get(run) ?? now.getTime();
    upSince.set(run, seenAt);
    return now.getTime() - seenAt >= steadyMs;
  };

  const unsteady = (observation: Observation, now: Date): string | undefined => {
    const { workload } = observation;
    const pods = newPods(observation).filter(isAlive);
    const views = pods.flatMap((pod) => unproved(pod).filter((view) => !isSteady(pod, view, now)));
    const label = views[0]?.label ?? (pods.length < updated(workload) ? 'a pod' : undefined);
    if (label === undefined) return undefined;
    return `${subjectOf(workload)}: ${label} has no readinessProbe; it is watched for ${steadyMs / 1_000} s, to see that it stays up`;
  };

  return {
    waitsFor: (seen, now) =>
      seen
        .flatMap(({ observation, verdict }) =>
          observation === undefined || verdict.state === 'skipped' || !mayBeUnproved(observation.workload)
            ? []
            : [unsteady(observation, now)],
        )
        .find((one) => one !== undefined),
  };
}

/** How many pods of the new revision there are, as the controller counts them. */
function updated(workload: Manifest): number {
  const field = { DaemonSet: 'updatedNumberScheduled', ReplicaSet: 'replicas' }[workload.kind] ?? 'updatedReplicas';
  return numberAt(workload, 0, 'status', field);
}

/**
 * Whether a rollout of the workload, as it is in the cluster, can look ready before its containers have shown anything: some have no
 * readiness probe, and its author has not said by `minReadySeconds` how long they are to stay up.
 */
export function mayBeUnproved(workload: Manifest): boolean {
  if (workload.kind === 'Job') return false;
  if (workload.kind === 'Pod') {
    const policy = textAt(workload, 'spec', 'restartPolicy') || 'Always';
    return policy === 'Always' && unproved(workload).length > 0;
  }
  if (numberAt(workload, 0, 'spec', 'minReadySeconds') > 0) return false;
  return unproved({ ...workload, spec: at(workload, 'spec', 'template', 'spec') }).length > 0;
}

/** One that was evicted stays behind with its ended containers; another pod has taken its place. */
function isAlive(pod: Manifest): boolean {
  return !['Failed', 'Succeeded'].includes(textAt(pod, 'status', 'phase'));
}

/** The containers that are to run all the time, and nothing but their being started is asked for. */
function unproved(pod: Manifest): ContainerView[] {
  return containersOf(pod).filter(
    ({ label, spec }) => !label.startsWith('init container ') && at(spec, 'readinessProbe') === undefined,
  );
}
