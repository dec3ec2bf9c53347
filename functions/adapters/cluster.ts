import { MANAGER } from '../core/fields/manager.ts';
import type { Cluster, Kubeconfig } from '../core/ports.ts';
import { collectionOf, listAll, type Listed } from './kubernetes/lists.ts';
import { applyObject, getObject, patchObject, removeObject } from './kubernetes/objects.ts';
import { openResources } from './kubernetes/resources.ts';
import { askReady, readLogs } from './kubernetes/server.ts';
import { defaultLimits, openTransport, type Limits } from './kubernetes/transport.ts';
import { watchFrom } from './kubernetes/watch.ts';

/** For tests: another field manager, shorter limits. */
export interface ClusterOptions {
  fieldManager?: string;
  limits?: Partial<Limits>;
}

/**
 * The Kubernetes API server at `address` (an IP address or host name; the port is the kubeconfig's), over one Agent.
 * Connects at the first call. Objects travel as raw JSON: fields that Hawser does not know of are neither dropped nor changed.
 */
export function connectCluster(kubeconfig: Kubeconfig, address: string, options: ClusterOptions = {}): Cluster {
  const transport = openTransport(kubeconfig, address, { ...defaultLimits, ...options.limits });
  const resources = openResources(transport);
  const fieldManager = options.fieldManager ?? MANAGER;
  /** The newest list of each collection, by its address: the watch that follows it must know what was there. */
  const lists = new Map<string, Listed>();

  return {
    ready: (signal) => askReady(transport, signal),
    get: (ref, signal) => getObject(transport, resources, ref, signal),
    apply: (object, how, signal) => applyObject(transport, resources, { object, ...how, fieldManager }, signal),
    patch: (ref, operations, signal) => patchObject(transport, resources, { ref, operations, fieldManager }, signal),
    remove: (ref, signal) => removeObject(transport, resources, ref, signal),
    logs: (pod, which, signal) => readLogs(transport, pod, which, signal),
    async list(selection, signal) {
      const collection = await collectionOf(resources, selection, 'list', signal);
      const listed = await listAll(transport, collection, signal);
      lists.set(keyOf(collection), listed);
      return listed;
    },
    async *watch(selection, resourceVersion, signal) {
      if (signal.aborted) return;
      const collection = await collectionOf(resources, selection, 'watch', signal);
      const last = lists.get(keyOf(collection));
      const listed = last?.resourceVersion === resourceVersion ? last.items : [];
      yield* watchFrom(transport, { collection, listed }, resourceVersion, signal);
    },
    close: () => transport.close(),
  };
}

function keyOf({ path, query }: { path: string; query: object }): string {
  return JSON.stringify([path, query]);
}
