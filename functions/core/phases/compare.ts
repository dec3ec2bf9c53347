import type { ReleaseError } from '../errors.ts';
import { autoscaled } from '../fields/scale.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { isGroundwork } from '../render/order.ts';
import { compareObject, type Comparison } from './comparison.ts';
import { defines, isDefinition, serves } from './custom-kinds.ts';
import { readLive } from './live.ts';
import { inParallel } from './parallel.ts';
import { allRefusals, noting, placed, type PlaceOf } from './refusal.ts';

export type { Comparison } from './comparison.ts';

/** Requests in flight at once: enough to hide the distance, few enough for a small API server. */
const PARALLEL = 8;

/**
 * Tells what applying each object would do. Stores nothing. What is surely unchanged is seen from the live object alone; for all
 * else the API server is asked by server-side dry-run. So N objects of which one differs cost N reads at most (one for each
 * kind of which there are several), a dry-run, and later one write. The same comparison serves plan, apply and drift, so they cannot disagree.
 *
 * `force`: see what an apply that takes over all fields would do. Otherwise a field that another manager holds throws
 * ApplyConflict. Everything that is refused is refused at once: one error with the code of the first and `problems` for all; with
 * `placeOf`, each names file and line.
 */
export async function compare(
  cluster: Cluster,
  objects: readonly Manifest[],
  how: { force: boolean; placeOf?: PlaceOf },
  signal: AbortSignal,
): Promise<Comparison[]> {
  const found = new Map<Manifest, Comparison>();
  const refusals = new Map<Manifest, ReleaseError>();
  const scales = autoscaled(objects);

  const compareAll = async (some: readonly Manifest[], ahead: readonly Comparison[]): Promise<void> => {
    const news = newsOf(ahead);
    const asked = some.filter((object) => !news.isNew(object));
    for (const desired of some) {
      if (news.isNew(desired)) found.set(desired, { ...created(desired), isDeferred: true });
    }
    const live = await readLive(cluster, asked, PARALLEL, signal);
    await inParallel(asked, PARALLEL, async (desired) => {
      const noted: ReleaseError[] = [];
      const one = await noting(noted, () =>
        compareObject(
          { cluster, how, signal },
          desired,
          live.get(desired),
          scales(desired),
          news.isOfChangedKind(desired),
        ),
      );
      if (one !== undefined) found.set(desired, one);
      for (const refusal of noted)
        refusals.set(desired, how.placeOf === undefined ? refusal : placed(refusal, desired, how.placeOf));
    });
  };

  const groundwork = objects.filter((object) => isGroundwork(object));
  await compareAll(groundwork, []);
  await compareAll(
    objects.filter((object) => !isGroundwork(object)),
    // What is refused counts as coming, so that what lies in it is not refused for its sake.
    groundwork.map((object) => found.get(object) ?? created(object)),
  );
  const refused = allRefusals(objects.flatMap((object) => refusals.get(object) ?? []));
  if (refused !== undefined) throw refused;
  return objects.flatMap((object) => found.get(object) ?? []);
}

function created(desired: Manifest): Comparison {
  return { desired, live: undefined, predicted: desired, change: 'created' };
}

/** What the objects that come first mean for the others: a dry-run of what is not possible yet can only fail. */
function newsOf(ahead: readonly Comparison[]) {
  const namespaces = new Set(
    ahead.flatMap(({ desired, live }) =>
      desired.kind === 'Namespace' && live === undefined ? desired.metadata.name : [],
    ),
  );
  const definitions = ahead.filter(({ desired }) => isDefinition(desired));
  const isOfNewKind = (object: Manifest): boolean =>
    definitions.some(({ desired, live }) => defines(desired, object) && (live === undefined || !serves(live, object)));
  return {
    isOfNewKind,
    isNew: (object: Manifest): boolean => namespaces.has(object.metadata.namespace ?? '') || isOfNewKind(object),
    isOfChangedKind: (object: Manifest): boolean =>
      definitions.some(({ desired, change }) => change === 'configured' && defines(desired, object)),
  };
}
