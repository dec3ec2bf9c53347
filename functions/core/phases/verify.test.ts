import { getEventListeners } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryClock, type MemoryClock } from '../../adapters/memory/clock.ts';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import { fail } from '../errors.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Failure } from '../release.ts';
import {
  after,
  containerStatus,
  deployment,
  event,
  pod,
  podOf,
  replicaSet,
  startedAt,
  terminated,
  waitingPod,
  workload,
} from '../testing/objects.ts';
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

  test('an object that the credential may not list is not waited for, and that is said', async () => {
    const list = cluster.list.bind(cluster);
    cluster.list = (selection, signal) =>
      selection.kind === 'Namespace'
        ? Promise.reject(fail('KubeconfigRejected', 'It may not list namespaces.', { secret: 's', verb: 'list' }))
        : list(selection, signal);
    expect(await run(1_000, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }])).toBeUndefined();
    expect(said.join()).toContain('Namespace shop is not waited for: it was not looked at');
  });

  test('what is short is told in numbers, of the nodes and the pods of all namespaces', async () => {
    const resources = (memory: string): object => ({ resources: { requests: { memory } } });
    cluster.put({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'ip-10-0-0-11' },
      status: {
        allocatable: { cpu: '2', memory: '1Gi', pods: '110' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
    cluster.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'traefik', namespace: 'kube-system' },
      spec: { nodeName: 'ip-10-0-0-11', containers: [{ name: 'traefik', ...resources('768Mi') }] },
      status: { phase: 'Running' },
    });
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    const unplaced = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    putPod(
      pod({
        container: resources('512Mi'),
        status: { phase: 'Pending', conditions: [{ ...unplaced, lastTransitionTime: after(0) }] },
      }),
    );
    const call = run();
    await clock.advance(20_000);
    const failure = await call;
    expect(failure?.code).toBe('Unschedulable');
    expect(failure?.message).toContain(
      'on node ip-10-0-0-11 the pod requests 512Mi memory, 256Mi of 1Gi are free, 256Mi short',
    );
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
    for (const status of [{}, {}, {}]) {
      await clock.advance(1_000);
      await cluster.remove(refOf(deployment()), time.signal);
      await clock.advance(3_000);
      cluster.put(deployment(status));
    }
    await clock.advance(1_000);
    cluster.put(deployment(ready));
    await clock.advance(2_000);
    expect(await call).toBeUndefined();
  });

  test('whatever the connection says when the time is up, the reason of the signal is thrown', async () => {
    const reason = new Error('the time is up');
    cluster.list = () => {
      time.abort(reason);
      return Promise.reject(new Error('socket hang up'));
    };
    await expect(run()).rejects.toBe(reason);
  });

  test('ends with the signal, with its reason: that is no verdict', async () => {
    const reason = new Error('the time is up');
    const call = run().catch((error: unknown) => error);
    await clock.advance(1_000);
    time.abort(reason);
    expect(await call).toBe(reason);
  });
});

/** Counts the watches that are open, and those that ever were. */
function counted(): { open: number; total: number; kinds: string[] } {
  const counts = { open: 0, total: 0, kinds: [] as string[] };
  const { watch } = cluster;
  cluster.watch = async function* counting(...input) {
    counts.open++;
    counts.total++;
    counts.kinds.push(input[0].kind);
    try {
      yield* watch(...input);
    } finally {
      counts.open--;
    }
  };
  return counts;
}

/** Puts a pod of a workload that is in this cluster. */
const putPodOf = (owner: Manifest, name: string, options: Parameters<typeof podOf>[2] = {}): Manifest =>
  cluster.put(podOf(owner, name, options));
const crashing = { containerStatuses: [containerStatus({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3, lastState: terminated(1) })] }; // prettier-ignore
const set = (status: object = {}, metadata: object = {}): Manifest =>
  workload('StatefulSet', { replicas: 1 }, { observedGeneration: 9, updateRevision: 'b', currentRevision: 'a', replicas: 1, ...status }, metadata); // prettier-ignore
const job = (status: object = {}, spec: object = {}): Manifest => workload('Job', spec, status);
const done = { conditions: [{ type: 'Complete', status: 'True' }] };

