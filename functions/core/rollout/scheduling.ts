import { minus, sum, amountsAt } from '../capacity/amounts.ts';
import { admits } from '../capacity/node.ts';
import { describeAmount } from '../capacity/quantity.ts';
import { clashes, hostPorts, podRequest } from '../capacity/request.ts';
import { at, textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';

/** What one node lacks for one pod. Amounts as people write them. */
export interface NodeShortage {
  node: string;
  /** Resources of which less is free than the pod requests; `free` is allocatable less what the pods there request. */
  short: { resource: string; wanted: string; free: string; allocatable: string; by: string }[];
}

/**
 * Per node what the pod requests above what is free: its allocatable less the requests of the pods that are on it and have not
 * ended. Nodes that do not take the pod for other reasons (selector, taint, cordon) are left out; a node with enough room has an
 * empty list.
 */
export function shortage(pod: Manifest, nodes: readonly Manifest[], pods: readonly Manifest[]): NodeShortage[] {
  const request = podRequest(at(pod, 'spec'));
  return nodes
    .filter((node) => admits(node, at(pod, 'spec')) !== 'no')
    .map((node) => {
      const allocatable = amountsAt(node, 'status', 'allocatable');
      const free = minus(allocatable, sum(tenants(node, pods).map((one) => podRequest(at(one, 'spec')))));
      const short = [...request]
        .filter(([resource, wanted]) => wanted > 0n && wanted > (free.get(resource) ?? 0n))
        .map(([resource, wanted]) => {
          const rest = free.get(resource) ?? 0n;
          return {
            resource,
            wanted: describeAmount(resource, wanted, 'up'),
            free: describeAmount(resource, rest < 0n ? 0n : rest, 'down'),
            allocatable: describeAmount(resource, allocatable.get(resource) ?? 0n, 'down'),
            by: describeAmount(resource, wanted - (rest < 0n ? 0n : rest), 'up'),
          };
        });
      return { node: textAt(node, 'metadata', 'name'), short };
    });
}

/** Which pod holds a host port that this pod asks for: `0.0.0.0:80` and the pod. */
export function portHolder(pod: Manifest, pods: readonly Manifest[]): { port: string; holder: Manifest } | undefined {
  const wanted = hostPorts(at(pod, 'spec'));
  for (const holder of pods) {
    if (textAt(holder, 'spec', 'nodeName') === '' || isSame(holder, pod) || hasEnded(holder)) continue;
    const held = hostPorts(at(holder, 'spec'));
    const port = wanted.find((one) => held.some((other) => clashes(one, other)));
    if (port !== undefined) return { port, holder };
  }
  return undefined;
}

/** The pods that hold something of the node now. */
function tenants(node: Manifest, pods: readonly Manifest[]): Manifest[] {
  const name = textAt(node, 'metadata', 'name');
  return pods.filter((one) => name !== '' && textAt(one, 'spec', 'nodeName') === name && !hasEnded(one));
}

function hasEnded(pod: Manifest): boolean {
  return /^(Succeeded|Failed)$/.test(textAt(pod, 'status', 'phase'));
}

function isSame(a: Manifest, b: Manifest): boolean {
  const [name, namespace] = [textAt(a, 'metadata', 'name'), textAt(a, 'metadata', 'namespace')];
  return name === textAt(b, 'metadata', 'name') && namespace === textAt(b, 'metadata', 'namespace');
}
