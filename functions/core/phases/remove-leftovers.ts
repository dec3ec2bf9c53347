import { asReleaseError } from '../errors.ts';
import { describeRef, type Ref } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { keyOf, plainRef } from '../prune/inventory.ts';
import { describeTermination } from '../prune/object-rules.ts';
import type { KeptEntry, PrunePlan } from '../prune/plan-prune.ts';
import { inParallel } from './parallel.ts';
import type { Say } from './step.ts';

/** Requests in flight at once: few enough for a small API server that also has the pods to see to. */
const PARALLEL = 4;

type Leftovers = PrunePlan['remove'];

/**
 * Removes the objects in the order given, those of one kind together, each by its UID, and asks afterwards what became of them.
 * Returns what is still there. Throws only when the signal ends.
 */
export async function removeLeftovers(
  cluster: Cluster,
  leftovers: Leftovers,
  say: Say,
  signal: AbortSignal,
): Promise<KeptEntry[]> {
  const failed = await removeEach(cluster, leftovers, say, signal);
  const survivors = await inParallel(leftovers, PARALLEL, async (entry): Promise<KeptEntry | undefined> => {
    const failure = failed.get(keyOf(entry));
    if (failure !== undefined) return { entry, why: `it could not be removed: ${failure}`, tracked: true };
    try {
      const live = await cluster.get(plainRef(entry), signal);
      if (live === undefined || live.metadata.uid !== entry.uid) return undefined;
      return { entry, why: describeTermination(live), tracked: true };
    } catch (error) {
      signal.throwIfAborted();
      return { entry, why: `nobody could see whether it is gone: ${asReleaseError(error).message}`, tracked: true };
    }
  });
  return survivors.filter((one) => one !== undefined);
}

/** Why some did not go, by key. */
async function removeEach(
  cluster: Cluster,
  leftovers: Leftovers,
  say: Say,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  let begun = 0;
  let lost: string | undefined;
  for (const ofOneKind of byKind(leftovers)) {
    await inParallel(ofOneKind, PARALLEL, async (entry) => {
      signal.throwIfAborted();
      // Without a connection each of the others would only wait in vain.
      if (lost !== undefined) return void failed.set(keyOf(entry), lost);
      begun += 1;
      say(`removes ${begun} of ${leftovers.length}: ${describeRef(entry)}`);
      try {
        await cluster.remove({ ...plainRef(entry), uid: entry.uid }, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const error = asReleaseError(thrown);
        failed.set(keyOf(entry), error.message);
        if (error.code === 'ApiServerUnreachable') lost = error.message;
      }
    });
  }
  return failed;
}

function byKind<T extends Ref>(refs: readonly T[]): T[][] {
  return Object.values(Object.groupBy(refs, ({ kind }) => kind)).filter((group) => group !== undefined);
}
