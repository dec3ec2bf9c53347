import type { HealthRule } from '../health/rule.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import { families } from './family.ts';
import { at, timeAt } from './field.ts';
import { placeOf, type Observation, type Verdict } from './observation.ts';
import type { View } from './observe.ts';
import { isLeaving } from './owner.ts';
import { judge, workloads } from './rollout.ts';
import { judgeStanding, type Standing } from './standing.ts';
import { namespaceOf } from './watched.ts';

/** One object of the release as it is at one moment. */
export interface Seen {
  /** As the release wants it. */
  object: Manifest;
  /** As it is in the cluster; undefined when it is not there. */
  live: Manifest | undefined;
  verdict: Verdict;
  /** Of a workload that is there. */
  observation?: Observation;
  /** Of any other object that is there. */
  standing?: Standing;
}

/** An object that is replaced is away for a moment; one that is deleted stays away. */
const goneMs = 5_000;
const unreadable = 'it was not looked at: the credential may not list its kind';
/** The scheduler looks again when a pod has gone; its verdict from before stands until then. */
const roomMs = 10_000;

/**
 * Judges all objects by one and the same moment. `absent` remembers since when (milliseconds) an object is away; give the same one each time.
 */
export function look(
  view: View,
  objects: readonly Manifest[],
  absent: Map<Manifest, number>,
  { now, startedAt, rules = [] }: { now: Date; startedAt: Date; rules?: readonly HealthRule[] | undefined },
): Seen[] {
  const pods = view.objects('Pod');
  const lists = { pods, replicaSets: view.objects('ReplicaSet'), events: view.objects('Event') };
  const familyOf = families({ ...lists, revisions: view.objects('ControllerRevision') });
  const isRoomComing = pods.some(isLeaving) || view.lostPod(roomMs);
  const related = [...view.objects('StorageClass'), ...view.objects('IngressClass'), ...pods];
  const lives = livesOf(view, objects);

  return objects.map((object): Seen => {
    const present = lives.get(nameOf(object));
    if (present !== undefined && !isLeaving(present)) absent.delete(object);
    // A Job may be deleted as soon as it has ended; how it ended is what counts.
    if (!view.known.has(object.kind))
      return { object, live: undefined, verdict: { state: 'skipped', note: unreadable } };
    const live = present ?? (object.kind === 'Job' ? view.deleted(object) : undefined);
    if (live === undefined) return { object, live, verdict: awayVerdict(object, undefined, absent, now) };
    const isAway = present === undefined || isLeaving(present);
    if (workloads([live]).length > 0) {
      const observation: Observation = { workload: live, ...familyOf(live), isRoomComing, now, startedAt };
      const verdict = judge(observation);
      const hasEnded = object.kind === 'Job' && verdict.state !== 'progressing';
      return isAway && !hasEnded
        ? { object, live, verdict: awayVerdict(object, present, absent, now) }
        : { object, live, observation, verdict };
    }
    if (isAway) return { object, live, verdict: awayVerdict(object, present, absent, now) };
    const standing: Standing = { object: live, related, known: view.known, rules, now, startedAt };
    return { object, live, standing, verdict: judgeStanding(standing) };
  });
}

/** The object is deleted, or (`present`) is being deleted. */
function awayVerdict(
  object: Manifest,
  present: Manifest | undefined,
  absent: Map<Manifest, number>,
  now: Date,
): Verdict {
  const told = timeAt(present, 'metadata', 'deletionTimestamp') ?? now.getTime();
  const since = absent.get(object) ?? Math.min(told, now.getTime());
  absent.set(object, since);
  if (now.getTime() - since < goneMs) {
    return { state: 'progressing', waitsFor: present === undefined ? 'it is not there' : 'it is being deleted' };
  }
  if (present === undefined && object.kind === 'Job' && at(object, 'spec', 'ttlSecondsAfterFinished') !== undefined) {
    return { state: 'skipped', note: 'it is gone, as its ttlSecondsAfterFinished says of one that has ended' };
  }
  const subject = describeRef(refOf(object));
  const happened = present === undefined ? 'was deleted' : 'is being deleted';
  const message = `${subject} ${happened} while it was rolled out.`;
  return { state: 'failed', code: 'RolloutTimedOut', message, subject, details: placeOf(object) };
}

function livesOf(view: View, objects: readonly Manifest[]): Map<string, Manifest> {
  const lives = new Map<string, Manifest>();
  for (const kind of new Set(objects.map((object) => object.kind))) {
    for (const live of view.objects(kind)) lives.set(nameOf(live), live);
  }
  return lives;
}

function nameOf(object: Manifest): string {
  return [object.apiVersion, object.kind, namespaceOf(object), object.metadata.name].join(' ');
}
