import { forbidden } from './nodes.ts';
import { podSpecOf } from '../capacity/demand.ts';
import {
  hasImage,
  imagesAhead,
  nodesFor,
  pullLabelOf,
  pullPod,
  PULL_LABEL,
  type WantedImage,
} from '../capacity/pull-pod.ts';
import { ReleaseError, type Details } from '../errors.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import { shortImage } from '../pinned-image.ts';
import type { Clock, Cluster } from '../ports.ts';
import type { Failure } from '../release.ts';
import { listAt, textAt } from '../rollout/field.ts';
import type { Comparison } from './compare.ts';
import { awaitPulls } from './pulled.ts';
import type { Say } from './step.ts';

interface Ports {
  cluster: Cluster;
  clock: Clock;
}

/**
 * Has the nodes pull the images of this release while the old pods still serve, for workloads whose rollout takes the old pod away
 * first. Where a node says that it has them, nothing is done. Returns the failure of an image that cannot be pulled: nothing has
 * been changed then but the pull secrets. What only hinders the pull ahead (quota, pod security, missing rights) is said, and the
 * release goes on without. `facts` fill hints that the cluster cannot (`secret`: the pull secret). Throws the signal's reason when it
 * ends; a release that goes on later finds its pods at work.
 */
export async function prePull(
  ports: Ports,
  comparisons: readonly Comparison[],
  { facts }: { facts: Details },
  say: Say,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const rolls = comparisons
    .map((one) => ({ one, images: imagesAhead(one, comparisons) }))
    .filter(({ images }) => images.length > 0);
  if (rolls.length === 0) return undefined;
  try {
    const { items: nodes } = await ports.cluster.list({ apiVersion: 'v1', kind: 'Node' }, signal);
    for (const { one, images } of rolls) {
      await updateSecrets(ports.cluster, one, comparisons, signal);
      const failure = await pullFor(ports, one.predicted, { nodes, images, facts }, say, signal);
      if (failure !== undefined) return failure;
    }
  } catch (error) {
    const why = forbidden(error);
    if (why === undefined || signal.aborted) throw error;
    say(`images are not pulled ahead: ${why}`);
  }
  return undefined;
}

/** The pull is done with the credentials of this release. A pull secret changes nothing about pods that run. */
async function updateSecrets(
  cluster: Cluster,
  { predicted }: Comparison,
  comparisons: readonly Comparison[],
  signal: AbortSignal,
): Promise<void> {
  const names = listAt(podSpecOf(predicted), 'imagePullSecrets').map((one) => textAt(one, 'name'));
  for (const { desired, change } of comparisons) {
    const { name, namespace } = desired.metadata;
    const isItsSecret = desired.kind === 'Secret' && namespace === predicted.metadata.namespace && names.includes(name);
    if (isItsSecret && change !== 'unchanged') await cluster.apply(desired, { dryRun: false, force: false }, signal);
  }
}

interface Pull {
  nodes: readonly Manifest[];
  images: readonly WantedImage[];
  facts: Details;
}

/** One pod on each node that lacks an image, all at the same time; they are gone afterwards. */
async function pullFor(
  ports: Ports,
  workload: Manifest,
  { nodes, images, facts }: Pull,
  say: Say,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const made = new Map<Manifest, string>();
  try {
    const leftovers = await removeLeftovers(ports, workload, nodes, images, signal);
    for (const node of nodesFor(workload, nodes)) {
      const missing = images.filter(({ image }) => !hasImage(node, image));
      if (missing.length === 0) continue;
      const names = missing.map(({ image }) => shortImage(image)).join(', ');
      const pod = pullPod(workload, node, missing, false);
      const created =
        leftovers.find(({ metadata }) => metadata.name === pod.metadata.name) ??
        (await create(ports.cluster, [pod, pullPod(workload, node, missing, true)], say, signal));
      if (created === undefined) continue;
      made.set(created, node.metadata.name);
      say(`pulling ${names} on node ${node.metadata.name}`);
    }
    return await awaitPulls(ports, workload, { made, facts }, say, signal);
  } finally {
    // Who goes on later takes over: a pull that is under way is not begun again.
    if (!goesOn(signal)) await removeAll(ports.cluster, [...made.keys()]);
  }
}

function goesOn({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof ReleaseError && reason.code === 'DeadlineReached';
}

/** Pods of an earlier run: those that are at work on the same images are returned, all others removed. */
async function removeLeftovers(
  { cluster }: Ports,
  workload: Manifest,
  nodes: readonly Manifest[],
  images: readonly WantedImage[],
  signal: AbortSignal,
): Promise<Manifest[]> {
  const { namespace = 'default' } = workload.metadata;
  const labelSelector = `${PULL_LABEL}=${pullLabelOf(workload)}`;
  const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal);
  const names = new Set(
    nodes.map((node) => {
      const missing = images.filter(({ image }) => !hasImage(node, image));
      return pullPod(workload, node, missing, false).metadata.name;
    }),
  );
  const isAtWork = (pod: Manifest): boolean =>
    names.has(pod.metadata.name) &&
    pod.metadata.deletionTimestamp === undefined &&
    !/^(Failed|Succeeded)$/.test(textAt(pod, 'status', 'phase'));
  for (const pod of items.filter((one) => !isAtWork(one))) await cluster.remove(withUid(pod), signal);
  return items.filter(isAtWork);
}

/** The first of the pods that the API server takes; undefined, and a word about it, when it refuses all of them. */
async function create(
  cluster: Cluster,
  pods: readonly Manifest[],
  say: Say,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  let refusal = '';
  for (const pod of pods) {
    try {
      return await cluster.apply(pod, { dryRun: false, force: false }, signal);
    } catch (error) {
      if (!(error instanceof ReleaseError) || (error.owner !== 'change' && error.code !== 'AdmissionUnavailable'))
        throw error;
      refusal = error.message;
    }
  }
  say(`the image is not pulled ahead: ${refusal}`);
  return undefined;
}

function withUid(pod: Manifest): ReturnType<typeof refOf> & { uid?: string } {
  const { uid } = pod.metadata;
  return { ...refOf(pod), ...(uid === undefined ? {} : { uid }) };
}

/** With a signal of its own: what was made goes also when the work was ended. What stays all the same ends by its deadline. */
async function removeAll(cluster: Cluster, pods: readonly Manifest[]): Promise<void> {
  const signal = new AbortController().signal;
  for (const pod of pods) await cluster.remove(withUid(pod), signal).catch(() => undefined);
}
