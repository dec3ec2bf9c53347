import { MANAGER } from '../fields/manager.ts';
import { migrateFields } from '../fields/migrate.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import type { Changes } from '../release.ts';
import { isGroundwork, waveOf } from '../render/order.ts';
import { compare, type Comparison } from './compare.ts';
import { applyOver } from './conflict.ts';
import { isDefinition } from './custom-kinds.ts';
import { established } from './established.ts';
import { inParallel } from './parallel.ts';
import type { PlaceOf } from './refusal.ts';
import type { Say } from './step.ts';

/** Writes in flight at once, within one wave of kinds. */
const PARALLEL = 8;
/** Lines of progress at most: each is stored in the record. */
const PROGRESS = 25;
/** How often the fields of one object are migrated anew because it changed in between. */
const MIGRATIONS = 5;

/** Counts what a comparison found, for the record and for people. */
export function countChanges(comparisons: readonly Comparison[], pruned = 0): Changes {
  const count = (change: Comparison['change']): number => comparisons.filter((one) => one.change === change).length;
  return { created: count('created'), configured: count('configured'), unchanged: count('unchanged'), pruned };
}

/** One line: `1 created, 2 configured, 4 unchanged`, and what is pruned if anything is. */
export function describeChanges(changes: Changes): string {
  const { created, configured, unchanged, pruned } = changes;
  const applied = `${created} created, ${configured} configured, ${unchanged} unchanged`;
  return pruned === 0 ? applied : `${applied}, ${pruned} pruned`;
}

/**
 * Applies what differs; what is unchanged is not written. First Namespaces, CRDs and classes, and the CRDs are waited for; then
 * what could not be compared before is compared, so that all that is refused is told before more is written; then the rest, wave
 * by wave in the order of the kinds, webhooks last. Objects of one wave are applied at the same time. Cut off at any point and
 * begun again with a new comparison, it ends the same.
 * Fields that people's tools hold are taken over; another manager's stop it with ApplyConflict.
 * `placeOf`: see `compare`. Returns what was compared, in the order of applying, with `live` as it is now.
 */
export async function apply(
  cluster: Cluster,
  comparisons: readonly Comparison[],
  say: Say,
  signal: AbortSignal,
  placeOf?: PlaceOf,
): Promise<Comparison[]> {
  const total = comparisons.filter(isWrite).length;
  const every = Math.ceil(total / PROGRESS);
  let begun = 0;
  const settle = async (one: Comparison): Promise<Comparison> => {
    if (!isWrite(one)) return one;
    if (begun++ % every === 0) say(`${begun} of ${total}: ${describeRef(refOf(one.desired))}`);
    return { ...one, live: await write(cluster, one, signal) };
  };
  const [groundwork, rest] = partition(comparisons, ({ desired }) => isGroundwork(desired));
  const laid = await inWaves(groundwork, settle);
  await established(cluster, definitionsOf(laid), signal);

  const [deferred, decided] = partition(rest, ({ isDeferred }) => isDeferred === true);
  const late = await compareNow(cluster, deferred, signal, placeOf);
  const applied = [...laid, ...(await inWaves([...decided, ...late], settle))];
  say(describeChanges(countChanges(applied)));
  return applied;
}

async function inWaves(
  comparisons: readonly Comparison[],
  settle: (comparison: Comparison) => Promise<Comparison>,
): Promise<Comparison[]> {
  const waves = Map.groupBy(comparisons, ({ desired }) => waveOf(desired));
  const settled: Comparison[] = [];
  for (const [, wave] of [...waves].toSorted(([a], [b]) => a - b)) {
    settled.push(...(await inParallel(wave, PARALLEL, settle)));
  }
  return settled;
}

async function write(cluster: Cluster, { desired, live }: Comparison, signal: AbortSignal): Promise<Manifest> {
  const how = { dryRun: false, force: false };
  await migrate(cluster, live, signal);
  const applied = await applyOver(cluster, desired, how, signal);
  // Of an object without managedFields, only its first apply tells what was there before.
  return (await migrate(cluster, applied, signal)) ? applyOver(cluster, desired, how, signal) : applied;
}

/** Unchanged ones too: a release that was cut off right after a CRD left it unserved. */
function definitionsOf(comparisons: readonly Comparison[]): Manifest[] {
  return comparisons.flatMap(({ live }) => (live !== undefined && isDefinition(live) ? live : []));
}

async function compareNow(
  cluster: Cluster,
  deferred: readonly Comparison[],
  signal: AbortSignal,
  placeOf: PlaceOf | undefined,
): Promise<Comparison[]> {
  if (deferred.length === 0) return [];
  const objects = deferred.map(({ desired }) => desired);
  return compare(cluster, objects, { force: false, ...(placeOf === undefined ? {} : { placeOf }) }, signal);
}

/**
 * Makes the fields of an earlier client-side apply Hawser's own, so that the apply removes those that the manifest has dropped.
 * If somebody writes to the object meanwhile, it is read and tried again. False when there is nothing to migrate.
 */
async function migrate(cluster: Cluster, known: Manifest | undefined, signal: AbortSignal): Promise<boolean> {
  let live = known;
  for (let tried = 0; tried < MIGRATIONS && live !== undefined; tried++) {
    const operations = migrateFields(live, MANAGER);
    if (operations.length === 0) return false;
    const ref = refOf(live);
    if ((await cluster.patch(ref, operations, signal)) !== undefined) return true;
    live = await cluster.get(ref, signal);
  }
  return false;
}

function isWrite({ change }: Comparison): boolean {
  return change !== 'unchanged';
}

function partition<T>(items: readonly T[], is: (item: T) => boolean): [T[], T[]] {
  return [items.filter(is), items.filter((item) => !is(item))];
}
