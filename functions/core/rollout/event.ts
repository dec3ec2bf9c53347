import { at, listAt, numberAt, textAt, timeAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';

/** Milliseconds of the last time that an Event of either API (v1, events.k8s.io/v1) was seen; 0 when it does not say. */
export function eventTime(event: Manifest): number {
  return (
    timeAt(event, 'series', 'lastObservedTime') ??
    timeAt(event, 'lastTimestamp') ??
    timeAt(event, 'deprecatedLastTimestamp') ??
    timeAt(event, 'eventTime') ??
    timeAt(event, 'metadata', 'creationTimestamp') ??
    0
  );
}

/** Events about the object (by UID where both have one), oldest first. */
export function eventsOf(events: readonly Manifest[], object: Manifest): Manifest[] {
  return events.filter((event) => isAbout(event, object)).sort((a, b) => eventTime(a) - eventTime(b));
}

function isAbout(event: Manifest, object: Manifest): boolean {
  const subject = at(event, 'involvedObject') ?? at(event, 'regarding');
  const uid = textAt(subject, 'uid');
  const own = textAt(object, 'metadata', 'uid');
  if (uid !== '' && own !== '') return uid === own;
  return (
    textAt(subject, 'kind') === textAt(object, 'kind') &&
    textAt(subject, 'name') === textAt(object, 'metadata', 'name') &&
    textAt(subject, 'namespace') === textAt(object, 'metadata', 'namespace')
  );
}

/** True when the event is about this container (`spec.containers{app}`), or does not say about which. */
export function ofContainer(event: Manifest, name: string): boolean {
  const field = textAt(event, 'involvedObject', 'fieldPath') || textAt(event, 'regarding', 'fieldPath');
  return field === '' || field.endsWith(`{${name}}`);
}

/** How often it was seen. */
export function countOf(event: Manifest): number {
  return Math.max(
    numberAt(event, 1, 'count'),
    numberAt(event, 1, 'deprecatedCount'),
    numberAt(event, 1, 'series', 'count'),
  );
}

/** What the event says: `message` in v1, `note` in events.k8s.io/v1. */
export function eventText(event: Manifest): string {
  return textAt(event, 'message') || textAt(event, 'note');
}

/** `Warning Unhealthy Pod shop-1: Readiness probe failed … (4 times)`, on one line of at most 300 characters. */
export function describeEvent(event: Manifest): string {
  const subject = at(event, 'involvedObject') ?? at(event, 'regarding');
  const count = countOf(event);
  const times = count > 1 ? ` (${count} times)` : '';
  const text = eventText(event).replaceAll(/\s+/g, ' ').trim().slice(0, 300);
  return `${textAt(event, 'type')} ${textAt(event, 'reason')} ${textAt(subject, 'kind')} ${textAt(subject, 'name')}: ${text}${times}`;
}

/** The status of the condition of that type, e.g. `True`; the whole condition to read its reason. */
export function conditionOf(object: unknown, type: string): Record<string, unknown> | undefined {
  return listAt(object, 'status', 'conditions').find((condition) => condition['type'] === type);
}
