import type { EnvironmentConfig } from '../config.ts';
import type { Addresses, AddressPlace, Clock, Releases } from '../ports.ts';
import type { Say } from './step.ts';
import type { AwakeNode } from './wake.ts';

/**
 * Makes every place that stores the node's address current: the record of the environment, then the SSM parameter and the
 * kubeconfig secret. Each is read back by its adapter. An address belongs to one boot, so an older boot never overwrites a newer one.
 */
export async function readdress(
  ports: { addresses: Addresses; releases: Releases; clock: Clock },
  environment: string,
  config: EnvironmentConfig,
  node: AwakeNode,
  say: Say,
): Promise<void> {
  const { instance, launchTime, address } = node;
  await ports.releases.saveNode(environment, { instance, launchTime, address, at: ports.clock.now().toISOString() });
  const changed: string[] = [];
  for (const place of placesOf(config)) {
    const { changed: written } = await ports.addresses.publish(place, address);
    if (written) changed.push(place.name);
  }
  say(changed.length === 0 ? `${address} is current everywhere` : `${address} written to ${changed.join(' and ')}`);
}

function placesOf(config: EnvironmentConfig): AddressPlace[] {
  const parameter = config.node.address.ssmParameter;
  return [
    ...(parameter === undefined ? [] : [{ kind: 'ssm-parameter', name: parameter } as const]),
    { kind: 'kubeconfig-secret', name: config.kubeconfig.secret },
  ];
}

/** The URL of the app with the address of the moment in it; undefined when none is configured. */
export function urlOf(config: EnvironmentConfig, address: string): string | undefined {
  return config.url?.replaceAll('{address}', address).replace(/\/$/, '');
}
