import type { Manifest } from '../../core/kubernetes.ts';
import type { WatchEvent } from '../../core/ports.ts';

/**
 * What a watcher has been told of, so that after a gap only what changed is told: a list says what is there, not what has gone.
 */
export interface Known {
  /** Notes an event, and says whether it is news. */
  take(event: WatchEvent): boolean;
  /** The events that turn what was known into the list. */
  reconcile(items: readonly Manifest[]): WatchEvent[];
}

export function openKnown(listed: readonly Manifest[]): Known {
  const objects = new Map(listed.map((object) => [keyOf(object), object]));
  return {
    take(event) {
      const key = keyOf(event.object);
      if (event.type === 'DELETED') {
        objects.delete(key);
        return true;
      }
      const same = objects.get(key)?.metadata.resourceVersion === event.object.metadata.resourceVersion;
      objects.set(key, event.object);
      return !same || event.object.metadata.resourceVersion === undefined;
    },
    reconcile(items) {
      const now = new Set(items.map(keyOf));
      const gone = [...objects].filter(([key]) => !now.has(key));
      return [
        ...gone.map(([, object]): WatchEvent => ({ type: 'DELETED', object })),
        ...items
          .filter((item) => objects.get(keyOf(item))?.metadata.resourceVersion !== item.metadata.resourceVersion)
          .map((object): WatchEvent => ({ type: objects.has(keyOf(object)) ? 'MODIFIED' : 'ADDED', object })),
      ];
    },
  };
}

/** By UID: an object that was deleted and made again under its name is another one. */
function keyOf({ metadata }: Manifest): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;
}
