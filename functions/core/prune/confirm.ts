import { createHash } from 'node:crypto';
import { groupOf, describeRef, type Manifest, type Ref } from '../kubernetes.ts';
import { textAt } from '../rollout/field.ts';
import { inventoryName, keyOf, type InventoryOwner } from './inventory.ts';
import { CONFIRM_SET } from './stored-inventory.ts';

/** On any object: `disabled` keeps it, `confirm` lets go of what is never pruned unasked. */
export const PRUNE_ANNOTATION = 'hawser.dev/prune';

/** Whether a person said, on the object or in the config, that it may be removed. */
export function isConfirmed(ref: Ref, live: Manifest, confirm: readonly string[]): boolean {
  return textAt(live, 'metadata', 'annotations', PRUNE_ANNOTATION) === 'confirm' || confirm.includes(describeRef(ref));
}

/** How to say so, as the end of a sentence. */
export function howToConfirm(ref: Ref, { environment }: InventoryOwner): string {
  const group = groupOf(ref.apiVersion);
  const kind = `${ref.kind.toLowerCase()}${group === '' ? '' : `.${group}`}`;
  const where = ref.namespace === undefined ? '' : ` -n ${ref.namespace}`;
  return `to let it go: kubectl annotate ${kind} ${ref.name}${where} ${PRUNE_ANNOTATION}=confirm, or add "${describeRef(ref)}" to environments.${environment}.prune.confirm`;
}

/** Names one set of objects in 8 hex digits, so that a confirmation is good for that very set and for no later one. */
export function fingerprintOf(refs: readonly Ref[]): string {
  return createHash('sha256').update(refs.map(keyOf).toSorted().join('\n')).digest('hex').slice(0, 8);
}

/** How to confirm a set. */
export function howToConfirmSet(owner: InventoryOwner, namespace: string, fingerprint: string): string {
  return `kubectl annotate --overwrite configmap ${inventoryName(owner)} -n ${namespace} ${CONFIRM_SET}=${fingerprint}`;
}
