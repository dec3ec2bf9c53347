import type { EnvironmentConfig } from '../config.ts';
import { asReleaseError } from '../errors.ts';
import { refOf, type Manifest, type Ref } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { keyOf, plainRef, type Entry, type Inventory } from '../prune/inventory.ts';
import { leftoversOf, planPrune, type PrunePlan } from '../prune/plan-prune.ts';
import { trackApplied, type Wanted } from '../prune/track.ts';
import { removeInventories, saveInventory } from './inventory.ts';
import { inParallel } from './parallel.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import type { Say } from './step.ts';

/** Reads in flight at once. */
const PARALLEL = 8;

export interface PruneOptions {
  config: EnvironmentConfig['prune'];
  /** The app is to go as a whole, as after a first release that failed: its set may become empty. */
  everything?: boolean;
}

export interface Pruned {
  removed: Ref[];
  /** What left the manifests and is still there. */
  kept: { ref: Ref; why: string }[];
  /** Whole sentences on what was refused, or is left for the next release to finish. */
  warnings: string[];
}

/**
 * What a prune after this release would do, for people to see: reads each object that left the manifests, writes nothing.
 * `inventory` is as it was read, or as it was tracked: both give the same.
 */
export async function previewPrune(
  cluster: Cluster,
  inventory: Inventory,
  wanted: readonly Wanted[],
  { config, everything = false }: PruneOptions,
  signal: AbortSignal,
): Promise<PrunePlan> {
  const live = new Map<string, Manifest | undefined>();
  const unread = new Map<string, string>();
  await inParallel(leftoversOf(inventory.entries, refsOf(wanted)), PARALLEL, async (entry) => {
    try {
      live.set(keyOf(entry), await cluster.get(plainRef(entry), signal));
    } catch (error) {
      signal.throwIfAborted();
      unread.set(keyOf(entry), asReleaseError(error).message);
    }
  });
  const objects = wanted.map((one) => one.live ?? one.desired);
  return planPrune({ inventory, wanted: objects, live, unread, config, everything });
}

/**
 * Removes what is in the inventory and not in the release, last applied first, each by its UID; then brings the inventory up to date.
 * To be called when the release serves, with the inventory that `trackPlanned` returned. What cannot be removed stays tracked, with
 * the reason, for the next release to finish. Nothing of it fails the release: it throws only when `signal` ends, and even then
 * the inventory knows of everything that is left.
 * `wanted`: the objects of the release with what their apply returned; a new one whose `live` is not given is asked for.
 */
export async function prune(
  cluster: Cluster,
  inventory: Inventory,
  wanted: readonly Wanted[],
  options: PruneOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Pruned> {
  try {
    return await pruneAll(cluster, inventory, wanted, options, say, signal);
  } catch (error) {
    signal.throwIfAborted();
    const warning = `The prune was cut short, the next release finishes it: ${asReleaseError(error).message}`;
    say(warning);
    return { removed: [], kept: [], warnings: [warning] };
  }
}

/** One line: `2 removed, 1 kept`, or why nothing was. */
export function describePruned({ removed, kept, warnings }: Pruned): string {
  return warnings[0] ?? `${removed.length} removed, ${kept.length} kept`;
}

async function pruneAll(
  cluster: Cluster,
  found: Inventory,
  planned: readonly Wanted[],
  options: PruneOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Pruned> {
  const isMoving = found.stored.some(({ namespace }) => namespace !== found.namespace);
  // The old place may be about to go.
  let inventory = isMoving ? await saveInventory(cluster, found, found.entries, signal, { move: true }) : found;

  const wanted = await withLive(cluster, inventory, planned, signal);
  const plan = await previewPrune(cluster, inventory, wanted, options, signal);
  const survivors = await removeLeftovers(cluster, plan.remove, say, signal);
  const kept = [...plan.kept, ...survivors];

  const leftovers = new Set(leftoversOf(inventory.entries, refsOf(wanted)));
  const stay = inventory.entries.filter((entry) => !leftovers.has(entry));
  const entries = [...trackApplied(stay, wanted), ...trackedOf(kept)];
  inventory = await saveInventory(cluster, inventory, entries, signal);
  await removeInventories(cluster, inventory, signal);

  const survived = new Set(survivors.map(({ entry }) => keyOf(entry)));
  const result: Pruned = {
    removed: plan.remove.filter((entry) => !survived.has(keyOf(entry))).map(plainRef),
    kept: kept.map(({ entry, why }) => ({ ref: plainRef(entry), why })),
    warnings: plan.refused,
  };
  say(describePruned(result));
  return result;
}

/** New objects whose apply did not tell their UID are asked for it. */
function withLive(
  cluster: Cluster,
  { entries }: Inventory,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<Wanted[]> {
  const unknown = new Set(entries.filter(({ uid }) => uid === undefined).map(keyOf));
  return inParallel(wanted, PARALLEL, async ({ desired, live }) => {
    if (live !== undefined || !unknown.has(keyOf(refOf(desired)))) return { desired, live };
    return { desired, live: await cluster.get(refOf(desired), signal) };
  });
}

function trackedOf(kept: PrunePlan['kept']): Entry[] {
  return kept.filter(({ tracked }) => tracked).map(({ entry, why }) => ({ ...entry, why }));
}

function refsOf(wanted: readonly Wanted[]): Ref[] {
  return wanted.map(({ desired }) => refOf(desired));
}
