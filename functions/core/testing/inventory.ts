import type { EnvironmentConfig } from '../config.ts';
import { describeRef, refOf, type Manifest, type Ref } from '../kubernetes.ts';
import { inventoryPlace, readInventory, trackPlanned } from '../phases/inventory.ts';
import { prune, type Pruned } from '../phases/prune.ts';
import type { Cluster } from '../ports.ts';
import type { InventoryOwner } from '../prune/inventory.ts';
import type { Wanted } from '../prune/track.ts';
import { inOrder } from '../render/order.ts';

export const owner: InventoryOwner = { app: 'shop', environment: 'production' };

/** As Hawser renders it for the owner. */
export function owned(kind: string, name: string, more: Record<string, unknown> = {}): Manifest {
  const { apiVersion = 'v1', namespace = 'shop', metadata = {}, ...fields } = more;
  const labels = {
    'app.kubernetes.io/name': owner.app,
    'app.kubernetes.io/managed-by': 'hawser',
    'hawser.dev/environment': owner.environment,
  };
  return { apiVersion, kind, metadata: { name, namespace, labels, ...(metadata as object) }, ...fields } as Manifest;
}

export function clusterScoped(kind: string, name: string, more: Record<string, unknown> = {}): Manifest {
  const object = owned(kind, name, more);
  delete object.metadata.namespace;
  return object;
}

export const pruneConfig: EnvironmentConfig['prune'] = {
  enabled: true,
  refuseAbove: { percent: 50, objects: 5 },
  confirm: [],
};

interface ReleaseOptions {
  owner?: InventoryOwner;
  config?: Partial<EnvironmentConfig['prune']>;
  /** The objects of the last good release. */
  previous?: readonly Manifest[];
  everything?: boolean;
  signal?: AbortSignal;
  said?: string[];
}

/** One release from its plan to its prune, as far as the inventory is concerned. All that is wanted is applied, whether it differs or not. */
export async function releaseTo(
  cluster: Cluster,
  objects: readonly Manifest[],
  options: ReleaseOptions = {},
): Promise<Pruned> {
  const { owner: who = owner, config = {}, previous = [], everything = false, said = [] } = options;
  const { signal = new AbortController().signal } = options;
  const ordered = inOrder(objects);
  const found = await readInventory(cluster, inventoryPlace(who, objects, previous), signal);
  const wanted: Wanted[] = [];
  for (const desired of ordered) wanted.push({ desired, live: await cluster.get(refOf(desired), signal) });
  const write = (desired: Manifest) => cluster.apply(desired, { dryRun: false, force: true }, signal);
  const inventory = await trackPlanned(cluster, found, wanted, signal);
  const applied: Wanted[] = [];
  for (const desired of ordered) applied.push({ desired, live: await write(desired) });
  const pruning = { config: { ...pruneConfig, ...config }, everything };
  return prune(cluster, inventory, applied, pruning, (text) => void said.push(text), signal);
}

/** Every call of the cluster before it is made, as `apply ConfigMap shop/a`. What `before` or `after` throws is the call's failure. */
export function withCalls(
  cluster: Cluster,
  { before, after }: { before?: (call: string) => void; after?: (call: string) => void },
): Cluster {
  const around = async <T>(verb: string, ref: Ref, run: () => Promise<T>): Promise<T> => {
    const call = `${verb} ${describeRef(ref)}`;
    before?.(call);
    const result = await run();
    after?.(call);
    return result;
  };
  return {
    ...cluster,
    get: (ref, signal) => around('get', ref, () => cluster.get(ref, signal)),
    apply: (object, how, signal) => around('apply', refOf(object), () => cluster.apply(object, how, signal)),
    remove: (ref, signal) => around('remove', ref, () => cluster.remove(ref, signal)),
  };
}
