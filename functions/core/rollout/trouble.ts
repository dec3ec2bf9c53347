import { containerTrouble } from './container-trouble.ts';
import { conditionOf, eventText, eventTime, eventsOf } from './event.ts';
import { at, listAt, numberAt, textAt, timeAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { isFresh, oneLine, subjectOf, type ContainerView, type Finding, type Look, type Trouble } from './look.ts';

/** Time for the scheduler to change its mind: the least that kstatus waits, too. */
const scheduleGraceMs = 15_000;
/** A volume's Secret may be created a moment after the pod. */
const mountGraceMs = 10_000;
/** All troubles of the pod, the most telling first. Never throws, whatever the objects hold. */
export function troublesOf(
  pod: Manifest,
  observation: Omit<Look, 'events'> & { events: readonly Manifest[] },
): Trouble[] {
  if (at(pod, 'metadata', 'deletionTimestamp') !== undefined) return [];
  // Evicted, preempted, shut down with its node: the ReplicaSet makes another one.
  if (textAt(pod, 'status', 'phase') === 'Failed') return [];
  const look: Look = { ...observation, events: eventsOf(observation.events, pod) };
  const subject = subjectOf(pod);
  const place = {
    namespace: textAt(pod, 'metadata', 'namespace') || 'default',
    object: `pod/${textAt(pod, 'metadata', 'name')}`,
  };
  const found = [
    ...containersOf(pod).map((view) => containerTrouble(view, pod, look)),
    unscheduled(pod, look),
    unmounted(look),
  ].filter((one) => one !== undefined);
  return found
    .map((one) => ({ ...one, subject, details: { ...place, ...one.details } }))
    .sort((a, b) => Number(b.isFinal) - Number(a.isFinal));
}

/** Init containers first, as they run first. A container without a status yet has an empty one. */
export function containersOf(pod: Manifest): ContainerView[] {
  const lists = [
    { label: 'init container', spec: 'initContainers', status: 'initContainerStatuses' },
    { label: 'container', spec: 'containers', status: 'containerStatuses' },
  ];
  return lists.flatMap(({ label, spec, status }) => {
    const statuses = listAt(pod, 'status', status);
    return listAt(pod, 'spec', spec).map((container) => ({
      label: `${label} ${textAt(container, 'name')}`,
      spec: container,
      status: statuses.find((one) => one['name'] === container['name']) ?? {},
    }));
  });
}

function unscheduled(pod: Manifest, look: Look): Finding | undefined {
  const condition = conditionOf(pod, 'PodScheduled');
  if (condition?.['status'] !== 'False' || condition['reason'] !== 'Unschedulable') return undefined;
  const message = textAt(condition, 'message');
  const waitedMs = look.now - (timeAt(condition, 'lastTransitionTime') ?? look.now);
  const passes =
    /node\.kubernetes\.io\/(not-ready|unreachable|network-unavailable)/.test(message) || look.isOldPodLeaving;
  return {
    code: 'Unschedulable',
    what: `no node takes it: ${oneLine(message) || 'the scheduler gives no reason'}`,
    details: { reason: message },
    isFinal: waitedMs >= scheduleGraceMs && !passes,
  };
}

function unmounted(look: Look): Finding | undefined {
  const event = look.events.findLast((one) => textAt(one, 'reason') === 'FailedMount' && isFresh(eventTime(one), look));
  if (event === undefined) return undefined;
  const message = oneLine(eventText(event));
  const isMissing = /(secret|configmap) "[^"]+" not found|references non-existent (secret|config) key/i.test(message);
  const since = timeAt(event, 'firstTimestamp') ?? timeAt(event, 'eventTime') ?? look.now;
  const isRepeated = numberAt(event, 1, 'count') > 1 || look.now - since >= mountGraceMs;
  return {
    code: isMissing ? 'ContainerConfigInvalid' : 'RolloutTimedOut',
    what: `a volume is not mounted: ${message}`,
    details: { reason: message },
    isFinal: isMissing && isRepeated && !/failed to sync .* cache/i.test(message),
  };
}
