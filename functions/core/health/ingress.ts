import type { Manifest } from '../kubernetes.ts';
import { listAt, textAt } from '../rollout/field.ts';
import { ofKind } from './related.ts';
import { addressesText } from './service.ts';
import { healthy, progressing, type Health } from './verdict.ts';

const noWait = 'a rollout does not wait for an Ingress that has no controller';

/**
 * Progressing until a controller has written an address. Some never do (Traefik behind a ClusterIP Service), so a rollout does not
 * wait for it, and the message says so. `related`: the IngressClasses.
 */
export function ingressHealth(object: Manifest, related: readonly Manifest[]): Health {
  const addresses = listAt(object, 'status', 'loadBalancer', 'ingress');
  if (addresses.length > 0) return healthy('AddressAssigned', `The Ingress answers at ${addressesText(addresses)}.`);
  const wanted = textAt(object, 'spec', 'ingressClassName');
  const classes = ofKind(related, 'IngressClass').map((one) => textAt(one, 'metadata', 'name'));
  if (wanted !== '' && classes.length > 0 && !classes.includes(wanted)) {
    return progressing(
      'IngressClassNotFound',
      `The Ingress has no address: there is no IngressClass ${wanted}, only ${classes.join(', ')}; ${noWait}.`,
    );
  }
  const who = wanted === '' ? 'an ingress controller' : `the controller of the class ${wanted}`;
  return progressing('AddressPending', `The Ingress has no address from ${who} yet; ${noWait}.`);
}
