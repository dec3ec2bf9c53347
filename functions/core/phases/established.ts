import { fail } from '../errors.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { isEstablished, whyNotAccepted } from './custom-kinds.ts';

/**
 * Waits until the API server serves the kinds of these CRDs, as they were answered when applied: Established and NamesAccepted.
 * (A Namespace needs no wait: it is Active from its creation on.) The API server decides by itself, in less than a second; names that
 * another CRD has are ApplyRejected at once.
 */
export async function established(
  cluster: Cluster,
  definitions: readonly Manifest[],
  signal: AbortSignal,
): Promise<void> {
  for (const definition of definitions) await waitFor(cluster, definition, signal);
}

async function waitFor(cluster: Cluster, applied: Manifest, signal: AbortSignal): Promise<void> {
  if (isReady(applied)) return;
  const { apiVersion, kind, name } = refOf(applied);
  const selection = { apiVersion, kind, fieldSelector: `metadata.name=${name}` };
  const { items, resourceVersion } = await cluster.list(selection, signal);
  if (items.some(isReady)) return;
  for await (const { object } of cluster.watch(selection, resourceVersion, signal)) if (isReady(object)) return;
  signal.throwIfAborted();
}

function isReady(definition: Manifest): boolean {
  const why = whyNotAccepted(definition);
  if (why === undefined) return isEstablished(definition);
  const ref = refOf(definition);
  throw fail('ApplyRejected', `${describeRef(ref)} is not served: ${why}.`, { object: `crd/${ref.name}` });
}
