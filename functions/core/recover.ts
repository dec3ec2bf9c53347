import { tellBypass } from './break-glass.ts';
import { restoreTarget } from './converge.ts';
import { fail } from './errors.ts';
import { failureOf } from './failure.ts';
import { leftAsIs } from './left-as-is.ts';
import { inventoryPlace, readInventory } from './phases/inventory.ts';
import { prune } from './phases/prune.ts';
import type { Cluster, EnvironmentHead, Ports } from './ports.ts';
import type { Failure, GateRecord, GateUnknown, Release } from './release.ts';
import type { Ended, ReleaseRun } from './run-release.ts';
import { noHooks, type Target } from './target.ts';

/** What a rollback takes over from the release that failed. */
export type Now = Pick<Target, 'credential' | 'address'>;

/**
 * The change failed: the last good release's exact objects are applied again and verified, in the same lock. The failure goes into
 * the record first, so that a release that is cut off here goes on here. With nothing to go back to, the first release is left
 * as it is or removed, as the config says. What was live comes back even if the gate was bypassed for it, whatever `gate.breakGlass` says
 * now: an outage is worse. It is said loudly.
 */
export async function recover(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  now: Now,
  { lastGood: good }: EnvironmentHead,
  failure: Failure,
): Promise<Ended> {
  const { onFailure, onFirstFailure } = run.environment.rollout;
  if (onFailure === 'keep') return { outcome: 'failed', failure };
  if (good === undefined && onFirstFailure === 'keep') return { outcome: 'failed', failure };
  await ports.releases.update(run.release.id, { failure });
  if (good === undefined) {
    await run.step('rollback', (say) => removeFirst(ports, run, cluster, say));
    return { outcome: 'failed', failure };
  }
  const objects = await ports.releases.objects(good.release);
  if (objects === undefined) {
    await run.note(`There was no rollback: the objects of release ${good.release} are not kept any more.`);
    return { outcome: 'failed', failure };
  }
  const { revision, image } = good;
  await tellGate(ports, run, good);
  const target: Target = { ...now, objects, hooks: noHooks, revision, image };
  const again = await run.step('rollback', (say) => restoreTarget(ports, run, cluster, target, say));
  for (const note of await leftAsIs(ports, run.release.id, objects)) await run.note(note);
  if (again === undefined) {
    await ports.releases.update(run.release.id, { restored: good.release });
    return { outcome: 'rolled_back', failure };
  }
  const error = fail(
    'RollbackFailed',
    `${failure.message} The rollback to ${revision.slice(0, 7)} failed, too: ${again.message}`,
    { environment: run.release.environment },
  );
  return { outcome: 'failed', failure: failureOf(error, { events: failure.events, logs: failure.logs }) };
}

/** Records what the gate had said of the image that comes back, before it does. */
async function tellGate(
  ports: Ports,
  run: ReleaseRun,
  { release: id, image }: NonNullable<EnvironmentHead['lastGood']>,
): Promise<void> {
  const gate: GateRecord | GateUnknown = (await ports.releases.get(id))?.gate ?? { state: 'unknown' };
  if (gate.state === 'bypassed') await tellBypass(ports.log, run, 'rollback', image, gate);
  if (gate.state === 'unknown') {
    ports.log.warn('back to what has no gate record', { release: run.release.id, image, restores: id });
    await run.alarm(`BACK TO AN IMAGE THAT THE GATE HAS NOT LET IN: the record of release ${id} says nothing of it.`);
  }
  await ports.releases.update(run.release.id, { restoredGate: inShort(gate) });
}

function inShort(gate: GateRecord | GateUnknown): NonNullable<Release['restoredGate']> {
  switch (gate.state) {
    case 'accepted':
      return { state: gate.state, signedBy: gate.signedBy, at: gate.at };
    case 'bypassed':
      return { state: gate.state, by: gate.by, refusal: gate.refusal };
    case 'unknown':
      return gate;
  }
}

/** Removes what the release has made, as far as its inventory knows and each object allows. Volumes and namespaces stay. */
async function removeFirst(
  ports: Ports,
  { release, environment, note, signal }: ReleaseRun,
  cluster: Cluster,
  say: (text: string) => void,
): Promise<void> {
  const objects = (await ports.releases.objects(release.id)) ?? [];
  const owner = { app: ports.config.app.name, environment: release.environment };
  const inventory = await readInventory(cluster, inventoryPlace(owner, objects), signal);
  const options = { config: environment.prune, everything: true };
  const { removed, warnings } = await prune(cluster, inventory, [], options, say, signal);
  for (const warning of warnings) await note(warning);
  await note(`This was the first release: ${removed.length} objects that it had made were removed again.`);
}
