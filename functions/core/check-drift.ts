import { environmentOf } from './config.ts';
import { driftOf } from './diff/drift.ts';
import { compare } from './phases/compare.ts';
import { connect } from './phases/connect.ts';
import { inOrder } from './render/order.ts';
import type { Lease, Ports } from './ports.ts';
import type { DriftReport } from './release.ts';

export type DriftAnswer = { kind: 'checked'; report: DriftReport } | { kind: 'busy'; by: Lease };

/**
 * Compares the cluster with what the last good release applied, by server-side dry-run, and records what differs. Changes
 * nothing and wakes nothing: a node that does not run is `asleep`. While a release runs there is nothing to compare with.
 */
export async function checkDrift(ports: Ports, environment: string, signal: AbortSignal): Promise<DriftAnswer> {
  const config = environmentOf(ports.config, environment);
  const by = await ports.lock.holder(environment);
  if (by !== undefined) return { kind: 'busy', by };
  const report = await inspect(ports, environment, config.node.instance, config.kubeconfig.secret, signal);
  await ports.releases.saveDrift(environment, report);
  return { kind: 'checked', report };
}

async function inspect(
  ports: Ports,
  environment: string,
  instance: string,
  secret: string,
  signal: AbortSignal,
): Promise<DriftReport> {
  const good = (await ports.releases.head(environment)).lastGood;
  const base = { environment, release: good?.release ?? '', checkedAt: ports.clock.now().toISOString(), drift: [] };
  const objects = good === undefined ? undefined : await ports.releases.objects(good.release);
  if (objects === undefined) return { ...base, state: 'nothing-deployed' };
  const node = await ports.machines.describe(instance);
  if (node.power !== 'running' || node.address === undefined || node.launchTime === undefined)
    return { ...base, state: 'asleep' };
  const awake = { instance, address: node.address, launchTime: node.launchTime, started: false };
  const cluster = await connect(
    ports,
    secret,
    awake,
    (detail) => ports.log.info('drift', { environment, detail }),
    signal,
  );
  try {
    const drift = driftOf(await compare(cluster, inOrder(objects), { force: true }, signal));
    return { ...base, state: drift.length === 0 ? 'in-sync' : 'drifted', drift };
  } finally {
    await cluster.close();
  }
}
