import { diagnose, failureOfTrouble } from './diagnosis.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Failure } from '../release.ts';
import { judge, workloads, type Observation } from './rollout.ts';
import { troublesOf } from './trouble.ts';

/**
 * Why a rollout fails, from objects that were saved at one moment: Deployments with their ReplicaSets, Pods and Events, or
 * Pods alone. They are taken as the last word, so every grace has passed at `now`. Undefined when nothing is wrong.
 */
export function diagnoseObjects(objects: readonly Manifest[], logs: readonly string[], now: Date): Failure | undefined {
  const ofKind = (kind: string): Manifest[] => objects.filter((object) => object.kind === kind);
  const parts = { replicaSets: ofKind('ReplicaSet'), pods: ofKind('Pod'), events: ofKind('Event') };
  const rollouts = workloads(objects)
    .map((deployment): Observation => ({ deployment, ...parts, now, startedAt: new Date(0) }))
    .map((observation) => ({ observation, state: judge(observation).state }))
    .filter(({ state }) => state !== 'ready')
    .map(({ observation, state }) => diagnose(observation, { logs, timedOut: state !== 'failed' }));
  const known = rollouts.find(({ code }) => code !== 'RolloutTimedOut');
  if (known !== undefined) return known;
  // Without their ReplicaSets, pods cannot be told apart by revision: each speaks for itself.
  const hasReplicaSets = parts.replicaSets.length > 0;
  return (hasReplicaSets && rollouts.length > 0 ? undefined : podFailure(parts, logs, now)) ?? rollouts[0];
}

function podFailure(
  { pods, events }: Pick<Observation, 'pods' | 'events'>,
  logs: readonly string[],
  now: Date,
): Failure | undefined {
  const look = { events, now: now.getTime(), startedAt: 0, isOldPodLeaving: false };
  const troubles = pods.flatMap((pod) => troublesOf(pod, look).map((trouble) => ({ pod, trouble })));
  const worst = troubles.find(({ trouble }) => trouble.isFinal) ?? troubles[0];
  return worst === undefined ? undefined : failureOfTrouble(worst.trouble, [worst.pod], events, logs);
}