describe('many objects at once', () => {
  test('the doom of any ends all at once, also of one that comes after one that waits; no watch and no listener stays', async () => {
    const counts = counted();
    putPod(pod());
    const owner = cluster.put(set());
    const call = run(600_000, [deployment(), set()]);
    await clock.advance(3_000);
    expect(counts.open).toBeGreaterThan(3);
    putPodOf(owner, 'db-0', { status: crashing });
    await clock.advance(0);
    expect(await call).toMatchObject({
      code: 'ContainerCrashing',
      subject: 'Pod shop/db-0',
      logs: ['listening', 'Error: DATABASE_URL must be set'],
    });
    expect(clock.now().getTime() - startedAt.getTime()).toBe(3_000);
    expect(counts.open).toBe(0);
    expect(getEventListeners(time.signal, 'abort')).toEqual([]);
  });

  test('all must be ready; the line says what each waits for, and only when that changes', async () => {
    putPod(pod());
    cluster.put(set());
    const call = run(600_000, [deployment(), set()]);
    await clock.advance(5_000);
    expect(said).toEqual([
      'Deployment shop/shop: 1 of 1 pods not ready: container app is being created; StatefulSet shop/db: 1 of 1 pods not created yet',
    ]);
    cluster.put(deployment(ready));
    await clock.advance(1_000);
    cluster.put(set({ currentRevision: 'b', readyReplicas: 1, updatedReplicas: 1 }));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said.slice(1)).toEqual([
      'StatefulSet shop/db: 1 of 1 pods not created yet',
      'Deployment shop/shop and StatefulSet shop/db are ready',
    ]);
  });

  test('what is ready at first sight is not watched', async () => {
    const counts = counted();
    cluster.put(deployment(ready));
    cluster.put(job(done));
    expect(await run(1_000, [deployment(), job()])).toBeUndefined();
    expect(counts.total).toBe(0);
    cluster.put(set());
    const call = run(1_000, [deployment(), job(), set()]);
    await clock.advance(3_000);
    expect(await call).toMatchObject({ code: 'RolloutTimedOut', subject: 'StatefulSet shop/db' });
    expect(counts.kinds.toSorted()).toEqual(['Event', 'Pod', 'StatefulSet']);
  });

  test('the one of a kind that is not ready yet is followed beside those that are', async () => {
    const web = (status: object): Manifest => ({
      ...deployment(status),
      metadata: { ...deployment().metadata, name: 'web' },
    });
    cluster.put(deployment(ready));
    cluster.put(web({}));
    const call = run(600_000, [deployment(), web({})]);
    await clock.advance(2_000);
    cluster.put(web(ready));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said.at(-1)).toBe('Deployment shop/shop and Deployment shop/web are ready');
  });

  test('where looking takes long, the changes of a while are taken together', async () => {
    let at = startedAt.getTime();
    const pauses: number[] = [];
    const slow = {
      now: () => new Date((at += 300)),
      sleep: (ms: number, signal?: AbortSignal) => {
        pauses.push(ms);
        return clock.sleep(ms, signal);
      },
    };
    putPod(pod());
    const call = verify({ cluster, clock: slow }, [deployment()], { timeoutMs: 600_000, facts: {} }, () => undefined, time.signal); // prettier-ignore
    await clock.advance(2_000);
    cluster.put(deployment(ready));
    await clock.advance(2_000);
    expect(await call).toBeUndefined();
    expect(pauses).toContain(500);
  });

  test('no more than eight watches; what has none is read again', async () => {
    const counts = counted();
    const many = Array.from({ length: 6 }, (_, index) => set({}, { name: `db-${index}`, namespace: `n${index}`, uid: `w-${index}` })); // prettier-ignore
    many.forEach((one) => cluster.put(one));
    const call = run(600_000, many);
    await clock.advance(1_000);
    expect(counts.open).toBe(8);
    for (const { metadata } of many) {
      cluster.put(set({ currentRevision: 'b', readyReplicas: 1, updatedReplicas: 1 }, metadata));
    }
    await clock.advance(6_000);
    expect(await call).toBeUndefined();
  });

  test('out of time, the one with a known cause is blamed and the others are named', async () => {
    putPod(pod());
    const owner = cluster.put(set());
    putPodOf(owner, 'db-0', {
      status: { containerStatuses: [containerStatus({ waiting: { reason: 'ErrImagePull', message: '503 Service Unavailable' } })] },
    }); // prettier-ignore
    const call = run(10_000, [deployment(), set()]);
    await clock.advance(12_000);
    expect(await call).toMatchObject({
      subject: 'Pod shop/db-0',
      message: expect.stringMatching(/cannot pull .* Not ready either: Deployment shop\/shop\.$/) as string,
    });
  });

  test('a pod that waits for the room of another workload’s pod is no doom', async () => {
    const owner = cluster.put(set());
    const unplaced = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient memory.', lastTransitionTime: after(-60) }; // prettier-ignore
    putPod(pod({ status: { conditions: [unplaced] } }));
    const leaving = putPodOf(owner, 'db-0', { metadata: { deletionTimestamp: after(0) } });
    const call = run(600_000, [deployment(), set()]);
    await clock.advance(20_000);
    expect(said.at(-1)).toContain('no node takes it');
    await cluster.remove(refOf(leaving), time.signal);
    let isOver = false;
    void call.then(() => (isOver = true));
    await clock.advance(9_000);
    expect(isOver).toBe(false);
    await clock.advance(2_000);
    expect(await call).toMatchObject({ code: 'Unschedulable' });
  });
});

