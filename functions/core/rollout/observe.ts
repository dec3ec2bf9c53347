import { refOf, type Manifest } from '../kubernetes.ts';
import { isMissingRight } from '../missing-right.ts';
import type { Clock, Cluster } from '../ports.ts';
import { doorbell } from './doorbell.ts';
import type { Source } from './watched.ts';

/** A part of the cluster, kept current. */
export interface View {
  /** Reads these lists. What is there can be asked for from then on. */
  list(sources: readonly Source[]): Promise<void>;
  /** Keeps these lists current from where they were read. The first eight by a watch each, further ones by reading them again. */
  follow(sources: readonly Source[]): void;
  /** All objects of the lists of this kind that are there. */
  objects(kind: string): Manifest[];
  /** The object of that name as it was last before it was deleted. */
  deleted(like: Manifest): Manifest | undefined;
  /** Whether a pod was deleted in the last `ms`. */
  lostPod(ms: number): boolean;
  /** Kinds that were read: an optional list may be forbidden. */
  known: ReadonlySet<string>;
  /** Resolves at the next change, and after a second at the latest: some rules depend on time. Throws what a watch threw. */
  change(): Promise<void>;
  /** Ends all watches. */
  close(): Promise<void>;
}

/** Each watch holds a connection of the one Agent, and the calls beside them need some too. */
const MAX_WATCHES = 8;
const TICK_MS = 1_000;
const POLL_MS = 5_000;

interface Held {
  resourceVersion: string;
  present: Map<string, Manifest>;
  gone: Map<string, { object: Manifest; at: number }>;
}

/** A view with nothing in it yet. Ends with `signal`; close it in any case. */
export function openView(cluster: Cluster, clock: Clock, signal: AbortSignal): View {
  const stop = new AbortController();
  const until = AbortSignal.any([stop.signal, signal]);
  const bell = doorbell();
  const lists = new Map<string, Held>();
  const known = new Set<string>();
  const background: Promise<void>[] = [];

  async function read({ selection, isOptional }: Source): Promise<void> {
    try {
      const { items, resourceVersion } = await cluster.list(selection, until);
      const before = lists.get(keyOf(selection));
      const held: Held = before ?? { resourceVersion, present: new Map(), gone: new Map() };
      const listed = new Map(items.map((item) => [nameOf(item), item]));
      for (const [name, object] of held.present) if (!listed.has(name)) lose(held, name, object);
      for (const [name, object] of listed) held.present.set(name, object);
      lists.set(keyOf(selection), { ...held, resourceVersion });
      known.add(selection.kind);
    } catch (error) {
      if (!isOptional || !isMissingRight(error)) throw error;
    }
  }

  function lose(held: Held, name: string, object: Manifest): void {
    held.present.delete(name);
    held.gone.set(name, { object, at: clock.now().getTime() });
  }

  async function watch({ selection, isOptional }: Source): Promise<void> {
    const held = lists.get(keyOf(selection));
    if (held === undefined) return;
    try {
      for await (const { type, object } of cluster.watch(selection, held.resourceVersion, until)) {
        if (type === 'DELETED') lose(held, nameOf(object), object);
        else held.present.set(nameOf(object), object);
        bell.ring();
      }
    } catch (error) {
      if (!isOptional || !isMissingRight(error)) throw error;
    }
  }

  async function poll(source: Source): Promise<void> {
    while (!until.aborted) {
      await clock.sleep(POLL_MS, until);
      await read(source);
      bell.ring();
    }
  }

  async function tick(): Promise<void> {
    while (!until.aborted) {
      await clock.sleep(TICK_MS, until);
      bell.ring();
    }
  }

  /** Runs until the view is closed; what it throws before that is thrown by `change`. */
  function keep(task: Promise<void>): void {
    const end = (error?: unknown): void => (error === undefined || until.aborted ? bell.ring() : bell.break(error));
    background.push(task.then(() => end(), end));
  }

  return {
    async list(sources) {
      await Promise.all(sources.map(read));
    },
    follow(sources) {
      const changing = sources.filter(({ isStill }) => !isStill);
      changing.slice(0, MAX_WATCHES).forEach((source) => keep(watch(source)));
      changing.slice(MAX_WATCHES).forEach((source) => keep(poll(source)));
      keep(tick());
    },
    objects: (kind) => heldOf(lists, kind).flatMap(({ present }) => [...present.values()]),
    deleted: (like) =>
      heldOf(lists, like.kind)
        .map(({ gone }) => gone.get(nameOf(like))?.object)
        .find((object) => object?.apiVersion === like.apiVersion),
    lostPod: (ms) =>
      heldOf(lists, 'Pod').some(({ gone }) => [...gone.values()].some(({ at }) => clock.now().getTime() - at < ms)),
    known,
    async change() {
      signal.throwIfAborted();
      await bell.wait();
      signal.throwIfAborted();
    },
    async close() {
      stop.abort();
      await Promise.allSettled(background);
    },
  };
}

function heldOf(lists: ReadonlyMap<string, Held>, kind: string): Held[] {
  return [...lists].flatMap(([key, held]) => (key.split(' ')[1] === kind ? [held] : []));
}

function keyOf({
  apiVersion,
  kind,
  namespace = '',
  labelSelector = '',
  fieldSelector = '',
}: Source['selection']): string {
  return [apiVersion, kind, namespace, labelSelector, fieldSelector].join(' ');
}

function nameOf(object: Manifest): string {
  const { namespace, name } = refOf(object);
  return `${namespace ?? ''}/${name}`;
}
