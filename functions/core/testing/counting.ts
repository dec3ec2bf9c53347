import type { Cluster } from '../ports.ts';

/** A cluster that counts its calls, each of which is one request: `get`, `list`, `dry-run`, `apply`, `patch`, `remove`, … */
export function counting(cluster: Cluster): { cluster: Cluster; calls: Record<string, number>; total(): number } {
  const calls: Record<string, number> = {};
  const count = (name: string): void => void (calls[name] = (calls[name] ?? 0) + 1);
  return {
    calls,
    total: () => Object.values(calls).reduce((sum, one) => sum + one, 0),
    cluster: {
      ...cluster,
      get: (...input) => (count('get'), cluster.get(...input)),
      list: (...input) => (count('list'), cluster.list(...input)),
      apply: (object, how, signal) => (count(how.dryRun ? 'dry-run' : 'apply'), cluster.apply(object, how, signal)),
      patch: (...input) => (count('patch'), cluster.patch(...input)),
      remove: (...input) => (count('remove'), cluster.remove(...input)),
      watch: (...input) => (count('watch'), cluster.watch(...input)),
    },
  };
}
