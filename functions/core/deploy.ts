import { admitImage } from './admit-image.ts';
import { applyTarget } from './converge.ts';
import { fail } from './errors.ts';
import { splitHooks } from './hooks/hook.ts';
import { fitPlatform, pullCredential, PULL_SECRET } from './phases/preflight.ts';
import type { Say } from './phases/step.ts';
import { shortDigest, splitImage } from './pinned-image.ts';
import { describePlan, planTarget } from './plan-target.ts';
import type { DeployPorts, EnvironmentHead, Ports, RegistryCredential } from './ports.ts';
import { reach } from './reach.ts';
import { findRejection, fingerprint, withoutRejection, withRejection } from './rejection.ts';
import { recover } from './recover.ts';
import type { ReleaseRequest } from './release.ts';
import { renderWithPlaces, type Rendered } from './render/render.ts';
import { runRelease, type Answer, type Ended, type ReleaseRun, type RunOptions } from './run-release.ts';
import { supersededBy } from './supersede.ts';
import type { Target } from './target.ts';

/**
 * Deploys one revision to one environment: gate → wake → readdress → connect → preflight → render → plan → apply → verify, and back
 * to the last good release when the change fails. Every phase is safe to run again, so a release that was cut off runs
 * through them once more: what is done already is found done.
 */
export function deploy(ports: DeployPorts, request: ReleaseRequest, options: RunOptions): Promise<Answer> {
  return runRelease(ports, request, options, (run) => deployWithin(ports, request, run));
}

async function deployWithin(ports: DeployPorts, request: ReleaseRequest, run: ReleaseRun): Promise<Ended> {
  const { step, release, signal } = run;
  const head = await ports.releases.head(request.environment);
  const newer = supersededBy(request, head);
  if (newer !== undefined) return { outcome: 'superseded', reason: newer };

  const credential = await pullCredential(ports, ports.config.app);
  const image = await admitImage(ports, request, run, credential);
  const { node, cluster } = await reach(ports, run);
  try {
    // It was cut off while it rolled back: what failed then is not tried again.
    if (release.failure !== undefined)
      return await recover(ports, run, cluster, { credential, address: node.address }, head, release.failure);
    await step('preflight', (say) => fitPlatform(ports, cluster, image, credential, say, signal));
    const rendered = await step('render', async (say) => renderRelease(ports, request, run, image, credential, say));
    for (const text of firstNotes(rendered.notes, request.environment, image)) await run.note(text);
    const { objects, hooks } = splitHooks(rendered.objects);
    const deploying = { image, fingerprint: fingerprint(rendered.objects), release: release.id };
    assertNotRejected(head, deploying, request);

    const target: Target = { objects, hooks, revision: request.revision, image, credential, address: node.address };
    const previous = head.lastGood === undefined ? [] : ((await ports.releases.objects(head.lastGood.release)) ?? []);
    const plan = await step('plan', async (say) => {
      const made = await planTarget(
        ports,
        run,
        cluster,
        target,
        { previous, mustFit: true, placeOf: rendered.placeOf },
        say,
      );
      await ports.releases.update(release.id, await describePlan(run, cluster, made, request.plan === true));
      return made;
    });
    if (request.plan === true) return { outcome: 'planned' };
    // Before anything is applied: what cannot be kept could not be rolled back to.
    await ports.releases.saveObjects(release.id, plan.objects);

    const { failure, applied } = await applyTarget(ports, run, cluster, target, plan);
    const rejected = head.rejected ?? [];
    if (failure === undefined) {
      const left = withoutRejection(rejected, deploying);
      if (left.length < rejected.length) await ports.releases.saveRejected(request.environment, left);
      return { outcome: 'succeeded' };
    }
    if (!applied) return { outcome: 'failed', failure };
    const at = ports.clock.now().toISOString();
    const remembered = withRejection(rejected, { ...deploying, revision: request.revision, at }, failure);
    await ports.releases.saveRejected(request.environment, remembered);
    return await recover(ports, run, cluster, target, head, failure);
  } finally {
    await cluster.close();
  }
}

/** More would take the room in the record from what is said later, such as what is not pruned. */
const MOST_RENDER_NOTES = 10;

function firstNotes(notes: readonly string[], environment: string, image: string): string[] {
  if (notes.length <= MOST_RENDER_NOTES) return [...notes];
  const first = notes.slice(0, MOST_RENDER_NOTES - 1);
  const command = `npx hawser render --environment ${environment} --image ${image}`;
  return [...first, `The manifests have ${notes.length - first.length} more notes; see all of them with: ${command}`];
}

function renderRelease(
  ports: Ports,
  request: ReleaseRequest,
  { release, environment }: ReleaseRun,
  image: string,
  credential: RegistryCredential | undefined,
  say: Say,
): Rendered {
  const { name, image: imageName } = ports.config.app;
  const rendered = renderWithPlaces({
    files: ports.manifests,
    overlay: environment.manifests,
    image: { name: imageName, pinned: image },
    release: { id: release.id, revision: request.revision, environment: request.environment, app: name },
    ...(credential === undefined ? {} : { pullSecret: PULL_SECRET }),
  });
  say(`${rendered.objects.length} objects from ${environment.manifests}`);
  return rendered;
}

/** Throws ImageRejected for what failed here before, unless a person asks for it or only a plan is wanted. */
function assertNotRejected(
  head: EnvironmentHead,
  deploying: { image: string; fingerprint: string; release: string },
  { trigger, plan, environment, revision }: ReleaseRequest,
): void {
  if (trigger === 'console' || plan === true) return;
  const before = findRejection(head.rejected ?? [], deploying);
  if (before === undefined) return;
  const digest = shortDigest(splitImage(deploying.image).digest);
  throw fail(
    'ImageRejected',
    `Image ${digest} with these manifests failed before in ${environment}, in release ${before.release}: ${before.message}`,
    { environment, revision },
  );
}