describe('time', () => {
  test('counts from the apply, also when another run of the function goes on with it', async () => {
    putPod(pod());
    const begun = new Date(startedAt.getTime() - 50_000);
    const call = verify({ cluster, clock }, [deployment()], { timeoutMs: 60_000, facts: {}, startedAt: begun }, () => undefined, time.signal); // prettier-ignore
    await clock.advance(9_000);
    cluster.put(deployment({}));
    await clock.advance(3_000);
    expect(await call).toMatchObject({ code: 'RolloutTimedOut' });
    expect(clock.now().getTime() - startedAt.getTime()).toBeLessThan(13_000);
  });

  test('that was up while nobody looked is no reason to fail what is ready by now', async () => {
    cluster.put(deployment(ready));
    const begun = new Date(startedAt.getTime() - 600_000);
    const options = { timeoutMs: 60_000, facts: {}, startedAt: begun };
    expect(await verify({ cluster, clock }, [deployment()], options, () => undefined, time.signal)).toBeUndefined();
  });
});

describe('kinds', () => {
  test('a Job is waited for until it has succeeded, also when its TTL deletes it in the same moment', async () => {
    cluster.put(job());
    const call = run(600_000, [job({}, { ttlSecondsAfterFinished: 0 })]);
    await clock.advance(1_000);
    cluster.put(job(done));
    await cluster.remove(refOf(job()), time.signal);
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said.at(-1)).toBe('Job shop/db is ready');
  });

  test('a Job that its TTL deleted before anybody looked: its end is not known', async () => {
    const call = run(600_000, [job({}, { ttlSecondsAfterFinished: 0 })]);
    await clock.advance(6_000);
    expect(await call).toBeUndefined();
    expect(said.at(-1)).toContain('Job shop/db is not waited for: it is gone, as its ttlSecondsAfterFinished says');
  });

  test('the log of a Job’s pod that is deleted with the failure was kept', async () => {
    const owner = cluster.put(job());
    const made = putPodOf(owner, 'db-x', { status: crashing });
    const call = run(600_000, [job()]);
    await clock.advance(1_000);
    await cluster.remove(refOf(made), time.signal);
    cluster.put(job({ conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }] })); // prettier-ignore
    await clock.advance(1_000);
    expect(await call).toMatchObject({
      code: 'JobFailed',
      message: expect.stringContaining('BackoffLimitExceeded') as string,
      logs: ['listening', 'Error: DATABASE_URL must be set'],
    });
  });

  test('a paused Deployment is not waited for, and it is said', async () => {
    cluster.put(deployment({}, { paused: true }));
    expect(await run(600_000)).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(/^Deployment shop\/shop is not waited for: it is paused/)]);
  });

  test.each([
    ['StatefulSet', set()],
    ['DaemonSet', workload('DaemonSet', {}, { observedGeneration: 9, desiredNumberScheduled: 1 })],
    ['Job', job()],
    ['Pod', { ...pod({ metadata: { name: 'db', ownerReferences: [] } }) }],
    ['ReplicaSet', workload('ReplicaSet', {}, { observedGeneration: 9 })],
    [
      'Certificate',
      { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'db', namespace: 'shop' } },
    ],
  ])('a %s that somebody deletes is a failure', async (kind, object: Manifest) => {
    cluster.put(object);
    const call = run(600_000, [object]);
    await clock.advance(1_000);
    await cluster.remove(refOf(object), time.signal);
    await clock.advance(6_000);
    expect(await call).toMatchObject({
      code: 'RolloutTimedOut',
      message: `${kind} shop/db was deleted while it was rolled out.`,
    });
  });

  test('one that is being deleted will not be ready', async () => {
    cluster.put(set({}, { deletionTimestamp: after(-60) }));
    expect(await run(600_000, [set()])).toMatchObject({ message: 'StatefulSet shop/db is being deleted while it was rolled out.' }); // prettier-ignore
  });

  test('a custom resource that its controller calls stalled fails with its words and events', async () => {
    const thing = (status: object): Manifest => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'db', namespace: 'shop' }, status }); // prettier-ignore
    cluster.put(thing({ conditions: [{ type: 'Stalled', status: 'True', reason: 'NoIssuer', message: 'there is no issuer' }] })); // prettier-ignore
    cluster.put(
      event('NoIssuer', 'no issuer web', { involvedObject: { kind: 'Thing', namespace: 'shop', name: 'db' } }),
    );
    expect(await run(600_000, [thing({})])).toMatchObject({
      code: 'ObjectDegraded',
      message: expect.stringContaining('there is no issuer') as string,
      events: ['Warning NoIssuer Thing db: no issuer web'],
    });
  });

  test('an Ingress without a controller is not waited for, and does not fail the release', async () => {
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'shop' }, spec: { ingressClassName: 'nginx' } }; // prettier-ignore
    cluster.put(ingress);
    cluster.put(deployment(ready));
    expect(await run(600_000, [deployment(), ingress])).toBeUndefined();
    expect(said.at(-1)).toBe(
      'Deployment shop/shop is ready; Ingress shop/web is not waited for: the cluster has no IngressClass nginx',
    );
  });
});

