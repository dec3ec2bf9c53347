import type { Manifest } from '../../functions/core/kubernetes.ts';
import type { Cluster } from '../../functions/core/ports.ts';
import { at, numberAt } from '../../functions/core/rollout/field.ts';

/** When the API server told of it, by performance.now(). */
export interface Milestones {
  /** The new revision was written. */
  written: number;
  /** The Deployment was complete by the rule of `kubectl rollout status`. */
  complete: number;
}

/** Follows the Deployment from now on, until its next revision is complete. Ends with the signal. */
export async function followRollout(
  cluster: Cluster,
  { namespace, name }: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<{ milestones: Promise<Milestones> }> {
  const selection = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, fieldSelector: `metadata.name=${name}` };
  const { items, resourceVersion } = await cluster.list(selection, signal);
  const before = numberAt(items[0], 0, 'metadata', 'generation');
  const milestones = (async (): Promise<Milestones> => {
    let written: number | undefined;
    for await (const { object } of cluster.watch(selection, resourceVersion, signal)) {
      if (numberAt(object, 0, 'metadata', 'generation') === before) continue;
      written ??= performance.now();
      if (isComplete(object)) return { written, complete: performance.now() };
    }
    throw new Error(`The rollout of ${namespace}/${name} was not seen to its end.`);
  })();
  return { milestones };
}

function isComplete(deployment: Manifest): boolean {
  const count = (field: string): number => numberAt(deployment, 0, 'status', field);
  const wanted = numberAt(deployment, 1, 'spec', 'replicas');
  return (
    count('observedGeneration') >= numberAt(at(deployment, 'metadata'), 0, 'generation') &&
    ['updatedReplicas', 'replicas', 'availableReplicas'].every((field) => count(field) === wanted)
  );
}
