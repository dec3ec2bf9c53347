import { asReleaseError } from './errors.ts';
import { failureOf } from './failure.ts';
import type { Manifest } from './kubernetes.ts';
import { inOrder } from './render/order.ts';
import { apply, countChanges, describeChanges } from './phases/apply.ts';
import { check } from './phases/check.ts';
import { compare, type Comparison } from './phases/compare.ts';
import { pullSecret } from './phases/preflight.ts';
import { urlOf } from './phases/readdress.ts';
import type { Say } from './phases/step.ts';
import { verify } from './phases/verify.ts';
import type { Cluster, Ports, RegistryCredential } from './ports.ts';
import type { Changes, Failure } from './release.ts';
import type { ReleaseRun } from './run-release.ts';

/** A set of objects to bring onto a cluster, and how to see that they serve. */
export interface Target {
  objects: readonly Manifest[];
  revision: string;
  image: string;
  credential: RegistryCredential | undefined;
  /** Public address of the node. */
  address: string;
}

/** Compares the target with the cluster, object by object, in the order of apply. The pull secret goes with it, but into no record. */
export async function planTarget(
  cluster: Cluster,
  target: Target,
  say: Say,
  signal: AbortSignal,
): Promise<Comparison[]> {
  const comparisons = await compare(
    cluster,
    inOrder([...target.objects, ...pullSecrets(target)]),
    { force: false },
    signal,
  );
  say(describeChanges(countChanges(comparisons)));
  return comparisons;
}

/**
 * Applies a planned target and waits until it serves: the rollout is ready and the URL answers with the revision.
 * Returns the failure when the change is to blame, for the caller to roll back; throws only what says nothing about the change.
 */
export async function applyTarget(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  target: Target,
  comparisons: readonly Comparison[],
): Promise<Failure | undefined> {
  try {
    await run.step('apply', (say) => apply(cluster, comparisons, say, run.signal));
    return await run.step('verify', (say) => serves(ports, run, cluster, target, say));
  } catch (thrown) {
    return blame(thrown, run.signal);
  }
}

/** Applies the objects of an earlier release within one phase, for a rollback. Same rules, same verification. */
export async function restoreTarget(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  target: Target,
  say: Say,
): Promise<{ changes: Changes; failure: Failure | undefined }> {
  const comparisons = await planTarget(cluster, target, say, run.signal);
  try {
    await apply(cluster, comparisons, say, run.signal);
    return { changes: countChanges(comparisons), failure: await serves(ports, run, cluster, target, say) };
  } catch (thrown) {
    return { changes: countChanges(comparisons), failure: blame(thrown, run.signal) };
  }
}

async function serves(
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  target: Target,
  say: Say,
): Promise<Failure | undefined> {
  const { environment, signal } = run;
  const failure = await verify(
    { cluster, clock: ports.clock },
    target.objects,
    {
      timeoutMs: environment.rollout.timeout,
      facts: { secret: ports.config.app.pull?.secret ?? 'app.pull (not set)' },
    },
    say,
    signal,
  );
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

function pullSecrets(target: Target): Manifest[] {
  const { credential, image } = target;
  if (credential === undefined) return [];
  const namespaces = new Set(
    target.objects.flatMap(({ kind, metadata }) =>
      kind === 'Deployment' && metadata.namespace !== undefined ? [metadata.namespace] : [],
    ),
  );
  return [...namespaces].map((namespace) => pullSecret(namespace, image, credential));
}
