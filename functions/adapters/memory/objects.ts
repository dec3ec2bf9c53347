import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { refOf, type Manifest, type Ref } from '../../core/kubernetes.ts';
import type { Selection, WatchEvent } from '../../core/ports.ts';
import type { Owners } from './merge.ts';
import { selects } from './selection.ts';

export interface Stored {
  object: Manifest;
  owners: Owners;
}

/** Objects with resource versions and a history, as etcd and the API server keep them. */
export interface Objects {
  get(ref: Ref): Stored | undefined;
  all(): Manifest[];
  /** Stores the object; the same object with the same owners is no change and gets no new version. */
  save(object: Manifest, owners: Owners): Manifest;
  remove(ref: Ref): void;
  /** The newest resource version. */
  version(): number;
  /** What a watcher of the selection sees of the versions after `from`, up to `to`; `gone` when `from` was forgotten. */
  events(selection: Selection, from: number, to: number): WatchEvent[] | 'gone';
  expire(): void;
  /** Resolves at the next change. */
  changed(): Promise<void>;
  /** Wakes whoever waits for a change, without one. */
  wake(): void;
}

export function openObjects(): Objects {
  const stored = new Map<string, Stored>();
  let history: { version: number; type: WatchEvent['type']; object: Manifest; before: Manifest | undefined }[] = [];
  let [version, oldest]: [number, number] = [1, 0];
  let change = Promise.withResolvers<void>();

  function wake(): void {
    change.resolve();
    change = Promise.withResolvers<void>();
  }

  function record(type: WatchEvent['type'], object: Manifest, before: Manifest | undefined): void {
    history.push({ version, type, object, before });
    wake();
  }

  return {
    get: (ref) => stored.get(keyOf(ref)),
    all: () => [...stored.values()].map(({ object }) => object),
    save(object, owners) {
      const key = keyOf(refOf(object));
      const before = stored.get(key);
      const dressed = dress(object, before?.object);
      if (before !== undefined && isDeepStrictEqual(before, { object: dressed, owners })) return before.object;
      version++;
      const saved = { ...dressed, metadata: { ...dressed.metadata, resourceVersion: String(version) } };
      stored.set(key, { object: saved, owners });
      record(before === undefined ? 'ADDED' : 'MODIFIED', saved, before?.object);
      return saved;
    },
    remove(ref) {
      const before = stored.get(keyOf(ref))?.object;
      if (before === undefined) return;
      stored.delete(keyOf(ref));
      version++;
      record('DELETED', { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } }, before);
    },
    version: () => version,
    events(selection, from, to) {
      if (from < oldest) return 'gone';
      return history
        .filter((past) => past.version > from && past.version <= to)
        .flatMap(({ type, object, before }) => seen(selection, type, object, before));
    },
    expire() {
      oldest = version;
      history = [];
    },
    changed: () => change.promise,
    wake,
  };
}

/** An object that begins or ceases to be selected is added or deleted for the watcher. */
function seen(
  selection: Selection,
  type: WatchEvent['type'],
  object: Manifest,
  before: Manifest | undefined,
): WatchEvent[] {
  const was = before !== undefined && selects(selection, before);
  const is = type !== 'DELETED' && selects(selection, object);
  if (!was && !is) return [];
  if (!is) return [{ type: 'DELETED', object }];
  return [{ type: was ? 'MODIFIED' : 'ADDED', object }];
}

/** Gives the object what the API server gives: identity, age, and a generation that counts the changes of its spec. */
function dress(object: Manifest, before: Manifest | undefined): Manifest {
  const isSpecNew = !isDeepStrictEqual(before?.['spec'], object['spec']);
  const generation = (before?.metadata.generation ?? 0) + (isSpecNew ? 1 : 0);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      uid: before?.metadata.uid ?? randomUUID(),
      creationTimestamp: before?.metadata.creationTimestamp ?? new Date().toISOString(),
      ...(object['spec'] === undefined ? {} : { generation }),
      ...(before?.metadata.resourceVersion === undefined ? {} : { resourceVersion: before.metadata.resourceVersion }),
    },
  };
}

function keyOf({ apiVersion, kind, namespace = '', name }: Ref): string {
  return [apiVersion, kind, namespace, name].join(' ');
}
