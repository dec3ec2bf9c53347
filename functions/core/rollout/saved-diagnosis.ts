import { failureOfTrouble } from './diagnosis.ts';
import { eventsOf } from './event.ts';
import { subjectRef } from './events-pod.ts';
import { listAt, textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Failure } from '../release.ts';
import { savedTroubles, type Saved } from './saved-troubles.ts';

/**
 * Why something fails, from objects that were saved at one moment: workloads of every kind with their pods, claims, nodes and
 * events, of one namespace or many; or any part of these, down to events alone. They are taken as the last word, so every grace
 * has passed at `now`. Of several troubles the one nearest to the root is told. Undefined when nothing is wrong. Never throws.
 */
export function diagnoseObjects(objects: readonly Manifest[], logs: readonly string[], now: Date): Failure | undefined {
  const events = objects.filter(({ kind }) => kind === 'Event');
  const saved: Saved = { objects: objects.filter(({ kind }) => kind !== 'Event'), events, now: now.getTime() };
  const [worst] = savedTroubles(saved);
  if (worst === undefined) return undefined;
  return failureOfTrouble(worst.trouble, withOwners(worst.about, saved), evidenceOf(worst.about, events), logs);
}

/** The object and what owns it: their events tell the story. */
function withOwners(object: Manifest, { objects }: Saved): Manifest[] {
  const owners = listAt(object, 'metadata', 'ownerReferences').map((ref) => textAt(ref, 'uid'));
  const found = objects.filter(
    (one) => owners.includes(textAt(one, 'metadata', 'uid')) && textAt(one, 'metadata', 'uid') !== '',
  );
  return [
    object,
    ...found,
    ...found.flatMap((owner) =>
      withOwners(owner, { objects: objects.filter((one) => one !== owner), events: [], now: 0 }).slice(1),
    ),
  ];
}

/** An object that was made up of its events has them all. */
function evidenceOf(object: Manifest, events: readonly Manifest[]): readonly Manifest[] {
  if (eventsOf(events, object).length > 0) return events;
  const { name } = object.metadata;
  return events.filter((event) => subjectRef(event).name === name);
}
