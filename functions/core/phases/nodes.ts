import type { Manifest } from '../kubernetes.ts';
import { isMissingRight } from '../missing-right.ts';
import type { Cluster } from '../ports.ts';
import { podSpecOf } from '../capacity/demand.ts';
import { containerDefaults, hasUnsetRequests, type ContainerDefaults } from '../capacity/request.ts';

/** What the cluster has and who uses it. */
export interface NodeView {
  nodes: Manifest[];
  pods: Manifest[];
  /** By namespace. */
  defaults: ReadonlyMap<string, ContainerDefaults>;
}

/**
 * Asks for the nodes, for the pods of all namespaces, and for the LimitRanges that could change what the workloads ask for.
 * `unknown`: one sentence on why it cannot be told; that the credential may not see it is no reason to fail.
 */
export async function lookAtNodes(
  cluster: Cluster,
  making: readonly { predicted: Manifest }[],
  signal: AbortSignal,
): Promise<NodeView | { unknown: string }> {
  const running = 'status.phase!=Succeeded,status.phase!=Failed';
  try {
    const [nodes, pods, defaults] = await Promise.all([
      cluster.list({ apiVersion: 'v1', kind: 'Node' }, signal),
      cluster.list({ apiVersion: 'v1', kind: 'Pod', fieldSelector: running }, signal),
      defaultsOf(cluster, making, signal),
    ]);
    if (nodes.items.length === 0) return { unknown: 'the room on the nodes was not checked: there is no node yet' };
    return { nodes: nodes.items, pods: pods.items, defaults };
  } catch (error) {
    const why = forbidden(error);
    if (why === undefined) throw error;
    return { unknown: `the room on the nodes was not checked: ${why} (k8s/node/deployer.yaml allows it)` };
  }
}

async function defaultsOf(
  cluster: Cluster,
  making: readonly { predicted: Manifest }[],
  signal: AbortSignal,
): Promise<Map<string, ContainerDefaults>> {
  const unset = making.filter(({ predicted }) => hasUnsetRequests(podSpecOf(predicted)));
  const namespaces = new Set(unset.flatMap(({ predicted }) => predicted.metadata.namespace ?? []));
  const entries = [...namespaces].map(async (namespace): Promise<[string, ContainerDefaults]> => {
    const asking = cluster.list({ apiVersion: 'v1', kind: 'LimitRange', namespace }, signal);
    // Without them the pods are taken to ask for less, which never refuses too much.
    return [namespace, containerDefaults((await unlessForbidden(asking))?.items ?? [])];
  });
  return new Map(await Promise.all(entries));
}

/** What the credential may not do, without a full stop; undefined for any other error. */
export function forbidden(error: unknown): string | undefined {
  return isMissingRight(error) ? error.message.replace(/\.$/, '') : undefined;
}

/** The answer; undefined also where the credential may not ask. */
export async function unlessForbidden<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (!isMissingRight(error)) throw error;
    return undefined;
  }
}
