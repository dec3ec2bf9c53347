import { memoryClock, type MemoryClock } from '../../../adapters/memory/clock.ts';
import { memoryCluster, type MemoryCluster } from '../../../adapters/memory/cluster.ts';
import type { Manifest } from '../../kubernetes.ts';
import type { Failure } from '../../release.ts';
import { containerStatus, deployment, replicaSet, startedAt, terminated, workload } from '../../testing/objects.ts';
import { verify, type VerifyOptions } from '../verify.ts';

/** The status of a Deployment whose rollout is over. */
export const ready = {
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  unavailableReplicas: 0,
};

/** The status of a Job that has succeeded. */
export const done = { conditions: [{ type: 'Complete', status: 'True' }] };

/** The status of a pod whose container crashes again and again. */
export const crashing = {
  containerStatuses: [
    containerStatus({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3, lastState: terminated(1) }),
  ],
};

/** The StatefulSet `db` while it goes from revision `a` to `b`. */
export function statefulSet(status: object = {}, metadata: object = {}): Manifest {
  const rolling = { observedGeneration: 9, updateRevision: 'b', currentRevision: 'a', replicas: 1 };
  return workload('StatefulSet', { replicas: 1 }, { ...rolling, ...status }, metadata);
}

export function job(status: object = {}, spec: object = {}): Manifest {
  return workload('Job', spec, status);
}

export interface ShopRollout {
  clock: MemoryClock;
  cluster: MemoryCluster;
  /** What `run` has told people, in order. */
  said: string[];
  /** Ends the signal that `run` is given. */
  time: AbortController;
  /** Puts a pod of the new revision. */
  putPod: (pod: Manifest) => Manifest;
  /** Verifies these objects: the Deployment alone, for a minute, unless said otherwise. */
  run: (timeoutMs?: number, objects?: Manifest[], options?: Partial<VerifyOptions>) => Promise<Failure | undefined>;
}

/** A cluster in which the Deployment `shop` has just been given its second revision: that has a ReplicaSet, and no pod yet. */
export function shopRollout(): ShopRollout {
  const clock = memoryClock(startedAt);
  const cluster = memoryCluster({ logs: () => ['listening', 'Error: DATABASE_URL must be set'] });
  const said: string[] = [];
  const time = new AbortController();
  cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const { metadata } = cluster.put(deployment());
  cluster.put(ownedBy(metadata.uid, replicaSet(1, { replicas: 0 })));
  const current = cluster.put(ownedBy(metadata.uid, replicaSet(2)));
  return {
    clock,
    cluster,
    said,
    time,
    putPod: (pod) => cluster.put(ownedBy(current.metadata.uid, pod)),
    run: (timeoutMs = 60_000, objects = [deployment()], options = {}) => {
      const all = { timeoutMs, facts: { secret: 'shop/registry' }, ...options };
      return verify({ cluster, clock }, objects, all, (text) => void said.push(text), time.signal);
    },
  };
}

/** The object with its owner's uid as this cluster gave it. */
function ownedBy(uid: string | undefined, object: Manifest): Manifest {
  const ownerReferences = object.metadata.ownerReferences?.map((owner) => ({ ...owner, uid: uid ?? '' })) ?? [];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
