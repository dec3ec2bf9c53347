import { refOf, type Manifest, type Ref } from '../kubernetes.ts';
import { compareRefs } from '../render/order.ts';
import { textAt } from '../rollout/field.ts';
import { isHawsersOwn, keyOf, plainRef, type Entry, type InventoryOwner } from './inventory.ts';
import { isAppliedByHawser } from './ownership.ts';

/** An object of a release, and the one in the cluster: before its apply (undefined: not there yet), or after. */
export interface Wanted {
  desired: Manifest;
  live: Manifest | undefined;
}

/**
 * What is tracked while a release is applied: all that was, and all that is about to be. A release that is cut off leaves nothing
 * that its inventory does not know. An object that is there already and was not applied by Hawser for this app is adopted.
 */
export function trackWanted(
  owner: InventoryOwner,
  entries: readonly Entry[],
  wanted: readonly Wanted[],
): readonly Entry[] {
  const tracked = new Map(entries.map((entry) => [keyOf(entry), entry]));
  for (const { desired, live } of wanted) {
    const ref = refOf(desired);
    if (isHawsersOwn(ref)) continue;
    const key = keyOf(ref);
    const adopted = live !== undefined && isAdopted(owner, tracked.get(key), live);
    tracked.set(key, entryOf(ref, live?.metadata.uid, adopted));
  }
  return [...tracked.values()].toSorted(compareRefs);
}

/**
 * The entries with the UIDs of what was applied. An object that the apply made anew, under a UID that was not planned, is Hawser's.
 * One whose UID is not told stays as it was planned.
 */
export function trackApplied(entries: readonly Entry[], wanted: readonly Wanted[]): readonly Entry[] {
  const applied = new Map(wanted.map(({ desired, live }) => [keyOf(refOf(desired)), live?.metadata.uid]));
  return entries.map((entry) => {
    const uid = applied.get(keyOf(entry));
    if (uid === undefined || uid === entry.uid) return entry;
    return entryOf(entry, uid, entry.uid === undefined && entry.adopted === true);
  });
}

/** Whether it was there without Hawser, or by a Hawser of another app. */
function isAdopted(owner: InventoryOwner, before: Entry | undefined, live: Manifest): boolean {
  if (before?.uid !== undefined && before.uid === live.metadata.uid) return before.adopted === true;
  if (!isAppliedByHawser(live, owner)) return true;
  // Nothing was planned, so the inventory is lost, or another app of this environment made it. The app's name tells, as far as it is there.
  return before === undefined && textAt(live, 'metadata', 'labels', 'app.kubernetes.io/name') !== owner.app;
}

function entryOf(ref: Ref, uid: string | undefined, adopted: boolean): Entry {
  return {
    ...plainRef(ref),
    ...(uid === undefined ? {} : { uid }),
    ...(adopted ? { adopted: true } : {}),
  };
}
