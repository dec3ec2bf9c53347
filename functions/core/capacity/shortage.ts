import { minus, sum, type Amounts } from './amounts.ts';
import type { Demand } from './demand.ts';
import type { Amount } from './quantity.ts';
import { admitsDemand, freeOf, type Room, type Tenant } from './room.ts';

/** Pods that can certainly not all be placed, and on which node how much is short of what. */
export interface Shortage {
  demand: Demand;
  resource: string;
  /** How many pods were looked at together, and what one of them asks for. */
  pods: number;
  each: Amount;
  room: Room;
  free: Amount;
  short: Amount;
  /** Who holds the rest of the node, and what else of this release has to go there. */
  tenants: readonly Tenant[];
  siblings: readonly { name: string; request: Amounts }[];
}

/** What every node has, and nobody but the kubelet gives out. Others may be offered by a driver that comes later. */
const known = (resource: string): boolean => /^(memory|cpu|ephemeral-storage|pods)$/.test(resource);

/**
 * A demand that no arrangement on these nodes can meet, or undefined when there may be one: the scheduler decides then. Only what is
 * certain counts: tenants that may go in a moment, or that these pods would push out by their priority, hold nothing, a node that
 * may take the pods takes them, and rules about other pods and ports are left aside. `isHeld`: tenants of the release's own
 * workloads that have to stay meanwhile; otherwise the rollout replaces them.
 */
export function shortageOf(
  rooms: readonly Room[],
  demands: readonly Demand[],
  isHeld: (tenant: Tenant) => boolean = () => false,
): Shortage | undefined {
  for (const demand of demands) {
    const shortage =
      demand.replicas === 'each node' ? nodeByNode(rooms, demand, isHeld) : together(rooms, demand, isHeld);
    if (shortage !== undefined) return shortage;
  }
  return onOneNode(rooms, demands, isHeld);
}

/** A DaemonSet's pod has to fit on each node that surely takes it. */
function nodeByNode(rooms: readonly Room[], demand: Demand, isHeld: (tenant: Tenant) => boolean): Shortage | undefined {
  return rooms
    .filter((room) => admitsDemand(room, demand) === 'yes')
    .map((room) => shortIn(room, demand, 1, demand.request, stayers(room, demand, isHeld)))
    .find((one) => one !== undefined);
}

/** As many of its pods as each node takes, summed over all nodes, are too few. */
function together(rooms: readonly Room[], demand: Demand, isHeld: (tenant: Tenant) => boolean): Shortage | undefined {
  const wanted = Number(demand.replicas);
  const possible = rooms.filter((room) => admitsDemand(room, demand) !== 'no');
  let most = { room: undefined as Room | undefined, count: -1n };
  let total = 0n;
  for (const room of possible) {
    const free = freeOf(room, stayers(room, demand, isHeld));
    const counts = [...demand.request]
      .filter(([name, amount]) => known(name) && amount > 0n)
      .map(([name, amount]) => (free.get(name) ?? 0n) / amount);
    const count = counts.reduce((least, one) => (one < least ? one : least));
    total += count;
    if (count > most.count) most = { room, count };
  }
  if (most.room === undefined || total >= BigInt(wanted)) return undefined;
  // On the node with the most room, all that is not placed elsewhere.
  const pods = wanted - Number(total - most.count);
  const request = times(demand.request, pods);
  return shortIn(most.room, demand, pods, request, stayers(most.room, demand, isHeld));
}

/** Where there is only one node for all of them, they have to fit together. */
function onOneNode(
  rooms: readonly Room[],
  demands: readonly Demand[],
  isHeld: (tenant: Tenant) => boolean,
): Shortage | undefined {
  const [room, ...others] = rooms.filter((one) => demands.some((demand) => admitsDemand(one, demand) !== 'no'));
  if (room === undefined || others.length > 0) return undefined;
  const before: Shortage['siblings'][number][] = [];
  for (const demand of demands) {
    const count = demand.replicas === 'each node' ? 1 : demand.replicas;
    if (admitsDemand(room, demand) === 'no') continue;
    const request = times(demand.request, count);
    const found = shortIn(room, demand, count, request, stayers(room, demand, isHeld), before);
    if (found !== undefined) return found;
    before.push({ name: demand.subject, request });
  }
  return undefined;
}

/** Who surely stays while the demand's pods look for a place. */
function stayers(
  room: Room,
  { workload, spec }: Demand,
  isHeld: (tenant: Tenant) => boolean,
): (tenant: Tenant) => boolean {
  const priorities = room.tenants.filter(({ demand }) => demand?.workload === workload).map(({ priority }) => priority);
  const named = (spec as { priorityClassName?: unknown } | undefined)?.priorityClassName !== undefined;
  // The number of a class is known from pods that have it; without any, it may be above all others.
  const own = Math.max(...priorities, named && priorities.length === 0 ? Infinity : 0);
  return (tenant) => !tenant.isLeaving && tenant.priority >= own && (tenant.demand === undefined || isHeld(tenant));
}

function shortIn(
  room: Room,
  demand: Demand,
  pods: number,
  request: Amounts,
  stays: (tenant: Tenant) => boolean,
  siblings: Shortage['siblings'] = [],
): Shortage | undefined {
  const taken = sum(siblings.map((one) => one.request));
  const free = minus(freeOf(room, stays), taken);
  for (const resource of ['memory', 'cpu', 'pods', 'ephemeral-storage']) {
    const asked = request.get(resource) ?? 0n;
    const rest = free.get(resource) ?? 0n;
    if (asked <= 0n || asked <= rest) continue;
    const tenants = room.tenants.filter(stays);
    const each = demand.request.get(resource) ?? 0n;
    return { demand, resource, pods, each, room, free: rest, short: asked - rest, tenants, siblings };
  }
  return undefined;
}

function times(request: Amounts, count: number): Amounts {
  return new Map([...request].map(([name, amount]) => [name, amount * BigInt(count)]));
}

/** The tenants' shares of the resource by name, the largest first. */
export function consumers({ tenants, siblings, resource }: Shortage): [name: string, amount: Amount][] {
  const all = [...tenants, ...siblings];
  const names = [...new Set(all.map(({ name }) => name))];
  const shares = names.map((name): [string, Amount] => {
    const requests = all.filter((one) => one.name === name).map(({ request }) => request);
    return [name, sum(requests).get(resource) ?? 0n];
  });
  return shares.filter(([, amount]) => amount > 0n).toSorted(([, a], [, b]) => (a === b ? 0 : a < b ? 1 : -1));
}