describe('a pod of a failed release that blocks a StatefulSet', () => {
  const broken = {
    containerStatuses: [containerStatus({ waiting: { reason: 'ErrImagePull', message: 'x: not found' } })],
  };

  test('is named', async () => {
    const owner = cluster.put(set({ updatedReplicas: 0 }));
    putPodOf(owner, 'db-0', { revision: 'a', status: broken });
    expect(await run(600_000, [set()])).toMatchObject({
      code: 'UpdateBlocked',
      hint: expect.stringContaining('kubectl -n shop delete pod db-0') as string,
    });
  });

  test('is deleted where that is asked for, once, and the new one is waited for', async () => {
    const owner = cluster.put(set({ updatedReplicas: 0 }));
    const { metadata } = putPodOf(owner, 'db-0', { revision: 'a', status: broken });
    const { remove } = cluster;
    const removed: (string | undefined)[] = [];
    cluster.remove = async (ref) => {
      removed.push(ref.uid);
      throw fail('ApplyRejected', 'Another object has that name by now.', { object: 'pod/db-0' });
    };
    const options = { timeoutMs: 60_000, facts: {}, unblock: true };
    const call = verify({ cluster, clock }, [set()], options, (text) => void said.push(text), time.signal);
    await clock.advance(3_000);
    expect(removed).toEqual([metadata.uid]);
    expect(said[0]).toContain('pod db-0 of an older revision blocks the update');
    await remove({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'db-0' }, time.signal);
    cluster.put(set({ currentRevision: 'b', readyReplicas: 1, updatedReplicas: 1 }));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
  });
});

describe('the connection', () => {
  test('each change is seen, also after the server forgot where it was', async () => {
    putPod(pod());
    const call = run(600_000);
    await clock.advance(1_000);
    cluster.expire();
    cluster.put(deployment(ready));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
  });

  test('an error of a watch is thrown, not swallowed', async () => {
    const error = new Error('connection lost');
    const call = run(600_000).catch((thrown: unknown) => thrown);
    await clock.advance(1_000);
    cluster.breakWith(error);
    expect(await call).toBe(error);
  });

  const forbid = (...kinds: string[]): void => {
    const { list, watch } = cluster;
    const refused = fail('KubeconfigRejected', 'The credential may not list it.', { secret: 'x', verb: 'list' });
    cluster.list = (selection, signal) => (kinds.includes(selection.kind) ? Promise.reject(refused) : list(selection, signal)); // prettier-ignore
    cluster.watch = (selection, ...rest) => watch(selection, ...rest);
  };

  test('a credential that may not read what only explains does without', async () => {
    forbid('Event', 'StorageClass', 'IngressClass', 'ControllerRevision');
    putPod(waitingPod('ErrImagePull', 'failed to authorize: 401 Unauthorized'));
    expect(await run()).toMatchObject({ code: 'ImagePullDenied', events: [] });
  });

  test('one that may not read the pods is no verdict on the release', async () => {
    forbid('Pod');
    await expect(run()).rejects.toMatchObject({ code: 'KubeconfigRejected' });
  });

  test('one that the cluster no longer knows is no missing right, whatever it was asked for', async () => {
    const { list } = cluster;
    const unknown = fail('KubeconfigRejected', 'The API server does not know the credential.', { secret: 'x' });
    cluster.list = (selection, signal) =>
      selection.kind === 'Event' ? Promise.reject(unknown) : list(selection, signal);
    putPod(waitingPod('ErrImagePull', 'failed to authorize: 401 Unauthorized'));
    await expect(run()).rejects.toBe(unknown);
  });
});

