import { at, listAt, textAt } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import { amountsAt, minus, sum, type Amounts } from './amounts.ts';
import { isPodOf, type Demand } from './demand.ts';
import { admits, priorityOf, type Admits } from './node.ts';
import { hostPorts, podRequest } from './request.ts';

/** A pod that holds something of a node now. */
export interface Tenant {
  pod: Manifest;
  /** `kube-system/traefik`: its namespace and what it belongs to. */
  name: string;
  request: Amounts;
  ports: readonly string[];
  /** It is being deleted, or ends by itself one day (a Job's): it may be gone in a moment. */
  isLeaving: boolean;
  priority: number;
  /** The workload of this release that will replace it. */
  demand: Demand | undefined;
}

/** A node with who is on it. */
export interface Room {
  node: Manifest;
  name: string;
  allocatable: Amounts;
  tenants: readonly Tenant[];
}

/** Who holds what of each node. Pods that ended hold nothing; a pod without a node holds none of it yet. */
export function roomsOf(nodes: readonly Manifest[], pods: readonly Manifest[], demands: readonly Demand[]): Room[] {
  const tenants = pods
    .filter((pod) => !/^(Succeeded|Failed)$/.test(textAt(pod, 'status', 'phase')))
    .map((pod) => ({ on: textAt(pod, 'spec', 'nodeName'), tenant: tenantOf(pod, demands) }));
  return nodes.map((node) => ({
    node,
    name: node.metadata.name,
    allocatable: amountsAt(node, 'status', 'allocatable'),
    tenants: tenants.filter(({ on }) => on === node.metadata.name).map(({ tenant }) => tenant),
  }));
}

function tenantOf(pod: Manifest, demands: readonly Demand[]): Tenant {
  const spec = at(pod, 'spec');
  const policy = textAt(spec, 'restartPolicy') || 'Always';
  return {
    pod,
    name: nameOf(pod),
    request: podRequest(spec),
    ports: hostPorts(spec),
    isLeaving: pod.metadata.deletionTimestamp !== undefined || policy !== 'Always',
    priority: priorityOf(spec),
    demand: demands.find(({ workload }) => isPodOf(pod, workload)),
  };
}

function nameOf(pod: Manifest): string {
  const owner = listAt(pod, 'metadata', 'ownerReferences').find(({ controller }) => controller === true);
  const hash = textAt(pod, 'metadata', 'labels', 'pod-template-hash');
  const name = textAt(owner, 'name') || pod.metadata.name;
  const short = hash !== '' && name.endsWith(`-${hash}`) ? name.slice(0, -hash.length - 1) : name;
  return `${pod.metadata.namespace ?? 'default'}/${short}`;
}

/** What is free beside the tenants that stay; never less than nothing: a node can hold more than it has to give. */
export function freeOf(room: Room, stays: (tenant: Tenant) => boolean): Map<string, bigint> {
  const held = sum(room.tenants.filter(stays).map(({ request }) => request));
  return new Map([...minus(room.allocatable, held)].map(([name, amount]) => [name, amount > 0n ? amount : 0n]));
}

/** Whether a node takes the pods of the demand, room aside. */
export function admitsDemand(room: Room, demand: Demand): Admits {
  return admits(room.node, demand.spec, demand.workload.kind === 'DaemonSet');
}
