import { afterAll, beforeAll } from 'vitest';
import { connectCluster } from '../../../adapters/cluster.ts';
import { startApiServer, type ApiServer } from '../../../adapters/contract/apiserver.ts';
import { refOf, type Manifest } from '../../kubernetes.ts';
import type { Cluster, Kubeconfig } from '../../ports.ts';
import { apply } from '../apply.ts';
import { compare, type Comparison } from '../compare.ts';

export const soon = (): AbortSignal => AbortSignal.timeout(50_000);
export const plain = { dryRun: false, force: false };

/** A real API server, and what a release does on it. */
export interface UsedApiServer {
  /** Connected as Hawser, with every right; there once the tests run, as `admin` is. */
  readonly cluster: Cluster;
  readonly admin: Kubeconfig;
  /** The same API server through another field manager. */
  as<T>(fieldManager: string, use: (other: Cluster) => Promise<T>): Promise<T>;
  /** The object as it is stored now. */
  live(object: Manifest): Promise<Manifest | undefined>;
  plan(all: readonly Manifest[], force?: boolean): Promise<Comparison[]>;
  /** What the plan says of each: `created`, `configured`, `unchanged`. */
  changes(all: readonly Manifest[]): Promise<Comparison['change'][]>;
  /** Plans and applies; returns what `apply` does. */
  deploy(all: readonly Manifest[]): Promise<Comparison[]>;
}

/** One API server for all tests of a file. */
export function useApiServer(): UsedApiServer {
  let server: ApiServer;
  let cluster: Cluster;
  beforeAll(async () => {
    server = await startApiServer();
    cluster = connectCluster(server.admin, '127.0.0.1');
  });
  afterAll(async () => {
    await cluster.close();
    await server.stop();
  });
  const plan: UsedApiServer['plan'] = (all, force = false) => compare(cluster, all, { force }, soon());
  return {
    get cluster() {
      return cluster;
    },
    get admin() {
      return server.admin;
    },
    as: async (fieldManager, use) => {
      const other = connectCluster(server.admin, '127.0.0.1', { fieldManager });
      try {
        return await use(other);
      } finally {
        await other.close();
      }
    },
    live: (object) => cluster.get(refOf(object), soon()),
    plan,
    changes: async (all) => (await plan(all)).map(({ change }) => change),
    deploy: async (all) => apply(cluster, await plan(all), () => undefined, soon()),
  };
}

/** A ConfigMap in the namespace `default`. */
export function config(name: string, data: Record<string, string>, metadata: object = {}): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...metadata }, data };
}
