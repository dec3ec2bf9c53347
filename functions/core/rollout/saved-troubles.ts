import type { ErrorCode } from '../errors.ts';
import { claimTrouble } from './claim-trouble.ts';
import { conditionOf, eventText, eventTime, eventsOf } from './event.ts';
import { jobFailed, troubleOfEvents } from './event-trouble.ts';
import { subjectRef } from './events-pod.ts';
import { at, listAt, numberAt, textAt, timeAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { subjectOf, type Look, type Trouble } from './look.ts';
import { isReadyNode, nodeTrouble } from './node-trouble.ts';
import { placeOf, type Observation } from './observation.ts';
import { isOwnedBy } from './owner.ts';
import { podsRefused } from './refusal.ts';
import { judge, newPods, verdictAtDeadline, workloads } from './rollout.ts';
import { troublesOf } from './trouble.ts';

/** Objects and events of one moment; `now` in milliseconds. */
export interface Saved {
  objects: readonly Manifest[];
  events: readonly Manifest[];
  now: number;
}

export interface SavedTrouble {
  trouble: Trouble;
  about: Manifest;
}

/** Every grace has passed, whenever it was saved. */
const longAfterMs = 3_600_000;

/** Nearer to the root of what is wrong comes first: a pod's cause before its Job. What is not here has 2; a claim comes before its pod. */
const ranks: Partial<Record<ErrorCode, number>> = {
  ContainerCrashing: 3,
  NodeUnderPressure: 4,
  PodPreempted: 4,
  ProbeFailing: 5,
  JobFailed: 6,
  RolloutTimedOut: 9,
};

/** All troubles, the most telling first. */
export function savedTroubles(saved: Saved): SavedTrouble[] {
  const found = [
    ...ofKind(saved, 'PersistentVolumeClaim').flatMap((claim) => claims(claim, saved)),
    ...uncreated(saved),
    ...pods(saved),
    ...jobs(saved),
  ];
  const nodes = ofKind(saved, 'Node').flatMap((node) => about(node, nodeTrouble(node)));
  const named = [...found, ...nodes.filter(({ trouble }) => explains(trouble, found))];
  const known = named.length > 0 ? named : strangers(saved);
  const all = known.length > 0 ? known : unfinished(saved);
  const rank = ({ trouble }: SavedTrouble): number => ranks[trouble.code] ?? 2;
  return all
    .map((one, order) => ({ one, order }))
    .sort(
      (a, b) =>
        rank(a.one) - rank(b.one) || Number(b.one.trouble.isFinal) - Number(a.one.trouble.isFinal) || a.order - b.order,
    )
    .map(({ one }) => one);
}

function ofKind({ objects }: Saved, ...kinds: string[]): Manifest[] {
  return objects.filter(({ kind }) => kinds.includes(kind));
}

function about(object: Manifest, trouble: Trouble | undefined): SavedTrouble[] {
  return trouble === undefined ? [] : [{ trouble, about: object }];
}

function claims(claim: Manifest, saved: Saved): SavedTrouble[] {
  return about(claim, claimTrouble(claim, saved.events, ofKind(saved, 'StorageClass')));
}

/** A node's own trouble is the cause unless something that it does not explain is wrong. */
function explains({ code }: Trouble, found: readonly SavedTrouble[]): boolean {
  const explained: readonly ErrorCode[] =
    code === 'NodeNotReady'
      ? ['NodeNotReady', 'ProbeFailing', 'Unschedulable', 'PodSandboxFailing']
      : ['NodeUnderPressure'];
  return found.every(({ trouble }) => explained.includes(trouble.code));
}

/** What the rules may look at, as long after the last thing that happened as any grace lasts. */
function lookAt(saved: Saved): Omit<Look, 'events'> & { events: readonly Manifest[] } {
  const nodes = ofKind(saved, 'Node');
  const allPods = ofKind(saved, 'Pod');
  return {
    events: saved.events,
    now: saved.now + longAfterMs,
    startedAt: 0,
    isOldPodLeaving: false,
    ...(nodes.length > 0 ? { nodes, allPods } : { allPods }),
  };
}

function pods(saved: Saved): SavedTrouble[] {
  const look = lookAt(saved);
  const outdated = outdatedPods(saved);
  const lost = new Set(
    ofKind(saved, 'Node')
      .filter((node) => !isReadyNode(node))
      .map((node) => textAt(node, 'metadata', 'name')),
  );
  return ofKind(saved, 'Pod')
    .filter((pod) => !outdated.has(pod) && !(hasEnded(pod) && hasReplacement(pod, saved)))
    .flatMap((pod) => {
      const [worst] = troublesOf(pod, look);
      // What runs on a node that does not report says nothing about itself.
      const isMute = lost.has(textAt(pod, 'spec', 'nodeName')) && worst?.code === 'ProbeFailing';
      return isMute ? [] : about(pod, worst);
    });
}

function hasEnded(pod: Manifest): boolean {
  return textAt(pod, 'status', 'phase') === 'Failed';
}

/** A pod that was evicted or failed stays to be read; what counts is whether its workload does well. */
function hasReplacement(pod: Manifest, saved: Saved): boolean {
  return ofKind(saved, 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController')
    .filter((one) => isOwnedBy(pod, one))
    .some((owner) => isDone(owner));
}

function isDone(owner: Manifest): boolean {
  if (owner.kind === 'Job') return conditionOf(owner, 'Complete')?.['status'] === 'True';
  if (owner.kind === 'DaemonSet')
    return numberAt(owner, 0, 'status', 'numberReady') >= numberAt(owner, 1, 'status', 'desiredNumberScheduled');
  return numberAt(owner, 0, 'status', 'readyReplicas') >= numberAt(owner, 1, 'spec', 'replicas');
}

/** Pods of older revisions: they go, whatever becomes of them. Without their ReplicaSets pods cannot be told apart. */
function outdatedPods(saved: Saved): Set<Manifest> {
  const replicaSets = ofKind(saved, 'ReplicaSet');
  const outdated = new Set<Manifest>();
  for (const deployment of ofKind(saved, 'Deployment')) {
    const observation = observe(deployment, saved);
    const current = new Set(newPods(observation));
    if (current.size === 0) continue;
    const own = replicaSets.filter((one) => isOwnedBy(one, deployment));
    for (const pod of observation.pods) {
      if (!current.has(pod) && own.some((one) => isOwnedBy(pod, one))) outdated.add(pod);
    }
  }
  return outdated;
}

function observe(workload: Manifest, saved: Saved): Observation {
  return {
    workload,
    replicaSets: ofKind(saved, 'ReplicaSet'),
    pods: ofKind(saved, 'Pod'),
    events: saved.events,
    revisions: ofKind(saved, 'ControllerRevision'),
    now: new Date(saved.now + longAfterMs),
    startedAt: new Date(0),
  };
}

/** Controllers whose pods the API server refuses, as a condition or the last event of them tells. */
function uncreated(saved: Saved): SavedTrouble[] {
  const found = ofKind(
    saved,
    'ReplicaSet',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'ReplicationController',
    'Deployment',
  ).flatMap((owner) => {
    const message = refusalOf(owner, saved.events);
    if (message === undefined || isDone(owner)) return [];
    const finding = podsRefused(message, placeOf(owner));
    return about(owner, { ...finding, subject: subjectOf(owner), details: { ...placeOf(owner), ...finding.details } });
  });
  // A Deployment only repeats its ReplicaSet.
  return found.some(({ about: one }) => one.kind !== 'Deployment')
    ? found.filter(({ about: one }) => one.kind !== 'Deployment')
    : found;
}

function refusalOf(owner: Manifest, all: readonly Manifest[]): string | undefined {
  const condition = conditionOf(owner, 'ReplicaFailure');
  if (condition?.['status'] === 'True') return textAt(condition, 'message') || textAt(condition, 'reason');
  const progress = conditionOf(owner, 'Progressing');
  if (progress?.['status'] === 'False' && progress['reason'] === 'ReplicaSetCreateError')
    return textAt(progress, 'message');
  const own = eventsOf(all, owner).filter((event) =>
    /^(FailedCreate|SuccessfulCreate|ReplicaSetCreateError)$/.test(textAt(event, 'reason')),
  );
  const last = own.at(-1);
  if (last === undefined || textAt(last, 'reason') === 'SuccessfulCreate') return undefined;
  const isOver = timeAt(owner, 'status', 'completionTime') !== undefined && eventTime(last) > 0;
  return isOver ? undefined : eventText(last);
}

function jobs(saved: Saved): SavedTrouble[] {
  return ofKind(saved, 'Job').flatMap((job) => {
    const failed = conditionOf(job, 'Failed') ?? conditionOf(job, 'FailureTarget');
    if (failed?.['status'] !== 'True') return [];
    return about(job, jobFailed(subjectOf(job), textAt(failed, 'reason'), textAt(failed, 'message'), placeOf(job)));
  });
}

/** Events about objects of kinds that were not saved. Where what was saved does well, they are about what has gone. */
function strangers(saved: Saved): SavedTrouble[] {
  const owners = workloads(saved.objects).filter(({ kind }) => kind !== 'Pod');
  if (owners.length > 0 && owners.every((one) => judge(observe(one, saved)).state === 'ready')) return [];
  const kinds = new Set(saved.objects.map(({ kind }) => kind));
  const groups = new Map<string, Manifest[]>();
  for (const event of saved.events) {
    const { kind, namespace, name } = subjectRef(event);
    if (kinds.has(kind)) continue;
    const key = `${kind}/${namespace}/${name}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  const look = lookAt(saved);
  return [...groups.values()].flatMap((events) => {
    const inOrder = events.toSorted((a, b) => eventTime(a) - eventTime(b));
    const { kind, namespace, name } = subjectRef(events[0] as Manifest);
    const object: Manifest = { apiVersion: 'v1', kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) } };
    return about(object, troubleOfEvents(inOrder, look));
  });
}

/** Workloads that are not as they should be, for a reason that nothing tells. A Job that runs is all right. */
function unfinished(saved: Saved): SavedTrouble[] {
  return workloads(saved.objects)
    .filter((object) => object.kind !== 'Job' && !hasOwner(object, saved))
    .filter((object) => object.kind !== 'Pod' || (textAt(object, 'spec', 'restartPolicy') || 'Always') === 'Always')
    .filter((object) => at(object, 'metadata', 'deletionTimestamp') === undefined)
    .flatMap((object) => {
      const observation = observe(object, saved);
      const { state } = judge(observation);
      if (state === 'ready' || state === 'skipped') return [];
      const { code, message, subject, details } = verdictAtDeadline(observation);
      const what = message.startsWith(`${subject}: `) ? message.slice(subject.length + 2).replace(/\.$/, '') : message;
      return about(object, { code, what, subject, details, isFinal: true });
    });
}

/** Kept by another object of the List, which then speaks for it; a finished pod of a Job that is gone is no news either. */
function hasOwner(object: Manifest, { objects }: Saved): boolean {
  const refs = listAt(object, 'metadata', 'ownerReferences');
  return refs.some(
    (ref) =>
      textAt(ref, 'kind') === 'Job' ||
      objects.some((one) => textAt(one, 'metadata', 'uid') === textAt(ref, 'uid') && textAt(ref, 'uid') !== ''),
  );
}
