import type { Manifest } from '../kubernetes.ts';
import { at, isRecord, listAt, textAt } from '../rollout/field.ts';
import { conditionOf } from './condition.ts';
import { ofKind } from './related.ts';
import { because, degraded, healthy, progressing, unknown, type Health } from './verdict.ts';

/** `related`: the StorageClasses, Pods and Events. */
export function volumeClaimHealth(object: Manifest, related: readonly Manifest[]): Health {
  switch (textAt(object, 'status', 'phase')) {
    case 'Bound':
      return (
        resizing(object) ??
        healthy('VolumeBound', `The claim is bound to ${textAt(object, 'spec', 'volumeName') || 'its volume'}.`)
      );
    case 'Lost':
      return degraded(
        'VolumeLost',
        `The volume ${textAt(object, 'spec', 'volumeName') || 'of the claim'} is gone, and what was on it.`,
      );
    case 'Pending':
    case '':
      return pending(object, related);
    default:
      return unknown('PhaseNotKnown', `The phase ${textAt(object, 'status', 'phase')} is none that claims have.`);
  }
}

function resizing(claim: Manifest): Health | undefined {
  const statuses = at(claim, 'status', 'allocatedResourceStatuses');
  const refused = isRecord(statuses)
    ? Object.values(statuses).find((one) => typeof one === 'string' && one.endsWith('Infeasible'))
    : undefined;
  if (typeof refused === 'string')
    return degraded(refused, 'The claim is bound, but its volume cannot be made as large as asked.');
  const resize = conditionOf(claim, 'Resizing');
  if (resize?.status === 'True') return progressing('Resizing', because('The volume is being resized', resize.message));
  if (conditionOf(claim, 'FileSystemResizePending')?.status === 'True') {
    return healthy(
      'FileSystemResizePending',
      'The claim is bound; its file system grows when a Pod mounts it the next time.',
    );
  }
  return undefined;
}

/**
 * With WaitForFirstConsumer a claim is Pending until a Pod wants it: nothing to wait for. The volume controller names a provisioner in
 * the annotations only once it has work, and the scheduler the node.
 */
function pending(claim: Manifest, related: readonly Manifest[]): Health {
  const provisioner =
    annotation(claim, 'volume.kubernetes.io/storage-provisioner') ||
    annotation(claim, 'volume.beta.kubernetes.io/storage-provisioner');
  const node = annotation(claim, 'volume.kubernetes.io/selected-node');
  if (node !== '') return progressing('Provisioning', `A volume is being made for the claim on node ${node}.`);
  const pods = ofKind(related, 'Pod')
    .filter((one) => uses(one, claim))
    .map((one) => textAt(one, 'metadata', 'name'));
  if (pods.length > 0) return progressing('Provisioning', `Pod ${pods.join(', ')} waits for a volume for the claim.`);
  const mode = bindingMode(claim, related);
  if (mode === 'WaitForFirstConsumer') {
    return healthy(
      mode,
      'The claim waits for its first Pod, as its StorageClass is WaitForFirstConsumer: its volume is made then.',
    );
  }
  if (provisioner !== '') return progressing('Provisioning', `${provisioner} is to make a volume for the claim.`);
  const name = className(claim) ?? '';
  const classes = ofKind(related, 'StorageClass').map((one) => textAt(one, 'metadata', 'name'));
  if (name !== '' && classes.length > 0 && !classes.includes(name)) {
    return progressing(
      'StorageClassNotFound',
      `The claim has no volume: there is no StorageClass ${name}, only ${classes.join(', ')}.`,
    );
  }
  if (mode !== '')
    return progressing('VolumePending', 'The claim has no volume yet, and its StorageClass waits for no Pod.');
  return progressing(
    'VolumePending',
    `The claim has no volume yet; whether its StorageClass${name === '' ? '' : ` ${name}`} waits for a Pod cannot be told without the class.`,
  );
}

/** '' when nothing tells it. */
function bindingMode(claim: Manifest, related: readonly Manifest[]): string {
  const name = className(claim);
  const classes = ofKind(related, 'StorageClass');
  const found = classes.find((one) => (name === undefined ? isDefault(one) : textAt(one, 'metadata', 'name') === name));
  if (found !== undefined) return textAt(found, 'volumeBindingMode') || 'Immediate';
  // k3s ships its class so. And the volume controller says it in an Event.
  const isTold = name === 'local-path' || ofKind(related, 'Event').some((one) => isWaitEvent(one, claim));
  return isTold ? 'WaitForFirstConsumer' : '';
}

function isWaitEvent(event: Manifest, claim: Manifest): boolean {
  return (
    textAt(event, 'reason') === 'WaitForFirstConsumer' &&
    textAt(event, 'involvedObject', 'kind') === 'PersistentVolumeClaim' &&
    textAt(event, 'involvedObject', 'name') === textAt(claim, 'metadata', 'name') &&
    textAt(event, 'involvedObject', 'namespace') === textAt(claim, 'metadata', 'namespace')
  );
}

/** undefined: the default class is meant. */
function className(claim: Manifest): string | undefined {
  const name = at(claim, 'spec', 'storageClassName');
  if (typeof name === 'string') return name;
  return annotation(claim, 'volume.beta.kubernetes.io/storage-class') || undefined;
}

function isDefault(storageClass: Manifest): boolean {
  return annotation(storageClass, 'storageclass.kubernetes.io/is-default-class') === 'true';
}

function annotation(object: Manifest, name: string): string {
  return textAt(object, 'metadata', 'annotations', name);
}

function uses(pod: Manifest, claim: Manifest): boolean {
  if (textAt(pod, 'metadata', 'namespace') !== textAt(claim, 'metadata', 'namespace')) return false;
  const name = textAt(claim, 'metadata', 'name');
  return listAt(pod, 'spec', 'volumes').some((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === name);
}

export function volumeHealth(object: Manifest): Health {
  const phase = textAt(object, 'status', 'phase');
  const policy = textAt(object, 'spec', 'persistentVolumeReclaimPolicy');
  if (phase === 'Failed')
    return degraded('ReclaimFailed', because('The volume cannot be reclaimed', textAt(object, 'status', 'message')));
  if (phase === 'Bound')
    return healthy('VolumeBound', `The volume is bound to the claim ${textAt(object, 'spec', 'claimRef', 'name')}.`);
  if (phase === 'Available') return healthy('VolumeAvailable', 'The volume is free for a claim.');
  if (phase !== 'Released') return progressing('VolumePending', 'The volume is not available yet.');
  if (policy === 'Delete')
    return progressing('Reclaiming', 'The claim of the volume is gone, and the volume is being deleted.');
  return healthy(
    'VolumeReleased',
    `The claim of the volume is gone; its data stays, as its reclaim policy is ${policy || 'Retain'}.`,
  );
}
