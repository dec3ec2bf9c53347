import type { Manifest } from '../kubernetes.ts';
import { at, listAt, textAt } from './field.ts';
import type { Observation } from './observation.ts';

type Parts = Pick<Observation, 'replicaSets' | 'pods' | 'events' | 'revisions'>;

/**
 * Sorts what is known by whom it belongs to, once for all workloads: with hundreds of them, each is then judged by its own few objects.
 * The answer gives a workload's ReplicaSets, pods, ControllerRevisions, and the events about it and about these.
 */
export function families(all: Parts): (object: Manifest) => Required<Parts> {
  const pods = byOwner(all.pods);
  const replicaSets = byOwner(all.replicaSets);
  const revisions = byOwner(all.revisions ?? []);
  const events = Map.groupBy(all.events, (event) => nameOf(at(event, 'involvedObject') ?? at(event, 'regarding')));
  const of = (index: Map<string, Manifest[]>, owner: Manifest): Manifest[] =>
    index.get(textAt(owner, 'metadata', 'uid')) ?? [];
  return (object) => {
    const sets = of(replicaSets, object);
    const own = [object, ...sets].flatMap((owner) => of(pods, owner));
    const about = [object, ...sets, ...own].map((one) => nameOf({ kind: one.kind, ...one.metadata }));
    return {
      replicaSets: sets,
      pods: own,
      revisions: of(revisions, object),
      events: [...new Set(about)].flatMap((name) => events.get(name) ?? []),
    };
  };
}

function byOwner(objects: readonly Manifest[]): Map<string, Manifest[]> {
  const index = new Map<string, Manifest[]>();
  for (const object of objects) {
    for (const uid of new Set(listAt(object, 'metadata', 'ownerReferences').map((one) => textAt(one, 'uid')))) {
      if (uid === '') continue;
      const known = index.get(uid);
      if (known === undefined) index.set(uid, [object]);
      else known.push(object);
    }
  }
  return index;
}

function nameOf(reference: unknown): string {
  return `${textAt(reference, 'kind')} ${textAt(reference, 'name')}`;
}
