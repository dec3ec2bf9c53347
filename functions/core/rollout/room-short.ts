import { podRequest } from '../capacity/request.ts';
import { describeAmount } from '../capacity/quantity.ts';
import { at } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Look } from './look.ts';
import { wordsOf, type Misplaced } from './placement.ts';
import { shortage, type NodeShortage } from './scheduling.ts';

/** The lack of memory, CPU or places, in numbers where the nodes and their pods are known. */
export function shortOf(message: string, pod: Manifest, look: Look): Misplaced | undefined {
  const names = [...wordsOf(message).matchAll(/Insufficient ([\w./-]*[\w])/g)].map(([, name = '']) => name);
  const isFull = /Too many pods/.test(wordsOf(message));
  if (names.length === 0 && !isFull) return undefined;
  const resources = [...new Set([...names, ...(isFull ? ['pods'] : [])])];
  const node = nearest(
    look.nodes === undefined || look.allPods === undefined ? [] : shortage(pod, look.nodes, look.allPods),
    resources,
  );
  const request = podRequest(at(pod, 'spec'));
  const asked = resources
    .filter((name) => name !== 'pods' && (request.get(name) ?? 0n) > 0n)
    .map((name) => `${describeAmount(name, request.get(name) ?? 0n, 'up')} ${name}`);
  const plain = asked.length === 0 ? '' : `the pod requests ${asked.join(' and ')}`;
  const more = node === undefined ? plain : describeShortage(node);
  const wanted = resources.filter((name) => name !== 'pods').map((name) => `resources.requests.${name}`);
  const fix =
    isFull && wanted.length === 0
      ? 'Remove pods that are not needed, or raise maxPods of the kubelet (k3s: --kubelet-arg=max-pods=…), or add a node.'
      : `Lower ${wanted.join(' and ')}${node === undefined ? '' : ` (${freeOf(node)})`}, free room on the node, or use a larger instance type. What holds it: kubectl describe node ${node?.node ?? ''}`.trim();
  return { code: 'Unschedulable', more, fix, ...(node === undefined ? {} : { details: { node: node.node } }) };
}

/** Of the nodes that are short of these, the one that lacks the least. */
function nearest(all: readonly NodeShortage[], resources: readonly string[]): NodeShortage | undefined {
  const short = all
    .map((one) => ({ node: one.node, short: one.short.filter(({ resource }) => resources.includes(resource)) }))
    .filter((one) => one.short.length > 0);
  return short.toSorted((a, b) => a.short.length - b.short.length)[0];
}

function describeShortage({ node, short }: NodeShortage): string {
  const each = short.map(({ resource, wanted, free, allocatable, by }) =>
    resource === 'pods'
      ? `it has ${allocatable} pods, as many as it takes`
      : `the pod requests ${wanted} ${resource}, ${free} of ${allocatable} are free, ${by} short`,
  );
  return `on node ${node} ${each.join('; ')}`;
}

function freeOf({ short }: NodeShortage): string {
  return short.map(({ resource, free }) => `${free} ${resource} free`).join(', ');
}
