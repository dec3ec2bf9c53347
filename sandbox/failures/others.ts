import { asReleaseError } from '../../functions/core/errors.ts';
import { refOf, type Manifest } from '../../functions/core/kubernetes.ts';
import type { Cluster } from '../../functions/core/ports.ts';
import { waitUntil } from '../host/daemon.ts';
import { APP, type FailureCase } from './case.ts';
import type { Place } from './cluster.ts';
import { filled } from './manifests.ts';

const PATIENCE = { timeoutMs: 60_000, everyMs: 100 };
const forever = new AbortController().signal;

/** Puts what others have on the cluster, and waits until the API server goes by it. */
export async function prepare(
  { others: cluster, registry }: Place,
  { others = [], refuses }: FailureCase,
): Promise<void> {
  for (const object of others) await cluster.apply(filled(object, registry), { dryRun: false, force: true }, forever);
  if (refuses !== undefined) await waitUntil('The refusal', () => isRefused(cluster, refuses), PATIENCE);
}

/** Takes away what others had and what a good release does not have, and waits until nothing of it is in the way of the next case. */
export async function tidy(
  { others: cluster }: Place,
  { others = [], objects = [], refuses }: FailureCase,
): Promise<void> {
  const temporary = [...others, ...objects].filter(({ kind }) => kind !== 'Namespace');
  for (const object of temporary.toReversed()) await cluster.remove(refOf(object), forever);
  const isOver = async (): Promise<boolean> => refuses === undefined || !(await isRefused(cluster, refuses));
  await waitUntil('The end of the refusal', isOver, PATIENCE);
}

/** Whatever the reason: what counts is that it does not get in. */
async function isRefused(cluster: Cluster, object: Manifest): Promise<boolean> {
  try {
    await cluster.apply(object, { dryRun: true, force: true }, forever);
    return false;
  } catch (error) {
    return asReleaseError(error).code !== 'ApiServerUnreachable';
  }
}

/** The pods of the app that are to stay: UID and starts. Two equal answers are the same pods, and none was started again. */
export async function appPods(cluster: Cluster): Promise<string[]> {
  const pods = await listPods(cluster);
  return pods
    .filter(({ metadata }) => metadata['deletionTimestamp'] === undefined)
    .map((pod) => {
      const { containerStatuses = [] } = Object(pod['status']) as { containerStatuses?: { restartCount: number }[] };
      const restarts = containerStatuses.map(({ restartCount }) => restartCount).join(' and ');
      return `${pod.metadata.uid ?? ''}, started again ${restarts} times`;
    })
    .sort();
}

/** Removes the app's Deployment, and waits until its last pod is gone. */
export async function clear(cluster: Cluster): Promise<void> {
  await cluster.remove({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: APP, name: APP }, forever);
  await waitUntil('The end of the app', async () => (await listPods(cluster)).length === 0, PATIENCE);
}

async function listPods(cluster: Cluster): Promise<Manifest[]> {
  const selection = { apiVersion: 'v1', kind: 'Pod', namespace: APP, labelSelector: `app=${APP}` };
  return (await cluster.list(selection, forever)).items;
}
