import { tellBypass } from './break-glass.ts';
import { applyTarget } from './converge.ts';
import type { Config } from './config.ts';
import { fail } from './errors.ts';
import { leftAsIs } from './left-as-is.ts';
import { pullCredential } from './phases/preflight.ts';
import { describePlan, planTarget } from './plan-target.ts';
import type { Ports } from './ports.ts';
import { reach } from './reach.ts';
import type { Release, ReleaseRequest } from './release.ts';
import { runRelease, type Answer, type Ended, type ReleaseRun, type RunOptions } from './run-release.ts';
import { noHooks, type Target } from './target.ts';

/** What to go back to: a release that succeeded and whose objects are kept. */
export interface RollbackTarget {
  release: Release;
  image: string;
}

/**
 * Finds the release to go back to: `to`, or without it the last good release before the one that is live.
 * If the newest release failed without a rollback, the live state is no good one and the last good release itself is meant.
 * The gate must have let it in when it was deployed; what somebody deployed past the gate does not come back where that is forbidden.
 * No verdict is asked for again, so that an old one does not stand in the way. Throws NothingToRollBackTo, ReleaseUnknown, BreakGlassForbidden.
 */
export async function rollbackTarget(
  ports: Pick<Ports, 'releases' | 'config'>,
  environment: string,
  to: string | undefined,
): Promise<RollbackTarget> {
  const release = to === undefined ? await lastGoodOf(ports, environment) : await named(ports, environment, to);
  if (release.image === undefined)
    throw fail('NothingToRollBackTo', `Release ${release.id} has no image to go back to.`, { environment });
  assertLetIn(ports.config.gate, release);
  return { release, image: release.image };
}

function assertLetIn({ breakGlass }: Config['gate'], { id, environment, gate }: Release): void {
  if (gate === undefined)
    throw fail(
      'NothingToRollBackTo',
      `The record of release ${id} does not say that the gate let its image in, so that nobody goes back to it.`,
      { environment },
    );
  if (gate.state === 'bypassed' && breakGlass === 'forbid')
    throw fail(
      'BreakGlassForbidden',
      `gate.breakGlass is forbid, and release ${id} went past the gate (${gate.refusal.code}): nobody goes back to it in ${environment}.`,
    );
}

async function lastGoodOf(ports: Pick<Ports, 'releases'>, environment: string): Promise<Release> {
  const history = await ports.releases.list(environment, 50);
  const touched = history.filter(
    ({ outcome, state }) => state === 'closed' && (outcome === 'succeeded' || outcome === 'failed'),
  );
  const good = history.filter(({ outcome }) => outcome === 'succeeded');
  const live = good[0];
  if (live === undefined)
    throw fail('NothingToRollBackTo', `No release to ${environment} has succeeded yet.`, { environment });
  if (touched[0]?.outcome === 'failed') return live;
  const before = good.find(({ revision }) => revision !== live.revision);
  if (before === undefined)
    throw fail(
      'NothingToRollBackTo',
      `Revision ${live.revision.slice(0, 7)} is the only one that ever succeeded in ${environment}.`,
      { environment },
    );
  return before;
}

async function named(ports: Pick<Ports, 'releases'>, environment: string, id: string): Promise<Release> {
  const release = await ports.releases.get(id);
  if (release === undefined || release.environment !== environment)
    throw fail('ReleaseUnknown', `There is no release ${id} in ${environment}.`, { environment });
  if (release.outcome !== 'succeeded')
    throw fail(
      'NothingToRollBackTo',
      `Release ${id} ended as ${release.outcome ?? 'open'}; only one that succeeded can be restored.`,
      { environment },
    );
  return release;
}

/**
 * Brings back the exact objects and digest of `request.restores`, verified like a deploy. Nothing is built or rendered again.
 * It does not bring back data: volumes and database migrations stay as they are. A release that cannot be restored (any more)
 * ends the rollback as failed.
 */
export function rollback(ports: Ports, request: ReleaseRequest, options: RunOptions): Promise<Answer> {
  return runRelease(ports, request, options, (run) => rollbackWithin(ports, request, run));
}

async function rollbackWithin(ports: Ports, request: ReleaseRequest, run: ReleaseRun): Promise<Ended> {
  const { step, release } = run;
  if (request.restores === undefined)
    throw fail('InputInvalid', 'A rollback request names no release to restore.', { function: 'rollback' });
  const to = await rollbackTarget(ports, request.environment, request.restores);
  const objects = await ports.releases.objects(to.release.id);
  if (objects === undefined)
    throw fail('NothingToRollBackTo', `The objects of release ${to.release.id} are not kept any more.`, {
      environment: release.environment,
    });
  const { node, cluster } = await reach(ports, run);
  try {
    const credential = await pullCredential(ports, ports.config.app);
    const target: Target = {
      objects,
      hooks: noHooks,
      revision: to.release.revision,
      image: to.image,
      credential,
      address: node.address,
    };
    const { lastGood: live } = await ports.releases.head(request.environment);
    const previous = live === undefined ? [] : ((await ports.releases.objects(live.release)) ?? []);
    // The gate let it in when it was deployed, or somebody went past it: either is shown again.
    const { gate } = to.release;
    if (gate?.state === 'bypassed') await tellBypass(ports.log, run, 'rollback', to.image, gate);
    const plan = await step('plan', (say) =>
      planTarget(ports, run, cluster, target, { previous, mustFit: false }, say),
    );
    const shown = await describePlan(run, cluster, plan, false);
    const restored = { image: to.image, restored: to.release.id, ...(gate === undefined ? {} : { gate }) };
    await ports.releases.update(release.id, { ...restored, ...shown });
    await ports.releases.saveObjects(release.id, plan.objects);
    for (const note of await leftAsIs(ports, live?.release, objects)) await run.note(note);
    const { failure } = await applyTarget(ports, run, cluster, target, plan);
    return failure === undefined ? { outcome: 'succeeded' } : { outcome: 'failed', failure };
  } finally {
    await cluster.close();
  }
}
