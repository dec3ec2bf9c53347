import type { Workspace } from '../host/workspace.ts';
import { kwokBinary } from '../setup/kubernetes.mjs';
import type { Preparation } from '../setup/prepare.ts';
import type { Progress } from '../setup/progress.mjs';
import { createKwokMachine, openLoopbackNetwork } from './kwok.ts';
import { createMachine, type Machine } from './machine.ts';
import { openNetwork, type Network } from './network.ts';
import { useOwnCluster } from './own-cluster.ts';
import { pauseImage } from './pause.ts';
import type { RegistryTrust } from './config.ts';

/**
 * What plays the EC2 instance. `node`: a real node. `kwok`: a real control plane whose kubelet is kwok, so that pods become Ready
 * and nothing runs. `cluster`: one that the user brings.
 */
export type Mode = 'node' | 'kwok' | 'cluster';

export interface Hardware {
  network: Network;
  /**
   * Makes the instance, switched off, as soon as the Kubernetes binary is there. `registry`: what a real node trusts.
   */
  createMachine(registry: RegistryTrust): Promise<Machine>;
}

export interface HardwareOptions {
  mode: Mode;
  preparation: Preparation;
  progress: Progress;
  /** Text of the user's kubeconfig, in mode `cluster`. */
  kubeconfig?: string | undefined;
}

/** Opens the network at once; the instance follows when it can be made. */
export async function openHardware(workspace: Workspace, options: HardwareOptions): Promise<Hardware> {
  const { mode, preparation, progress, kubeconfig = '' } = options;
  switch (mode) {
    case 'node': {
      const network = await openNetwork(workspace);
      return {
        network,
        async createMachine(registry) {
          const [pause, kubernetes] = await Promise.all([pauseImage(), preparation.kubernetes]);
          return createMachine(workspace, network, { kubernetes, pauseImage: pause, registry });
        },
      };
    }
    case 'kwok':
      return {
        network: openLoopbackNetwork(workspace),
        async createMachine() {
          const [kubernetes, kwok] = await Promise.all([preparation.kubernetes, preparation.kwok]);
          return createKwokMachine(workspace, { kubernetes, kwok: kwok ?? (await kwokBinary(progress)) });
        },
      };
    case 'cluster': {
      const { network, machine } = await useOwnCluster(workspace, kubeconfig);
      return { network, createMachine: () => Promise.resolve(machine) };
    }
  }
}
