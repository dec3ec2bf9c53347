import { fail } from '../errors.ts';
import { describeRef, refOf, type Manifest, type Ref } from '../kubernetes.ts';
import type { Clock, Cluster, Selection } from '../ports.ts';

/** The objects that tell how the rollout of one Deployment goes. */
export interface Observed {
  deployment: Manifest;
  replicaSets: Manifest[];
  pods: Manifest[];
  events: Manifest[];
}

type Kept = 'deployment' | 'replicaSets' | 'pods' | 'events';

/** Rules that depend on time (a grace, a deadline) need a look even when nothing changes. */
const TICK_MS = 1_000;
/** A Deployment that is replaced is away for a moment; one that is deleted stays away. */
const GONE_MS = 5_000;

/**
 * Yields what is known about the Deployment: at once, then after each change and once a second, until `signal` ends or the
 * caller stops. Four watches on the one connection, each from its list's resourceVersion, so that nothing is missed between.
 * Throws RolloutTimedOut when the Deployment is not there any more: nothing can become ready then.
 */
export async function* observe(
  cluster: Cluster,
  clock: Clock,
  deployment: Ref,
  signal: AbortSignal,
): AsyncGenerator<Observed> {
  const stop = new AbortController();
  const until = AbortSignal.any([stop.signal, signal]);
  const store = new Map<Kept, Map<string, Manifest>>();
  const bell = doorbell();
  const background: Promise<void>[] = [];
  try {
    for (const [kept, selection] of selections(deployment)) {
      const { items, resourceVersion } = await cluster.list(selection, until);
      store.set(kept, new Map(items.map((item) => [keyOf(item), item])));
      background.push(
        follow(cluster, selection, resourceVersion, store.get(kept) ?? new Map<string, Manifest>(), bell, until),
      );
    }
    background.push(tick(clock, bell, until));
    let seenAt = clock.now().getTime();
    for (;;) {
      signal.throwIfAborted();
      const [found] = store.get('deployment')?.values() ?? [];
      const now = clock.now().getTime();
      if (found === undefined && now - seenAt >= GONE_MS) throw gone(deployment);
      if (found !== undefined) {
        seenAt = now;
        yield {
          deployment: found,
          replicaSets: all(store, 'replicaSets'),
          pods: all(store, 'pods'),
          events: all(store, 'events'),
        };
      }
      await bell.wait();
    }
  } finally {
    stop.abort();
    await Promise.allSettled(background);
  }
}

function gone(deployment: Ref): Error {
  return fail('RolloutTimedOut', `${describeRef(deployment)} was deleted while it was rolled out.`, {
    namespace: deployment.namespace ?? 'default',
    object: `deployment/${deployment.name}`,
  });
}

function selections(deployment: Ref): [Kept, Selection][] {
  const namespace = deployment.namespace ?? 'default';
  return [
    [
      'deployment',
      { apiVersion: 'apps/v1', kind: 'Deployment', namespace, fieldSelector: `metadata.name=${deployment.name}` },
    ],
    ['replicaSets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace }],
    ['pods', { apiVersion: 'v1', kind: 'Pod', namespace }],
    ['events', { apiVersion: 'v1', kind: 'Event', namespace }],
  ];
}

async function follow(
  cluster: Cluster,
  selection: Selection,
  from: string,
  into: Map<string, Manifest>,
  bell: Doorbell,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const { type, object } of cluster.watch(selection, from, signal)) {
      if (type === 'DELETED') into.delete(keyOf(object));
      else into.set(keyOf(object), object);
      bell.ring();
    }
  } catch (error) {
    if (!signal.aborted) bell.break(error);
  }
}

async function tick(clock: Clock, bell: Doorbell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(TICK_MS, signal).catch(() => undefined);
    bell.ring();
  }
}

function keyOf(object: Manifest): string {
  const { namespace, name } = refOf(object);
  return `${namespace ?? ''}/${name}`;
}

function all(store: Map<Kept, Map<string, Manifest>>, kept: Kept): Manifest[] {
  return [...(store.get(kept)?.values() ?? [])];
}

interface Doorbell {
  /** Several rings before a wait are one. */
  ring(): void;
  /** The next wait throws this. */
  break(error: unknown): void;
  wait(): Promise<void>;
}

function doorbell(): Doorbell {
  let rung = false;
  let broken: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const signal = (): void => {
    rung = true;
    wake?.();
  };
  return {
    ring: signal,
    break: (error) => {
      broken = { error };
      signal();
    },
    wait: async () => {
      if (!rung) await new Promise<void>((resolve) => (wake = resolve));
      [rung, wake] = [false, undefined];
      if (broken !== undefined) throw broken.error;
    },
  };
}
