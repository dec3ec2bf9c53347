import { eventText, eventsOf } from './event.ts';
import { at, textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, subjectOf, type Trouble } from './look.ts';

/**
 * Why a PersistentVolumeClaim is not bound. That it waits for its first pod (WaitForFirstConsumer, as k3s' local-path) is no
 * trouble. `classes`: the StorageClasses, empty when they are not known.
 */
export function claimTrouble(
  claim: Manifest,
  events: readonly Manifest[],
  classes: readonly Manifest[],
): Trouble | undefined {
  const phase = textAt(claim, 'status', 'phase');
  if (phase === 'Bound' || at(claim, 'metadata', 'deletionTimestamp') !== undefined) return undefined;
  const own = eventsOf(events, claim);
  const event = own.findLast((one) =>
    /^(ProvisioningFailed|FailedBinding|ExternalProvisioning|WaitForFirstConsumer|WaitForPodScheduled|VolumeMismatch|ClaimLost|ClaimMisbound|ProvisioningCleanupFailed|Provisioning|ProvisioningSucceeded)$/.test(
      textAt(one, 'reason'),
    ),
  );
  // The provisioner tries again and again: what it failed with stands before "Provisioning".
  const failed = own.findLast((one) =>
    /^(ProvisioningFailed|FailedBinding|VolumeMismatch|ClaimLost|ClaimMisbound)$/.test(textAt(one, 'reason')),
  );
  const last = textAt(event, 'reason');
  if (/^(WaitForFirstConsumer|WaitForPodScheduled|ProvisioningSucceeded)$/.test(last)) return undefined;
  const message = failed === undefined ? '' : eventText(failed);
  const name = textAt(claim, 'metadata', 'name');
  const namespace = textAt(claim, 'metadata', 'namespace') || 'default';
  const wanted = textAt(claim, 'spec', 'storageClassName');
  const trouble = (what: string, fix: string, isFinal: boolean): Trouble => ({
    code: 'VolumeClaimPending',
    what,
    subject: subjectOf(claim),
    details: { reason: oneLine(message), fix, namespace, object: `persistentvolumeclaim/${name}` },
    isFinal,
  });
  if (phase === 'Lost' || textAt(failed, 'reason') === 'ClaimLost') {
    return trouble(
      `its volume is lost${message === '' ? '' : `: ${oneLine(message)}`}`,
      `Restore the data, then make the claim anew: kubectl -n ${namespace} delete pvc ${name}`,
      true,
    );
  }
  const missing =
    /storageclass(?:es)?\.storage\.k8s\.io "([^"]+)" not found/i.exec(message)?.[1] ??
    (wanted !== '' &&
    classes.length > 0 &&
    !classes.some((one) => textAt(one, 'metadata', 'name') === wanted) &&
    textAt(claim, 'spec', 'volumeName') === ''
      ? wanted
      : undefined);
  if (missing !== undefined) {
    const known = classes.map((one) => textAt(one, 'metadata', 'name')).join(', ');
    return trouble(
      `it is not bound: there is no StorageClass ${missing}${message === '' ? '' : ` (${oneLine(message)})`}`,
      `Set spec.storageClassName to one that exists${known === '' ? '' : ` (${known})`}: kubectl get storageclass. A claim cannot change it: delete it first.`,
      true,
    );
  }
  if (/no storage class is set/i.test(message)) {
    return trouble(
      `it is not bound: ${oneLine(message)}`,
      `Set spec.storageClassName (on k3s local-path), or mark one as the default: kubectl patch storageclass NAME -p '{"metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}}'`,
      true,
    );
  }
  if (message !== '') {
    return trouble(
      `it is not bound: ${oneLine(message)}`,
      `Mend what the provisioner names; its log: kubectl get pods -A | grep -i -e provisioner -e csi. See: kubectl -n ${namespace} describe pvc ${name}`,
      /is not supported|Only support|invalid|too small|requested PV/i.test(message),
    );
  }
  if (last === 'ExternalProvisioning' && event !== undefined) {
    const provisioner = /(?:external provisioner|created by external provisioner) ['"]([^'"]+)['"]/.exec(
      eventText(event),
    )?.[1];
    return trouble(
      `it is not bound: it waits for the provisioner ${provisioner ?? 'of its StorageClass'}`,
      'The provisioner must run: kubectl get pods -A | grep -i -e provisioner -e csi',
      false,
    );
  }
  return undefined;
}
