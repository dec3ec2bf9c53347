import { changeOf } from '../diff/diff.ts';
import { ReleaseError } from '../errors.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';

/** One object as it is wanted, as it is, and as the API server says it would be after an apply. */
export interface Comparison {
  desired: Manifest;
  /** undefined: not there. */
  live: Manifest | undefined;
  predicted: Manifest;
  change: 'created' | 'configured' | 'unchanged';
}

/** Requests in flight at once: enough to hide the distance, few enough for a small API server. */
const PARALLEL = 4;

/**
 * Asks the API server, by server-side dry-run, what applying each object would do. Stores nothing.
 * The same comparison serves plan, apply and drift, so they cannot disagree. `force`: see what an apply that takes over
 * all fields would do; otherwise a field held by another manager throws ApplyConflict.
 */
export async function compare(
  cluster: Cluster,
  objects: readonly Manifest[],
  how: { force: boolean },
  signal: AbortSignal,
): Promise<Comparison[]> {
  const missing = await missingNamespaces(cluster, objects, signal);
  const results: Comparison[] = [];
  const queue = [...objects.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, desired] = next;
      try {
        results[index] = await compareOne(cluster, desired, missing, how, signal);
      } catch (error) {
        // The others begin nothing new on a connection that the caller is about to close.
        queue.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results;
}

async function compareOne(
  cluster: Cluster,
  desired: Manifest,
  missing: ReadonlySet<string>,
  how: { force: boolean },
  signal: AbortSignal,
): Promise<Comparison> {
  // A dry-run inside a namespace that is not there yet can only fail, though the apply after the Namespace's will work.
  if (missing.has(desired.metadata.namespace ?? ''))
    return { desired, live: undefined, predicted: desired, change: 'created' };
  const live = await cluster.get(refOf(desired), signal);
  const predicted = await dryRun(cluster, desired, how, signal);
  return { desired, live, predicted, change: changeOf(desired, live, predicted) };
}

async function dryRun(
  cluster: Cluster,
  desired: Manifest,
  how: { force: boolean },
  signal: AbortSignal,
): Promise<Manifest> {
  try {
    return await cluster.apply(desired, { dryRun: true, force: how.force }, signal);
  } catch (error) {
    if (!isHumanConflict(error)) throw error;
    return cluster.apply(desired, { dryRun: true, force: true }, signal);
  }
}

async function missingNamespaces(
  cluster: Cluster,
  objects: readonly Manifest[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const created = objects.filter((object) => object.kind === 'Namespace' && object.apiVersion === 'v1');
  const missing = new Set<string>();
  for (const namespace of created) {
    if ((await cluster.get(refOf(namespace), signal)) === undefined) missing.add(namespace.metadata.name);
  }
  return missing;
}

/** Field managers of tools that people use by hand: their edits are taken over, anybody else's stop the deploy. */
const HUMAN = /^(kubectl|k9s|rancher|lens|OpenLens|Mozilla)/;

/** True for an ApplyConflict whose every other manager is a known tool of a person. */
export function isHumanConflict(error: unknown): boolean {
  if (!(error instanceof ReleaseError) || error.code !== 'ApplyConflict') return false;
  const managers = error.details['managers'];
  return Array.isArray(managers) && managers.length > 0 && managers.every((manager) => HUMAN.test(String(manager)));
}
