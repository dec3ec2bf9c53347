import type { Cluster } from '../../ports.ts';

export interface WatchCounts {
  /** Watches that are open now. */
  open: number;
  /** Watches that were ever opened, and of which kinds. */
  total: number;
  kinds: string[];
}

/** Counts the watches of this cluster from now on. */
export function watchCounts(cluster: Cluster): WatchCounts {
  const counts: WatchCounts = { open: 0, total: 0, kinds: [] };
  const { watch } = cluster;
  cluster.watch = async function* counting(...input) {
    counts.open++;
    counts.total++;
    counts.kinds.push(input[0].kind);
    try {
      yield* watch(...input);
    } finally {
      counts.open--;
    }
  };
  return counts;
}
