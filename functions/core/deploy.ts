import { applyTarget, planTarget, restoreTarget, type Target } from './converge.ts';
import { fail } from './errors.ts';
import { failureOf } from './failure.ts';
import { countChanges } from './phases/apply.ts';
import { connect } from './phases/connect.ts';
import { gate } from './phases/gate.ts';
import { pinImage, pullCredential, PULL_SECRET } from './phases/preflight.ts';
import { readdress, urlOf } from './phases/readdress.ts';
import { wake, type AwakeNode } from './phases/wake.ts';
import type { Cluster, EnvironmentHead, Ports } from './ports.ts';
import type { Failure, ReleaseRequest } from './release.ts';
import { render } from './render/render.ts';
import { runRelease, type Answer, type Ended, type ReleaseRun, type RunOptions } from './run-release.ts';
import { supersededBy } from './supersede.ts';

/**
 * Deploys one revision to one environment: gate → wake → readdress → connect → preflight → render → plan → apply → verify, and back
 * to the last good release when the change fails. Every phase is safe to run again, so a release that was cut off runs
 * through them once more: what is done already is found done.
 */
export function deploy(ports: Ports, request: ReleaseRequest, options: RunOptions): Promise<Answer> {
  return runRelease(ports, request, options, (run) => deployWithin(ports, request, run));
}

async function deployWithin(ports: Ports, request: ReleaseRequest, run: ReleaseRun): Promise<Ended> {
  const { step, release, environment, signal } = run;
  const head = await ports.releases.head(request.environment);
  const newer = supersededBy(request, head);
  if (newer !== undefined) return { outcome: 'superseded', reason: newer };

  const verdict = await step('gate', (say) => gate(ports, ports.config.app.source, request, say));
  await ports.releases.update(release.id, { gate: verdict });
  const { node, cluster } = await reach(ports, run);
  try {
    const credential = await pullCredential(ports, ports.config.app);
    // A digest that is in the record stays: the tag may have moved since the release was cut off.
    const image = await step(
      'preflight',
      async (say) => release.image ?? pinImage(ports, ports.config.app, request.revision, credential, say, signal),
    );
    await ports.releases.update(release.id, { image });
    const objects = await step('render', async (say) => {
      const rendered = render({
        files: ports.manifests,
        overlay: environment.manifests,
        image: { name: ports.config.app.image, pinned: image },
        release: {
          id: release.id,
          revision: request.revision,
          environment: request.environment,
          app: ports.config.app.name,
        },
        ...(credential === undefined ? {} : { pullSecret: PULL_SECRET }),
      });
      say(`${rendered.length} objects from ${environment.manifests}`);
      return rendered;
    });
    const target: Target = { objects, revision: request.revision, image, credential, address: node.address };
    const comparisons = await step('plan', (say) => planTarget(cluster, target, say, signal));
    await ports.releases.update(release.id, { changes: countChanges(comparisons) });
    if (request.plan === true) return { outcome: 'planned' };

    const failure = await applyTarget(ports, run, cluster, target, comparisons);
    return failure === undefined
      ? { outcome: 'succeeded', objects }
      : await recover(ports, run, cluster, target, head, failure);
  } finally {
    await cluster.close();
  }
}

/** Wakes the node, makes its address current everywhere, and connects. Shared by deploy and rollback. */
export async function reach(ports: Ports, run: ReleaseRun): Promise<{ node: AwakeNode; cluster: Cluster }> {
  const { step, release, environment, signal } = run;
  const { instance, wakeOnDeploy, startTimeout } = environment.node;
  const options = { environment: release.environment, instance, wakeOnDeploy, timeoutMs: startTimeout };
  const node = await step('wake', (say) => wake(ports, options, say, signal));
  await step('readdress', (say) => readdress(ports, release.environment, environment, node, say));
  const url = urlOf(environment, node.address);
  await ports.releases.update(release.id, { address: node.address, ...(url === undefined ? {} : { url }) });
  const cluster = await step('connect', (say) => connect(ports, environment.kubeconfig.secret, node, say, signal));
  return { node, cluster };
}

/** The change failed: the last good release's exact objects are applied again and verified, in the same lock. */
async function recover(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  failed: Target,
  head: EnvironmentHead,
  failure: Failure,
): Promise<Ended> {
  const good = head.lastGood;
  if (run.environment.rollout.onFailure === 'keep' || good === undefined) return { outcome: 'failed', failure };
  const objects = await ports.releases.objects(good.release);
  if (objects === undefined) return { outcome: 'failed', failure };
  const target: Target = {
    objects,
    revision: good.revision,
    image: good.image,
    credential: failed.credential,
    address: failed.address,
  };
  const restored = await run.step('rollback', (say) => restoreTarget(ports, run, cluster, target, say));
  if (restored.failure === undefined) {
    await ports.releases.update(run.release.id, { restored: good.release });
    return { outcome: 'rolled_back', failure };
  }
  const error = fail(
    'RollbackFailed',
    `${failure.message} The rollback to ${good.revision.slice(0, 7)} failed, too: ${restored.failure.message}`,
    { environment: run.release.environment },
  );
  return { outcome: 'failed', failure: failureOf(error, { events: failure.events, logs: failure.logs }) };
}
