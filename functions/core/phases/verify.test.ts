import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryClock, type MemoryClock } from '../../adapters/memory/clock.ts';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Failure } from '../release.ts';
import { observe } from '../rollout/observe.ts';
import { deployment, pod, replicaSet, startedAt, waitingPod } from '../testing/objects.ts';
import { verify } from './verify.ts';

const ready = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, unavailableReplicas: 0 };
let clock: MemoryClock;
let cluster: MemoryCluster;
let said: string[];
let time: AbortController;
/** The ReplicaSet of the new revision. */
let current: Manifest;

beforeEach(() => {
  clock = memoryClock(startedAt);
  cluster = memoryCluster({ logs: () => ['listening', 'Error: DATABASE_URL must be set'] });
  said = [];
  time = new AbortController();
  cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const { metadata } = cluster.put(deployment());
  cluster.put(ownedBy(metadata.uid, replicaSet(1, { replicas: 0 })));
  current = cluster.put(ownedBy(metadata.uid, replicaSet(2)));
});

/** The object with its owner's uid as this cluster gave it. */
function ownedBy(uid: string | undefined, object: Manifest): Manifest {
  const ownerReferences = object.metadata.ownerReferences?.map((owner) => ({ ...owner, uid: uid ?? '' })) ?? [];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/** Puts a pod of the new revision. */
const putPod = (object: Manifest): Manifest => cluster.put(ownedBy(current.metadata.uid, object));

const run = (timeoutMs = 60_000, objects: Manifest[] = [deployment()]): Promise<Failure | undefined> =>
  verify(
    { cluster, clock },
    objects,
    { timeoutMs, facts: { secret: 'shop/registry' } },
    (text) => void said.push(text),
    time.signal,
  );

describe('verify', () => {
  test('is over when every workload is ready; what it waited for was said', async () => {
    putPod(pod());
    const call = run();
    await clock.advance(3_000);
    cluster.put(deployment(ready));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said[0]).toContain('1 of 1 pods not ready');
    expect(said.at(-1)).toBe('Deployment shop/shop is ready');
  });

  test('objects without a workload are ready', async () => {
    expect(await run(1_000, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }])).toBeUndefined();
  });

  test('a known doom ends it at once, with the log', async () => {
    putPod(waitingPod('CrashLoopBackOff', 'back-off', { restartCount: 3, lastState: { terminated: { exitCode: 1 } } }));
    const failure = await run();
    expect(failure).toMatchObject({
      code: 'ContainerCrashing',
      logs: ['listening', 'Error: DATABASE_URL must be set'],
    });
    expect(clock.now()).toEqual(startedAt);
  });

  test('the hint on a pull that is denied names the secret of the config', async () => {
    putPod(waitingPod('ErrImagePull', 'failed to authorize: 401 Unauthorized'));
    expect(await run()).toMatchObject({
      code: 'ImagePullDenied',
      hint: expect.stringContaining('The token in shop/registry needs') as string,
    });
  });

  test('without a doom it ends when the time is up, with what it waited for', async () => {
    putPod(pod());
    const call = run(10_000);
    await clock.advance(12_000);
    expect(await call).toMatchObject({ code: 'RolloutTimedOut', hint: expect.not.stringContaining('…') as string });
  });

  test('a log that cannot be had is no reason to say nothing', async () => {
    putPod(waitingPod('CrashLoopBackOff', 'back-off', { restartCount: 3, lastState: { terminated: { exitCode: 1 } } }));
    cluster.logs = () => Promise.reject(new Error('no answer'));
    expect(await run()).toMatchObject({ code: 'ContainerCrashing', logs: [] });
  });

  test('a Deployment that somebody deletes is not waited for until the end of time', async () => {
    const call = run(600_000).catch((error: unknown) => error);
    await clock.advance(1_000);
    await cluster.remove(refOf(deployment()), time.signal);
    await clock.advance(10_000);
    expect(await call).toMatchObject({
      code: 'RolloutTimedOut',
      owner: 'change',
      message: 'Deployment shop/shop was deleted while it was rolled out.',
    });
  });

  test('one that is replaced is followed on', async () => {
    const call = run(600_000);
    await clock.advance(1_000);
    await cluster.remove(refOf(deployment()), time.signal);
    await clock.advance(2_000);
    cluster.put(deployment(ready));
    await clock.advance(2_000);
    expect(await call).toBeUndefined();
  });

  test('ends with the signal, with its reason: that is no verdict', async () => {
    const reason = new Error('the time is up');
    const call = run().catch((error: unknown) => error);
    await clock.advance(1_000);
    time.abort(reason);
    expect(await call).toBe(reason);
  });
});

describe('observe', () => {
  test('sees each change, also after the server forgot where it was', async () => {
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { pods } of observe(cluster, clock, refOf(deployment()), time.signal)) {
        seen.push(pods.length);
        if (pods.length === 2) return;
      }
    })();
    await clock.advance(1_000);
    putPod(pod());
    await clock.advance(1_000);
    cluster.expire();
    putPod(pod({ metadata: { name: 'shop-2-other', uid: 'pod-other' } }));
    await clock.advance(1_000);
    await watching;
    expect([seen[0], seen.at(-1)]).toEqual([0, 2]);
    expect(seen).toContain(1);
  });

  test('looks once a second even when nothing changes: some rules depend on time', async () => {
    let looks = 0;
    const watching = (async () => {
      for await (const _ of observe(cluster, clock, refOf(deployment()), time.signal)) looks++;
    })().catch(() => undefined);
    await clock.advance(5_000);
    time.abort(new Error('enough'));
    await watching;
    expect(looks).toBeGreaterThanOrEqual(5);
  });

  test('an error of a watch is thrown, not swallowed', async () => {
    const error = new Error('connection lost');
    const watching = (async () => {
      for await (const _ of observe(cluster, clock, refOf(deployment()), time.signal)) cluster.breakWith(error);
    })();
    await expect(watching).rejects.toBe(error);
  });

  test('leaves nothing behind when the caller stops: no listener, no watch, no sleeper', async () => {
    let open = 0;
    const { watch } = cluster;
    cluster.watch = async function* counted(...input) {
      open++;
      try {
        yield* watch(...input);
      } finally {
        open--;
      }
    };
    for await (const _ of observe(cluster, clock, refOf(deployment()), time.signal)) break;
    expect(open).toBe(0);
    expect(getEventListeners(time.signal, 'abort')).toEqual([]);
  });
});