describe('a container without a readiness probe', () => {
  const probe = { readinessProbe: { httpGet: { path: '/health', port: 8080 } } };
  const wanted = (container: object = {}, spec: object = {}, status: object = {}): Manifest =>
    deployment(
      { ...ready, ...status },
      { ...spec, template: { spec: { containers: [{ name: 'app', ...container }] } } },
    );
  /** The new pod, ready; its container started that many seconds after the rollout. */
  const up = (seconds: number, restartCount = 0): Manifest =>
    putPod(
      pod({
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True' }],
          containerStatuses: [
            containerStatus({ running: { startedAt: after(seconds) } }, { ready: true, restartCount }),
          ],
        },
      }),
    );
  const verdict = async (call: Promise<Failure | undefined>): Promise<Failure | string> => {
    const open = Symbol('open');
    const found = await Promise.race([call, new Promise((resolve) => setImmediate(resolve, open))]);
    return found === open ? 'open' : ((found as Failure | undefined) ?? 'ready');
  };

  test('is ready when it has stayed up for 5 s: that it has started proves nothing', async () => {
    cluster.put(wanted());
    up(0);
    const call = run();
    await clock.advance(4_000);
    expect(await verdict(call)).toBe('open');
    expect(said).toEqual([
      'Deployment shop/shop: container app has no readinessProbe; it is watched for 5 s, to see that it stays up',
    ]);
    await clock.advance(1_000);
    expect(await verdict(call)).toBe('ready');
    expect(said.at(-1)).toBe('Deployment shop/shop is ready');
  });

  test('fails the release when it ends in that time, also before its Deployment knows', async () => {
    cluster.put(wanted());
    up(0);
    const call = run();
    await clock.advance(1_000);
    putPod(waitingPod('CrashLoopBackOff', 'back-off', { restartCount: 1, lastState: terminated(3) }));
    await clock.advance(0);
    expect(await verdict(call)).toBe('open');
    cluster.put(wanted({}, {}, { availableReplicas: 0 }));
    await clock.advance(0);
    expect(await call).toMatchObject({
      code: 'ContainerCrashing',
      message: expect.stringContaining('exits 3') as string,
    });
  });

  test.each<[string, () => void]>([
    ['its pod was not seen yet', () => undefined],
    ['its start was not seen yet', () => void putPod(waitingPod('ContainerCreating'))],
    ['its pod has no status yet', () => void putPod(pod())],
  ])('is waited for when its Deployment is seen first: %s', async (_, put) => {
    cluster.put(wanted());
    put();
    const call = run();
    await clock.advance(2_000);
    expect(await verdict(call)).toBe('open');
    up(2);
    await clock.advance(4_000);
    expect(await verdict(call)).toBe('open');
    await clock.advance(2_000);
    expect(await verdict(call)).toBe('ready');
  });

  test('of a pod that was evicted is not waited for: another one serves', async () => {
    cluster.put(wanted());
    const evicted = putPod(pod({ metadata: { name: 'evicted', uid: 'evicted' } }));
    const containerStatuses = [containerStatus(terminated(137))];
    cluster.put({ ...evicted, status: { phase: 'Failed', reason: 'Evicted', containerStatuses } });
    up(-60);
    const call = run();
    await clock.advance(0);
    expect(await verdict(call)).toBe('ready');
  });

  test('that is started again begins anew', async () => {
    cluster.put(wanted());
    up(0);
    const call = run();
    await clock.advance(4_000);
    up(4, 1);
    await clock.advance(4_000);
    expect(await verdict(call)).toBe('open');
    await clock.advance(2_000);
    expect(await verdict(call)).toBe('ready');
  });

  test('fails no release that is ready when the time is up', async () => {
    cluster.put(wanted());
    up(0);
    const call = run(2_000);
    await clock.advance(3_000);
    expect(await verdict(call)).toBe('ready');
  });

  test.each<[string, Manifest, number]>([
    ['that was up before this rollout', wanted(), -60],
    ['whose pod has to be ready for minReadySeconds', wanted({}, { minReadySeconds: 2 }), 0],
    ['is one with a probe', wanted(probe), 0],
  ])('%s: no time is lost', async (_, object, seconds) => {
    cluster.put(object);
    up(seconds);
    const call = run();
    await clock.advance(0);
    expect(await verdict(call)).toBe('ready');
  });
});
