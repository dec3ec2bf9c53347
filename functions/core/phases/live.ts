import { refOf, type Manifest } from '../kubernetes.ts';
import { isMissingRight } from '../missing-right.ts';
import type { Cluster } from '../ports.ts';
import { ENVIRONMENT } from '../render/labels.ts';
import { inParallel } from './parallel.ts';

/** From so many objects of a kind on, one list is cheaper than a request for each. */
const WORTH_A_LIST = 3;

/** The object as it is, `undefined` when it is not there, `unasked` when only a dry-run will tell whether it is. */
export type Live = Manifest | 'unasked' | undefined;

/**
 * Reads what is there of the objects, with few requests: one list for each kind, namespace and environment that has several objects,
 * single reads for the others. Secrets are never listed, only read by name. Where lists are forbidden, single reads do.
 */
export async function readLive(
  cluster: Cluster,
  objects: readonly Manifest[],
  parallel: number,
  signal: AbortSignal,
): Promise<Map<Manifest, Live>> {
  const groups = [...Map.groupBy(objects, groupOf).values()];
  const live = new Map<Manifest, Live>();
  const single = groups.filter((group) => !isWorthAList(group)).flat();
  await inParallel(groups.filter(isWorthAList), parallel, async (group) => {
    if (!(await listInto(live, cluster, group, signal))) single.push(...group);
  });
  const get = async (object: Manifest): Promise<void> => void live.set(object, await getOne(cluster, object, signal));
  // When the last one, mostly a workload, is not there, most likely nothing is: then the dry-runs, needed anyway, tell.
  const last = single.pop();
  if (last === undefined) return live;
  await get(last);
  if (live.get(last) !== undefined) await inParallel(single, parallel, get);
  else for (const object of single) live.set(object, 'unasked');
  return live;
}

/** Lists the group. False when the credential may not list. What the list lacks may be there all the same, without the label. */
async function listInto(
  live: Map<Manifest, Live>,
  cluster: Cluster,
  group: readonly Manifest[],
  signal: AbortSignal,
): Promise<boolean> {
  const [first] = group;
  if (first === undefined) return true;
  const { apiVersion, kind, metadata } = first;
  const { namespace } = metadata;
  const labelSelector = `${ENVIRONMENT}=${metadata.labels?.[ENVIRONMENT] ?? ''}`;
  const selection = { apiVersion, kind, labelSelector, ...(namespace === undefined ? {} : { namespace }) };
  try {
    const { items } = await cluster.list(selection, signal);
    const byName = new Map(items.map((item) => [item.metadata.name, item]));
    for (const object of group) live.set(object, byName.get(object.metadata.name) ?? 'unasked');
    return true;
  } catch (error) {
    if (!isMissingRight(error)) throw error;
    return false;
  }
}

/** What may not be read is left to the dry-run, which is refused too, or tells what the right is missing for. */
async function getOne(cluster: Cluster, object: Manifest, signal: AbortSignal): Promise<Live> {
  try {
    return await cluster.get(refOf(object), signal);
  } catch (error) {
    if (!isMissingRight(error)) throw error;
    return 'unasked';
  }
}

function isWorthAList(group: readonly Manifest[]): boolean {
  const [first] = group;
  return (
    group.length >= WORTH_A_LIST && first?.kind !== 'Secret' && first?.metadata.labels?.[ENVIRONMENT] !== undefined
  );
}

function groupOf({ apiVersion, kind, metadata }: Manifest): string {
  return JSON.stringify([apiVersion, kind, metadata.namespace, metadata.labels?.[ENVIRONMENT]]);
}
