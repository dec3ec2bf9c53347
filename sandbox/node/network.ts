import { existsSync, writeFileSync } from 'node:fs';
import { undo, type Resource } from '../host/resource.ts';
import { run } from '../host/run.ts';
import type { Workspace } from '../host/workspace.ts';
import { PREFIX, cidrOf, gatewayOf, overlaps, publicIps } from './address.ts';

export interface Network {
  /** The host's address that the node can reach, e.g. `203.0.113.1`. */
  readonly gateway: string;
  /** An address for the next power on: never the same twice in a row, never the gateway. */
  nextPublicIp(): string;
  close(): Promise<void>;
}

/** A network that an instance can be plugged into. */
export interface BridgedNetwork extends Network {
  /** Name of the bridge. */
  readonly bridge: string;
}

/**
 * The sandbox's VPC: a bridge with the gateway's address and the whole /27 behind it. Since the bridge stays when the
 * instance is off, the kernel keeps looking for a stopped instance there, and never on the host's default route.
 * Nothing that comes in through the bridge is forwarded: the node reaches the gateway and no further.
 * Needs root. Throws when the host itself uses an address of the subnet.
 */
export async function openNetwork(workspace: Workspace): Promise<BridgedNetwork> {
  const bridge = `hawser${workspace.slot}`;
  const gateway = gatewayOf(workspace.subnet);
  await refuseConflicts(bridge, cidrOf(workspace.subnet));

  const link: Resource = { kind: 'link', name: bridge };
  workspace.record(link);
  await run('ip', ['link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0']);
  setting(`ipv6/conf/${bridge}/disable_ipv6`, '1');
  setting(`ipv4/conf/${bridge}/forwarding`, '0');
  // While the instance is off no port of the bridge has a carrier; the route must hold all the same.
  setting(`ipv4/conf/${bridge}/ignore_routes_with_linkdown`, '0');
  await run('ip', ['address', 'add', `${gateway}/${PREFIX}`, 'dev', bridge]);
  await run('ip', ['link', 'set', bridge, 'up']);

  const addresses = publicIps(workspace.subnet);
  return {
    gateway,
    bridge,
    nextPublicIp: () => addresses.next().value,
    close: async () => {
      const problem = await undo(link);
      if (problem !== undefined) throw new Error(`The sandbox's network stays: ${problem}`);
    },
  };
}

async function refuseConflicts(bridge: string, subnet: string): Promise<void> {
  const { stdout } = await run('ip', ['-4', '-json', 'route', 'show']);
  const routes = JSON.parse(stdout) as { dst: string; dev?: string }[];
  const taken = routes.find((route) => route.dst !== 'default' && overlaps(route.dst, subnet));
  if (taken === undefined) return;
  throw new Error(
    `${subnet} cannot be the subnet of ${bridge}: this machine reaches ${taken.dst} by ${taken.dev ?? 'another route'}.`,
  );
}

function setting(name: string, value: string): void {
  const path = `/proc/sys/net/${name}`;
  if (existsSync(path)) writeFileSync(path, value);
}
