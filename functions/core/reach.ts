import { connect } from './phases/connect.ts';
import { readdress, urlOf } from './phases/readdress.ts';
import { wake, type AwakeNode } from './phases/wake.ts';
import type { Cluster, Ports } from './ports.ts';
import type { ReleaseRun } from './run-release.ts';

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
