import { lookup } from 'node:dns/promises';
import { mkdirSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { parseKubeconfig } from '../../functions/core/kubeconfig/kubeconfig.ts';
import type { Workspace } from '../host/workspace.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';

/**
 * The instance where the user brings a cluster: EC2 tells its story, and nothing follows it. The public IP is the cluster's
 * address at each start, so what is deployed to the instance is deployed to that cluster.
 * Throws KubeconfigInvalid, and an error when the server's name has no IPv4 address.
 */
export async function useOwnCluster(
  workspace: Workspace,
  kubeconfig: string,
): Promise<{ network: Network; machine: Machine }> {
  const { server, ca } = parseKubeconfig(kubeconfig, '--kubeconfig');
  const address = await addressOf(new URL(server).hostname);
  const dir = join(workspace.dir, 'instance');
  mkdirSync(dir);
  let on = false;
  const turn = (to: boolean) => async (): Promise<void> => void (on = to);
  const network = { gateway: '127.0.0.1', nextPublicIp: () => address, close: () => Promise.resolve() };
  const machine = {
    powerOn: turn(true),
    powerOff: turn(false),
    on: () => on,
    run: () => Promise.reject(new Error('A cluster of your own is no computer of the sandbox: no script runs there.')),
    kubeconfig,
    serverCa: ca,
    nodeName: address,
    privateIp: address,
    dir,
  };
  return { network, machine };
}

async function addressOf(host: string): Promise<string> {
  if (isIPv4(host)) return host;
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (cause) {
    throw new Error(`The kubeconfig's server is ${host}, which has no IPv4 address that this machine knows.`, {
      cause,
    });
  }
}
