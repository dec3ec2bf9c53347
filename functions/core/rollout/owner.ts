import type { Manifest } from '../kubernetes.ts';
import { at, textAt, timeAt } from './field.ts';

/** By UID: an object that was deleted and made again under its name owns nothing of the first one. */
export function isOwnedBy(object: Manifest, owner: Manifest): boolean {
  const uid = textAt(owner, 'metadata', 'uid');
  const owners = at(object, 'metadata', 'ownerReferences');
  return uid !== '' && Array.isArray(owners) && owners.some((one) => textAt(one, 'uid') === uid);
}

export function isLeaving(object: Manifest): boolean {
  return at(object, 'metadata', 'deletionTimestamp') !== undefined;
}

/** The pods of the owner that are to stay, newest first. */
export function podsOf(owner: Manifest, pods: readonly Manifest[]): Manifest[] {
  const age = (pod: Manifest): number => timeAt(pod, 'metadata', 'creationTimestamp') ?? 0;
  return pods.filter((pod) => isOwnedBy(pod, owner) && !isLeaving(pod)).sort((a, b) => age(b) - age(a));
}
