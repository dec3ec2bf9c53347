import { asReleaseError } from './errors.ts';
import { failureOf } from './failure.ts';
import { imagesAhead } from './capacity/pull-pod.ts';
import { apply, countChanges } from './phases/apply.ts';
import { check } from './phases/check.ts';
import type { Comparison } from './phases/compare.ts';
import { trackPlanned } from './phases/inventory.ts';
import { prune } from './phases/prune.ts';
import { prePull } from './phases/pull.ts';
import { urlOf } from './phases/readdress.ts';
import type { Say } from './phases/step.ts';
import { verify } from './phases/verify.ts';
import { planTarget, type Plan } from './plan-target.ts';
import type { Cluster, Ports } from './ports.ts';
import type { Inventory } from './prune/inventory.ts';
import type { Failure } from './release.ts';
import { runStage } from './run-stage.ts';
import type { ReleaseRun } from './run-release.ts';
import { factsOf, isPullSecret, type Target } from './target.ts';

/** How far it came: `applied` tells whether anything of the app was written, so that there is something to undo. */
export interface Applied {
  failure?: Failure;
  applied: boolean;
}

/**
 * Brings a planned target onto the cluster and waits until it serves: images pulled ahead, pre-deploy hooks, apply, the rollout ready and
 * the URL answering with the revision, post-deploy hooks, prune. Returns the failure when the change is to blame, for the caller to
 * roll back; throws only what says nothing about the change.
 */
export async function applyTarget(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  target: Target,
  plan: Plan,
): Promise<Applied> {
  const { step, signal } = run;
  const { comparisons } = plan;
  let applied = false;
  try {
    const unpulled = await pullAhead(ports, run, cluster, comparisons);
    if (unpulled !== undefined) return { failure: unpulled, applied };
    // What is about to be made is known before it is made, whoever dies in between.
    const inventory = await trackPlanned(cluster, plan.inventory, comparisons.filter(isOfApp), signal);
    const unprepared = await runStage('pre-deploy', ports, run, cluster, target, () =>
      // What a hook needs to run at all, and what changes nothing for the app that serves.
      apply(cluster, comparisons.filter(isGroundwork), () => undefined, signal),
    );
    if (unprepared !== undefined) return { failure: unprepared, applied };
    applied = true;
    const written = await step('apply', (say) => apply(cluster, comparisons, say, signal, plan.placeOf));
    const since = appliedAt(run, comparisons);
    const failure =
      (await step('verify', (say) => serves(ports, run, cluster, target, { since, unblock: false }, say))) ??
      (await runStage('post-deploy', ports, run, cluster, target));
    if (failure !== undefined) return { failure, applied };
    await step('prune', (say) => pruneAfter(ports, run, cluster, inventory, written, say));
    return { applied };
  } catch (thrown) {
    return { failure: blame(thrown, signal), applied };
  }
}

/** Applies the objects of an earlier release within one phase, for a rollback. Same rules, same verification, no hooks. */
export async function restoreTarget(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  target: Target,
  say: Say,
): Promise<Failure | undefined> {
  const { comparisons, inventory: found } = await planTarget(
    ports,
    run,
    cluster,
    target,
    { previous: target.objects, mustFit: false },
    say,
  );
  try {
    const inventory = await trackPlanned(cluster, found, comparisons.filter(isOfApp), run.signal);
    const written = await apply(cluster, comparisons, say, run.signal);
    const failure = await serves(ports, run, cluster, target, { since: undefined, unblock: true }, say);
    if (failure === undefined) await pruneAfter(ports, run, cluster, inventory, written, say);
    return failure;
  } catch (thrown) {
    return blame(thrown, run.signal);
  }
}

async function pullAhead(
  ports: Ports,
  { environment, step, signal }: ReleaseRun,
  cluster: Cluster,
  comparisons: readonly Comparison[],
): Promise<Failure | undefined> {
  const isDue = comparisons.some((one) => imagesAhead(one, comparisons).length > 0);
  if (environment.rollout.prePull === 'off' || !isDue) return undefined;
  return step('pull', (say) =>
    prePull({ cluster, clock: ports.clock }, comparisons, { facts: factsOf(ports) }, say, signal),
  );
}

/** Removes what left the manifests. It never fails a release that serves: what it could not do is noted, and done next time. */
async function pruneAfter(
  ports: Ports,
  { release, environment, note, signal }: ReleaseRun,
  cluster: Cluster,
  inventory: Inventory,
  comparisons: readonly Comparison[],
  say: Say,
): Promise<void> {
  const wanted = comparisons.filter(isOfApp);
  const { removed, warnings } = await prune(cluster, inventory, wanted, { config: environment.prune }, say, signal);
  for (const warning of warnings) await note(warning);
  await ports.releases.update(release.id, { changes: countChanges(comparisons, removed.length) });
}

function isOfApp({ desired }: Comparison): boolean {
  return !isPullSecret(desired);
}

function isGroundwork({ desired }: Comparison): boolean {
  return desired.kind === 'Namespace' || isPullSecret(desired);
}

/** When a release that was cut off had applied everything: its time to get ready counts from there, not from now. */
function appliedAt({ release }: ReleaseRun, comparisons: readonly Comparison[]): Date | undefined {
  const before = release.phases.find(({ name, state }) => name === 'apply' && state === 'done')?.endedAt;
  const isDone = comparisons.every(({ change }) => change === 'unchanged');
  return before === undefined || !isDone ? undefined : new Date(before);
}

async function serves(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  target: Target,
  { since, unblock }: { since: Date | undefined; unblock: boolean },
  say: Say,
): Promise<Failure | undefined> {
  const { environment, signal } = run;
  const options = {
    timeoutMs: environment.rollout.timeout,
    facts: factsOf(ports),
    rules: ports.config.health,
    unblock,
    ...(since === undefined ? {} : { startedAt: since }),
  };
  const failure = await verify({ cluster, clock: ports.clock }, target.objects, options, say, signal);
  const url = urlOf(environment, target.address);
  if (failure !== undefined || url === undefined || environment.rollout.check === undefined) return failure;
  await check(ports, `${url}${environment.rollout.check}`, target.revision, say, signal);
  return undefined;
}

/** The failure, when the change or the config is to blame for it; anything else goes on up. */
function blame(thrown: unknown, signal: AbortSignal): Failure {
  const error = asReleaseError(thrown);
  if (signal.aborted || (error.owner !== 'change' && error.owner !== 'config')) throw thrown;
  return failureOf(error);
}
