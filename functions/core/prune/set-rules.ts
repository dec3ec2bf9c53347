import { describeRef, type Ref } from '../kubernetes.ts';
import { fingerprintOf, howToConfirmSet } from './confirm.ts';
import type { InventoryOwner } from './inventory.ts';

/** What a prune would do as a whole. */
export interface PruneSet {
  owner: InventoryOwner;
  /** Where the inventory is. */
  namespace: string;
  /** What would go. */
  remove: readonly Ref[];
  /** How many objects the release wants. */
  wanted: number;
  /** How many of the inventory's objects it still wants. */
  stays: number;
  refuseAbove: { percent: number; objects: number };
  /** Fingerprints of the sets that a person confirmed. */
  confirmed: readonly string[];
}

/** Refuses a whole set, in one sentence. Nothing of it is removed then. */
export type SetRule = (set: PruneSet) => string | undefined;

export const refuseEmpty: SetRule = ({ owner, remove, wanted }) => {
  if (wanted > 0 || remove.length === 0) return undefined;
  return `Nothing was pruned: the release of ${owner.app} to ${owner.environment} has no objects at all, and ${count(remove)} would go (${list(remove)}). Look at the manifests: npx hawser render --environment ${owner.environment}`;
};

/** Both limits must be passed: a small app may lose most of its few objects, a large one a few of its many. */
export const refuseShrinking: SetRule = ({ owner, namespace, remove, stays, refuseAbove, confirmed }) => {
  const { percent, objects } = refuseAbove;
  const total = remove.length + stays;
  if (remove.length <= objects || remove.length * 100 <= percent * total) return undefined;
  const fingerprint = fingerprintOf(remove);
  if (confirmed.includes(fingerprint)) return undefined;
  return `Nothing was pruned: ${remove.length} of ${total} objects would go (${list(remove)}), more than ${objects} and more than ${percent} %. If that is right, confirm this very set and deploy again: ${howToConfirmSet(owner, namespace, fingerprint)}`;
};

export const setRules: readonly SetRule[] = [refuseEmpty, refuseShrinking];

function count({ length }: readonly Ref[]): string {
  return length === 1 ? '1 object' : `${length} objects`;
}

const SHOWN = 5;

function list(refs: readonly Ref[]): string {
  const shown = refs.slice(0, SHOWN).map(describeRef).join(', ');
  return refs.length > SHOWN ? `${shown} and ${refs.length - SHOWN} more` : shown;
}
