import { refOf, type Manifest, type Ref } from '../../core/kubernetes.ts';
import { isDefinition } from '../../core/phases/custom-kinds.ts';
import type { Cluster, Selection, WatchEvent } from '../../core/ports.ts';
import { jsonPatch, type PatchOperation } from '../../core/render/patch.ts';
import { openKnown } from '../kubernetes/known.ts';
import { applyImpossible } from '../kubernetes/status.ts';
import { check, conflict } from './check.ts';
import { takeManagedFields, withManagedFields } from './managed.ts';
import { merge } from './merge.ts';
import { openObjects, type Objects } from './objects.ts';
import { selects } from './selection.ts';

export interface MemoryClusterOptions {
  version?: string;
  /** Called after each apply that changed something, as a controller would notice: mark a Deployment available, make a pod crash. */
  onApply?: (object: Manifest, cluster: MemoryCluster) => void;
  /** A container's log, oldest line first; empty by default. */
  logs?: (pod: { namespace: string; name: string }, options: { container: string; previous: boolean }) => string[];
}

export interface MemoryCluster extends Cluster {
  /** The same cluster through another field manager. */
  as(fieldManager: string): Cluster;
  /** Stores the whole object as a controller does, status included. Owners stay as they are, or are those of its managedFields. Returns what is stored. */
  put(object: Manifest): Manifest;
  /** Everything that is stored, in the order of creation. */
  objects(): Manifest[];
  /** Forgets all past resource versions: a watch from one of them has to list again. */
  expire(): void;
  /** From now on every call and watch throws this, until `undefined` is set. */
  breakWith(error: Error | undefined): void;
}

/** A cluster in memory that keeps the API server's rules for apply, list and watch. No controller runs but `onApply`. */
export function memoryCluster(options: MemoryClusterOptions = {}): MemoryCluster {
  const objects = openObjects();
  let broken: Error | undefined;

  /** Answers come later, fail when broken and end with the signal, as over the network; nobody shares what is stored. */
  async function call<T>(signal: AbortSignal, answer: () => T): Promise<T> {
    await Promise.resolve();
    signal.throwIfAborted();
    if (broken !== undefined) throw broken;
    return structuredClone(answer());
  }

  function apply(manager: string, object: Manifest, how: { dryRun: boolean; force: boolean }): Manifest {
    check(object, objects);
    const before = objects.get(refOf(object));
    const live = before?.object ?? emptyLike(object);
    const merged = merge(live, before?.owners ?? new Map<string, Set<string>>(), object, { manager, force: how.force });
    if ('conflicts' in merged) throw conflict(refOf(object), merged.conflicts);
    if (how.dryRun) return withManagedFields(merged.object, merged.owners);
    const saved = objects.save(merged.object, merged.owners);
    if (saved !== before?.object) {
      options.onApply?.(structuredClone(saved), cluster);
      if (isDefinition(saved)) setImmediate(() => establish(refOf(saved)));
    }
    return withManagedFields(saved, merged.owners);
  }

  /** The API server's own controller for CRDs: a moment later their kinds are served. */
  function establish(ref: Ref): void {
    const definition = objects.get(ref);
    if (definition === undefined) return;
    const conditions = ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True', reason: type }));
    objects.save({ ...definition.object, status: { conditions } }, definition.owners);
  }

  function patch(ref: Ref, operations: readonly PatchOperation[]): Manifest | undefined {
    const before = objects.get(ref);
    if (before === undefined) return undefined;
    const patched = jsonPatch(withManagedFields(before.object, before.owners), operations) as Manifest;
    if (patched.metadata.resourceVersion !== before.object.metadata.resourceVersion) return undefined;
    const { object, owners } = takeManagedFields(patched);
    return withManagedFields(objects.save(object, owners), owners);
  }

  function show(ref: Ref): Manifest | undefined {
    const stored = objects.get(ref);
    return stored === undefined ? undefined : withManagedFields(stored.object, stored.owners);
  }

  function remove(ref: Ref & { uid?: string }): void {
    const uid = objects.get(ref)?.object.metadata.uid;
    if (uid !== undefined && ref.uid !== undefined && ref.uid !== uid)
      throw applyImpossible(ref, 'was not removed: another object has that name by now');
    objects.remove(ref);
  }

  async function* watch(
    selection: Selection,
    from: string,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent, void, void> {
    const end = ended(signal);
    let at = Number(from);
    const past = objects.events(selection, 0, at);
    const known = openKnown([]);
    for (const event of past === 'gone' ? [] : past) known.take(event);
    while (!signal.aborted) {
      if (broken !== undefined) throw broken;
      const [to, change] = [objects.version(), objects.changed()];
      const news = objects.events(selection, at, to);
      at = to;
      for (const event of news === 'gone' ? known.reconcile(listOf(objects, selection)) : news) {
        if (signal.aborted) return;
        known.take(event);
        yield structuredClone(event);
      }
      if (at === objects.version()) await Promise.race([change, end]);
    }
  }

  const as = (fieldManager: string): Cluster => ({
    ready: (signal) => call(signal, () => ({ version: options.version ?? 'v1.34.4' })),
    get: (ref, signal) => call(signal, () => show(ref)),
    list: (selection, signal) =>
      call(signal, () => ({
        items: listOf(objects, selection).map((object) => show(refOf(object)) ?? object),
        resourceVersion: String(objects.version()),
      })),
    apply: (object, how, signal) => call(signal, () => apply(fieldManager, object, how)),
    patch: (ref, operations, signal) => call(signal, () => patch(ref, operations)),
    remove: (ref, signal) => call(signal, () => remove(ref)),
    logs: (pod, which, signal) => call(signal, () => (options.logs?.(pod, which) ?? []).slice(-which.lines)),
    watch,
    close: async () => undefined,
  });

  const cluster: MemoryCluster = {
    ...as('hawser'),
    as,
    put(put) {
      const { object, owners } = takeManagedFields(structuredClone(put));
      const kept = owners.size > 0 ? owners : (objects.get(refOf(put))?.owners ?? new Map());
      return structuredClone(objects.save(object, kept));
    },
    objects: () => structuredClone(objects.all()),
    expire: () => objects.expire(),
    breakWith(error) {
      broken = error;
      objects.wake();
    },
  };
  return cluster;
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function listOf(objects: Objects, selection: Selection): Manifest[] {
  return objects.all().filter((object) => selects(selection, object));
}

function emptyLike(object: Manifest): Manifest {
  const { name, namespace } = object.metadata;
  const { apiVersion, kind } = object;
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}
