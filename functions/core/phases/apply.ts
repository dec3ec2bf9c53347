import type { Cluster } from '../ports.ts';
import type { Changes } from '../release.ts';
import { describeRef, refOf } from '../kubernetes.ts';
import { isHumanConflict, type Comparison } from './compare.ts';
import type { Say } from './step.ts';

/** Counts what a comparison found, for the record and for people. */
export function countChanges(comparisons: readonly Comparison[]): Changes {
  const count = (change: Comparison['change']): number => comparisons.filter((one) => one.change === change).length;
  return { created: count('created'), configured: count('configured'), unchanged: count('unchanged') };
}

/** One line: `1 created, 2 configured, 4 unchanged`. */
export function describeChanges(changes: Changes): string {
  return `${changes.created} created, ${changes.configured} configured, ${changes.unchanged} unchanged`;
}

/**
 * Applies what differs, in the order given, one after the other: a later object may need an earlier one.
 * What is unchanged is not written. Fields that people's tools hold are taken over; another manager's stop it with ApplyConflict.
 */
export async function apply(
  cluster: Cluster,
  comparisons: readonly Comparison[],
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const writes = comparisons.filter((one) => one.change !== 'unchanged');
  for (const [index, { desired }] of writes.entries()) {
    say(`${index + 1} of ${writes.length}: ${describeRef(refOf(desired))}`);
    try {
      await cluster.apply(desired, { dryRun: false, force: false }, signal);
    } catch (error) {
      if (!isHumanConflict(error)) throw error;
      await cluster.apply(desired, { dryRun: false, force: true }, signal);
    }
  }
  say(describeChanges(countChanges(comparisons)));
}
