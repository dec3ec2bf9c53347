import { planned, type Planned } from './diff/planned.ts';
import { checkOf } from './hooks/hook.ts';
import { describeRef, refOf, type Manifest } from './kubernetes.ts';
import { countChanges, describeChanges } from './phases/apply.ts';
import { compare, type Comparison } from './phases/compare.ts';
import { fit } from './phases/fit.ts';
import { inventoryPlace, readInventory } from './phases/inventory.ts';
import { previewPrune } from './phases/prune.ts';
import type { PlaceOf } from './phases/refusal.ts';
import type { Say } from './phases/step.ts';
import type { Cluster, Ports } from './ports.ts';
import { plainRef, type Inventory } from './prune/inventory.ts';
import { inOrder } from './render/order.ts';
import type { Changes } from './release.ts';
import type { ReleaseRun } from './run-release.ts';
import { hooksOf, isPullSecret, pullSecretsOf, type Target } from './target.ts';

/** What bringing a target onto the cluster takes. */
export interface Plan {
  /** In the order of applying, the pull secrets among them, the hooks not. */
  comparisons: readonly Comparison[];
  /** What is kept with the release: the target's objects, with the strategies that were chosen for the node's room. */
  objects: Manifest[];
  inventory: Inventory;
  placeOf?: PlaceOf;
}

export interface PlanOptions {
  /** Objects of the last good release, to find the inventory by if the app moves to another namespace. */
  previous: readonly Manifest[];
  /** Where a field of an object is written, for what the API server refuses. An earlier release's objects have no files. */
  placeOf?: PlaceOf;
  /** false: go on although the node has no room for it. A rollback is better than none. */
  mustFit: boolean;
}

/**
 * Compares the target with the cluster object by object, and its pods with the room on the nodes. Writes nothing. Everything that the
 * API server would refuse is refused here, all at once.
 */
export async function planTarget(
  ports: Ports,
  { release, environment, note, signal }: ReleaseRun,
  cluster: Cluster,
  target: Target,
  { previous, mustFit, placeOf }: PlanOptions,
  say: Say,
): Promise<Plan> {
  const checks = new Map(hooksOf(target).map((hook) => [checkOf(hook), hook]));
  const all = inOrder([...target.objects, ...pullSecretsOf(target), ...checks.keys()]);
  const places = placeOf === undefined ? {} : { placeOf: placeOfChecks(placeOf, checks) };
  const how = { force: false, ...places };
  const owner = { app: ports.config.app.name, environment: release.environment };
  const [compared, inventory] = await Promise.all([
    compare(cluster, all, how, signal),
    readInventory(cluster, inventoryPlace(owner, target.objects, previous), signal),
  ]);
  const again = (objects: Manifest[]): Promise<Comparison[]> => compare(cluster, objects, how, signal);
  const options = { surge: environment.rollout.surge, mustFit, again };
  const fitted = await fit(
    cluster,
    compared.filter((_, index) => !checks.has(all[index] as Manifest)),
    options,
    say,
    signal,
  );
  for (const text of fitted.notes) await note(text);
  say(describeChanges(countChanges(fitted.comparisons)));
  return {
    comparisons: fitted.comparisons,
    objects: fitted.objects.filter((object) => !isPullSecret(object)),
    inventory,
    ...places,
  };
}

/** A hook is checked under another name than it is written under. */
function placeOfChecks(placeOf: PlaceOf, checks: ReadonlyMap<Manifest, Manifest>): PlaceOf {
  const written = new Map([...checks].map(([check, hook]) => [describeRef(refOf(check)), refOf(hook)]));
  return (ref, fieldPath) => placeOf(written.get(describeRef(ref)) ?? ref, fieldPath);
}

/** The plan as the record keeps it. Who asks for the plan only sees what would be pruned, too, and what speaks against it. */
export async function describePlan(
  { environment, note, signal }: ReleaseRun,
  cluster: Cluster,
  { comparisons, inventory }: Plan,
  isPlanOnly: boolean,
): Promise<{ changes: Changes; plan: Planned }> {
  const shown = comparisons.filter(({ desired }) => !isPullSecret(desired));
  if (!isPlanOnly) return { changes: countChanges(comparisons), plan: planned(shown, []) };
  const preview = await previewPrune(cluster, inventory, shown, { config: environment.prune }, signal);
  for (const sentence of preview.refused) await note(sentence);
  for (const { entry, why } of preview.kept) await note(`${describeRef(plainRef(entry))} is not pruned: ${why}.`);
  return {
    changes: countChanges(comparisons, preview.remove.length),
    plan: planned(shown, preview.remove.map(plainRef)),
  };
}
