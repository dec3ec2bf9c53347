import type { Manifest, Ref } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { inventoryName, keyOf, type Entry, type Inventory, type InventoryOwner } from '../prune/inventory.ts';
import { assertFits, decodeInventory, encodeInventory, inventoryConfigMap } from '../prune/stored-inventory.ts';
import { trackWanted, type Wanted } from '../prune/track.ts';

/** Where an inventory is looked for: first where it belongs now, then where it may have been. */
export interface InventoryPlace {
  owner: InventoryOwner;
  namespaces: readonly [string, ...string[]];
}

/**
 * The namespace of the app is that of its first namespaced object, or else the first Namespace that it makes. `previous`: the objects
 * of the last good release, so that the inventory is found again after the app moved to another namespace.
 */
export function inventoryPlace(
  owner: InventoryOwner,
  objects: readonly Manifest[],
  previous: readonly Manifest[] = [],
): InventoryPlace {
  const home = (of: readonly Manifest[]): string | undefined =>
    of.find(({ metadata }) => metadata.namespace !== undefined)?.metadata.namespace ??
    of.find((object) => isNamespace(object))?.metadata.name;
  const [here = 'default', before = here] = [home(objects), home(previous)];
  return { owner, namespaces: before === here ? [here] : [here, before] };
}

/** Reads the inventory: one request, two while the app moves. Empty at the first release. Throws InventoryInvalid. */
export async function readInventory(
  cluster: Cluster,
  { owner, namespaces }: InventoryPlace,
  signal: AbortSignal,
): Promise<Inventory> {
  const found = [];
  for (const namespace of namespaces) {
    const configMap = await cluster.get(inventoryRef(owner, namespace), signal);
    if (configMap !== undefined) found.push(decodeInventory(owner, configMap));
  }
  // The copy where the inventory belongs is the newer one.
  const entries = new Map<string, Entry>();
  for (const entry of found.toReversed().flatMap((one) => one.entries)) entries.set(keyOf(entry), entry);
  return { owner, namespace: namespaces[0], entries: [...entries.values()], stored: found.map(({ stored }) => stored) };
}

/**
 * Notes what is about to be applied, before any of it is; writes only if there is something new in it. The namespace that the inventory
 * goes into is applied first if this very release makes it. Throws InventoryTooLarge before anything is written.
 */
export async function trackPlanned(
  cluster: Cluster,
  inventory: Inventory,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<Inventory> {
  const entries = trackWanted(inventory.owner, inventory.entries, wanted);
  assertFits(inventory.owner, entries);
  const target = targetOf(inventory);
  const home = wanted.find(({ desired, live }) => isNamespace(desired, target) && live === undefined);
  if (home !== undefined) await cluster.apply(home.desired, { dryRun: false, force: false }, signal);
  return saveInventory(cluster, inventory, entries, signal);
}

/**
 * Stores the entries where the inventory was found; with `move`, where it belongs. Writes nothing when the same is there already,
 * nor to begin or to end with an inventory of nothing.
 */
export async function saveInventory(
  cluster: Cluster,
  inventory: Inventory,
  entries: readonly Entry[],
  signal: AbortSignal,
  { move = false }: { move?: boolean } = {},
): Promise<Inventory> {
  const { owner, stored } = inventory;
  const namespace = move ? inventory.namespace : targetOf(inventory);
  const before = stored.find((one) => one.namespace === namespace);
  const text = encodeInventory(owner, entries);
  if (before?.text === text || entries.length === 0) return { ...inventory, entries };
  const desired = inventoryConfigMap(owner, namespace, entries);
  // It is Hawser's own: whoever edited it, the next release puts it right.
  const saved = await cluster.apply(desired, { dryRun: false, force: true }, signal);
  const others = stored.filter((one) => one !== before);
  return { ...inventory, entries, stored: [{ ...before, namespace, uid: saved.metadata.uid ?? '', text }, ...others] };
}

/** Removes the copies that are where the inventory does not belong (any more), and all of them when nothing is left to track. */
export async function removeInventories(cluster: Cluster, inventory: Inventory, signal: AbortSignal): Promise<void> {
  const { owner, namespace: home, entries, stored } = inventory;
  for (const { namespace, uid } of stored) {
    if (namespace !== home || entries.length === 0)
      await cluster.remove({ ...inventoryRef(owner, namespace), uid }, signal);
  }
}

function inventoryRef(owner: InventoryOwner, namespace: string): Ref {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: inventoryName(owner) };
}

/** Until a release has succeeded in its new namespace, the inventory stays where the last one left it. */
function targetOf({ namespace, stored }: Inventory): string {
  return stored[0]?.namespace ?? namespace;
}

function isNamespace({ apiVersion, kind, metadata }: Manifest, name = metadata.name): boolean {
  return apiVersion === 'v1' && kind === 'Namespace' && metadata.name === name;
}
