import type { Manifest } from '../kubernetes.ts';
import { listAt, textAt } from '../rollout/field.ts';
import { healthy, degraded, progressing, type Health } from './verdict.ts';

/** Only a LoadBalancer has something to wait for: its address. */
export function serviceHealth(object: Manifest): Health {
  const type = textAt(object, 'spec', 'type') || 'ClusterIP';
  if (type === 'ExternalName') {
    return healthy(
      'ExternalName',
      `The Service is a name for ${textAt(object, 'spec', 'externalName') || 'a host outside'}.`,
    );
  }
  if (type !== 'LoadBalancer') {
    const address = textAt(object, 'spec', 'clusterIP');
    if (address === 'None') return healthy('Headless', 'The Service is headless: DNS answers with its Pods.');
    return healthy('ServiceReady', `The Service is of type ${type}${address === '' ? '' : ` at ${address}`}.`);
  }
  const addresses = listAt(object, 'status', 'loadBalancer', 'ingress');
  const broken = addresses.flatMap((one) => listAt(one, 'ports')).find((port) => textAt(port, 'error') !== '');
  if (broken !== undefined) {
    return degraded(
      'LoadBalancerPortError',
      `The load balancer cannot serve port ${String(broken['port'])}: ${textAt(broken, 'error')}.`,
    );
  }
  if (addresses.length > 0)
    return healthy('LoadBalancerReady', `The load balancer answers at ${addressesText(addresses)}.`);
  return progressing(
    'LoadBalancerPending',
    'The Service has no address from a load balancer yet; on k3s it stays so while another Service has the same port, or without ServiceLB.',
  );
}

/** `203.0.113.7, lb.example.com`, of `status.loadBalancer.ingress`. */
export function addressesText(addresses: readonly Record<string, unknown>[]): string {
  const texts = addresses.map((one) => textAt(one, 'hostname') || textAt(one, 'ip')).filter((text) => text !== '');
  return texts.length === 0 ? 'an address that it does not tell' : texts.join(', ');
}
