import { asReleaseError, fail } from '../errors.ts';
import { parseKubeconfig } from '../kubeconfig/kubeconfig.ts';
import type { Clock, Cluster, ConnectCluster, Machines, Secrets } from '../ports.ts';
import type { Say } from './step.ts';
import type { AwakeNode } from './wake.ts';

const POLL_MS = 500;
/** k3s on a small instance restarts more than once while it boots. */
const BOOT_MS = 180_000;
/** Right after a boot the API server answers before its RBAC rules are loaded. */
const SETTLE_MS = 60_000;

/**
 * Opens the connection to the API server at the node's address, verified against the kubeconfig's CA and name, and waits
 * until /readyz says ok. A refused connection is waited for while the node boots; a wrong certificate never is.
 */
export async function connect(
  ports: { secrets: Secrets; connectCluster: ConnectCluster; machines: Machines; clock: Clock },
  secret: string,
  node: AwakeNode,
  say: Say,
  signal: AbortSignal,
): Promise<Cluster> {
  const kubeconfig = parseKubeconfig(await ports.secrets.read(secret), secret);
  const cluster = ports.connectCluster(kubeconfig, node.address);
  try {
    await waitReady(cluster, ports, node, say, signal);
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

async function waitReady(
  cluster: Cluster,
  ports: { machines: Machines; clock: Clock },
  node: AwakeNode,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const from = ports.clock.now().getTime();
  for (let attempt = 1; ; attempt++) {
    try {
      const { version } = await cluster.ready(signal);
      say(`Kubernetes ${version} at ${node.address}, TLS verified`);
      return;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asReleaseError(thrown);
      const waited = ports.clock.now().getTime() - from;
      const booting = error.code === 'ApiServerUnreachable' && waited < BOOT_MS;
      const settling = error.code === 'KubeconfigRejected' && node.started && waited < SETTLE_MS;
      if (!booting && !settling) throw thrown;
      say(`waiting for the Kubernetes API at ${node.address}: ${error.message}`);
      if (attempt % 20 === 0) await assertSameBoot(ports.machines, node);
      await ports.clock.sleep(POLL_MS, signal);
    }
  }
}

/** A stopped instance's address may belong to a stranger by now: there is no use in waiting there. */
async function assertSameBoot(machines: Machines, node: AwakeNode): Promise<void> {
  const now = await machines.describe(node.instance).catch((thrown: unknown) => {
    if (asReleaseError(thrown).retryable) return undefined;
    throw thrown;
  });
  // An AWS that does not answer now says nothing about the node.
  if (now === undefined) return;
  if (now.power === 'running' && now.address === node.address) return;
  const where = now.address === undefined ? now.power : `at ${now.address}`;
  throw fail(
    'ApiServerUnreachable',
    `Instance ${node.instance} went away from ${node.address} meanwhile: it is ${where}.`,
    { address: node.address },
  );
}
