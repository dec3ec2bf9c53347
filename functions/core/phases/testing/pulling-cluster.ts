import { memoryClock } from '../../../adapters/memory/clock.ts';
import { memoryCluster, type MemoryCluster } from '../../../adapters/memory/cluster.ts';
import type { Manifest } from '../../kubernetes.ts';
import type { Cluster } from '../../ports.ts';
import type { Failure } from '../../release.ts';
import { node, workload, type WorkloadParts } from '../../testing/capacity.ts';
import type { Comparison } from '../compare.ts';
import { prePull } from '../pull.ts';

export const OLD = `registry.test/acme/shop@sha256:${'1'.repeat(64)}`;
export const NEW = `registry.test/acme/shop@sha256:${'2'.repeat(64)}`;

/** What the containerd of a node says of a NEW that the registry does not have. */
export const message404 = `rpc error: code = NotFound desc = failed to pull and unpack image "${NEW}": failed to resolve reference "${NEW}": ${NEW}: not found`;

/** A rollout in which the old pod goes first. */
export const recreate = { strategy: { type: 'Recreate' } };

/** What the kubelet says of each container of a pod that pulls; undefined: it is still at it. */
export type Kubelet = (container: { name: string; image: string }, pod: Manifest) => object | undefined;

/** Has pulled the image, and found nothing in it to run. */
export const pulls: Kubelet = ({ image }) => ({
  imageID: image,
  state: { terminated: { reason: 'StartError', exitCode: 128, message: 'stat /hawser/…: no such file or directory' } },
});

export function waits(reason: string, message: string): Kubelet {
  return () => ({ imageID: '', state: { waiting: { reason, message } } });
}

/** The Deployment `web` goes from one image to another; where `before` is given, it goes from those parts to these. */
export function change(parts: WorkloadParts = {}, from = OLD, to = NEW, before = parts): Comparison {
  const live = workload('web', { spec: recreate, ...before, image: from });
  const predicted = workload('web', { spec: recreate, ...parts, image: to });
  return { desired: predicted, live, predicted, change: 'configured' };
}

export function containersOf(pod: Manifest): { name: string; image: string }[] {
  return (pod['spec'] as { containers: { name: string; image: string }[] }).containers;
}

export interface PullingCluster {
  memory: MemoryCluster;
  /** What `pull` is given: a test may replace its calls. */
  cluster: Cluster;
  /** Pods that the kubelet was given, and names of the objects that were removed. */
  made: Manifest[];
  removed: string[];
  said: string[];
  /** The pods that are there now. */
  pods: () => Manifest[];
  /** From now on the kubelet says that of a pod which it is given. It pulls at once otherwise. */
  answer: (kubelet: Kubelet) => void;
  /** Gives the kubelet a pod. */
  run: (pod: Manifest) => void;
  pull: (comparisons: Comparison[], signal?: AbortSignal) => Promise<Failure | undefined>;
}

/** A cluster with the node `a`, whose kubelet is played. */
export function pullingCluster(): PullingCluster {
  const [made, removed, said]: [Manifest[], string[], string[]] = [[], [], []];
  let kubelet = pulls;
  const run = (pod: Manifest): void => {
    made.push(pod);
    const containerStatuses = containersOf(pod).map((one) => ({
      name: one.name,
      ...(kubelet(one, pod) ?? { state: { waiting: { reason: 'ContainerCreating' } } }),
    }));
    memory.put({ ...pod, status: { phase: 'Pending', containerStatuses } });
  };
  const memory = memoryCluster({ onApply: (object) => object.kind === 'Pod' && run(object) });
  memory.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  memory.put(node('a', 1_000));
  const cluster: Cluster = {
    ...memory,
    remove: (ref, signal) => {
      removed.push(ref.name);
      return memory.remove(ref, signal);
    },
  };
  return {
    memory,
    cluster,
    made,
    removed,
    said,
    pods: () => memory.objects().filter(({ kind }) => kind === 'Pod'),
    answer: (next) => void (kubelet = next),
    run,
    pull: (comparisons, signal = new AbortController().signal) => {
      const ports = { cluster, clock: memoryClock('2026-11-24T10:00:00Z', { auto: true }) };
      const facts = { secret: 'shop/registry' };
      return prePull(ports, comparisons, { facts }, (text) => void said.push(text), signal);
    },
  };
}
