import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { connectCluster } from '../../functions/adapters/cluster.ts';
import { parseKubeconfig } from '../../functions/core/kubeconfig/kubeconfig.ts';
import type { Cluster } from '../../functions/core/ports.ts';
import { waitUntil } from '../host/daemon.ts';
import { openWorkspace } from '../host/workspace.ts';
import { createMachine } from '../node/machine.ts';
import { openNetwork } from '../node/network.ts';
import { pauseImage } from '../node/pause.ts';
import { startRegistry, type Registry } from '../registry/registry.ts';
import { kubernetesBinary } from '../setup/kubernetes.mjs';
import { createProgress } from '../setup/progress.mjs';

/** A real node that runs, and a private registry that it trusts. */
export interface Place {
  registry: Registry;
  /** The node's public address. */
  address: string;
  kubeconfig: string;
  /** The API server as others than Hawser use it, with a field manager of their own. */
  others: Cluster;
  close(): Promise<void>;
}

const PATIENCE = { timeoutMs: 90_000, everyMs: 100 };
const forever = new AbortController().signal;

/** Switches a node on and waits until it takes pods. Needs root. */
export async function openPlace(): Promise<Place> {
  const workspace = await openWorkspace();
  const network = await openNetwork(workspace);
  const registry = await startRegistry(workspace, { address: network.gateway });
  const trusted = getCACertificates('default');
  // What NODE_EXTRA_CA_CERTS does for a whole process.
  setDefaultCACertificates([...trusted, registry.ca]);
  const machine = await createMachine(workspace, network, {
    kubernetes: await kubernetesBinary(createProgress()),
    pauseImage: await pauseImage(),
    registry,
  });
  const address = network.nextPublicIp();
  await machine.powerOn(address);
  const kubeconfig = parseKubeconfig(machine.kubeconfig, 'the node');
  const others = connectCluster(kubeconfig, address, { fieldManager: 'platform-team' });
  await waitUntil('The node', () => takesPods(others, machine.nodeName), PATIENCE);
  return {
    registry,
    address,
    kubeconfig: machine.kubeconfig,
    others,
    async close() {
      await others.close();
      setDefaultCACertificates(trusted);
      await registry.stop();
      const left = await workspace.close();
      if (left.length > 0) throw new Error(`The sandbox left something behind: ${left.join('; ')}`);
    },
  };
}

/** The node is Ready, and pods get the service account that they run as. */
async function takesPods(cluster: Cluster, name: string): Promise<boolean> {
  const node = await cluster.get({ apiVersion: 'v1', kind: 'Node', name }, forever);
  const { conditions = [] } = Object(node?.['status']) as { conditions?: { type: string; status: string }[] };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'default' };
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return isReady && (await cluster.get(account, forever)) !== undefined;
}
