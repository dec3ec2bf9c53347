import type { Manifest } from '../kubernetes.ts';
import { conditionOf, eventText, eventTime, eventsOf } from './event.ts';
import { textAt, timeAt } from './field.ts';
import { isFresh, subjectOf, type Trouble } from './look.ts';
import { placeOf, type Observation } from './observation.ts';
import { podsRefused } from './refusal.ts';

/**
 * Quota of pods that are going is given back a moment later, and the service account `default` of a new namespace comes a
 * moment after it.
 */
const graceMs = 15_000;
const codesThatPass = new Set(['QuotaExceeded', 'ServiceAccountMissing']);

/**
 * The API server refuses the pods, so that there is none to look at (quota, pod security, an admission webhook): as the
 * ReplicaSet's condition tells, or for kinds that have none, the last FailedCreate event of this rollout. Ask only while pods are missing.
 */
export function podsNotCreated(source: Manifest, pods: readonly Manifest[], look: Observation): Trouble | undefined {
  const told = toldByCondition(source) ?? toldByEvent(source, pods, look);
  if (told === undefined) return undefined;
  const refused = podsRefused(told.message, placeOf(source));
  const isWaitedFor = codesThatPass.has(refused.code) && look.now.getTime() - told.since < graceMs;
  return { ...refused, subject: subjectOf(source), isFinal: refused.isFinal && !isWaitedFor };
}

interface Told {
  message: string;
  since: number;
}

function toldByCondition(source: Manifest): Told | undefined {
  const condition = conditionOf(source, 'ReplicaFailure');
  if (condition?.['status'] !== 'True') return undefined;
  const message = textAt(condition, 'message') || textAt(condition, 'reason');
  return { message, since: timeAt(condition, 'lastTransitionTime') ?? 0 };
}

function toldByEvent(source: Manifest, pods: readonly Manifest[], look: Observation): Told | undefined {
  const startedAt = look.startedAt.getTime();
  // A pod that was created since then says that it passed.
  const newest = Math.max(0, ...pods.map((pod) => timeAt(pod, 'metadata', 'creationTimestamp') ?? 0));
  const event = eventsOf(look.events, source).findLast(
    (one) =>
      textAt(one, 'reason') === 'FailedCreate' && isFresh(eventTime(one), { startedAt }) && eventTime(one) >= newest,
  );
  if (event === undefined) return undefined;
  const first = timeAt(event, 'firstTimestamp') ?? timeAt(event, 'eventTime') ?? eventTime(event);
  return { message: eventText(event), since: Math.max(first, startedAt) };
}
