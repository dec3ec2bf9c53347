import { minus, type Amounts } from './amounts.ts';
import type { Demand } from './demand.ts';
import type { Amount } from './quantity.ts';
import { clashes } from './request.ts';
import { admitsDemand, freeOf, type Room, type Tenant } from './room.ts';

/** Pods that are alike, to be placed together. */
export interface Batch {
  demand: Demand;
  /** Of one pod; may be more than the demand's, for a pod of the old revision that is still there. */
  request: Amounts;
  count: Demand['replicas'];
}

interface Place {
  room: Room;
  free: Map<string, Amount>;
  ports: string[];
}

/**
 * Whether all the pods find a place beside the tenants that stay: each in turn, the largest first, on the first node that takes it
 * and has the room. On one node that is exact. On several a better arrangement may exist: `true` is certain, `false` is not.
 */
export function fitsAll(
  rooms: readonly Room[],
  batches: readonly Batch[],
  stays: (tenant: Tenant) => boolean,
): boolean {
  const places = rooms.map((room) => ({
    room,
    free: freeOf(room, stays),
    ports: room.tenants.filter(stays).flatMap(({ ports }) => [...ports]),
  }));
  const total = places.map(({ room }) => room.allocatable);
  // A pod of a DaemonSet has no choice of its node, so these go first.
  const daemons = batches.filter(({ count }) => count === 'each node');
  const others = batches.filter(({ count }) => count !== 'each node');
  const inOrder = others.toSorted((a, b) => share(b.request, total) - share(a.request, total));
  const daemonsFit = daemons.every((batch) =>
    places.every((place) => admitsDemand(place.room, batch.demand) !== 'yes' || take(place, batch)),
  );
  return daemonsFit && inOrder.every((batch) => placeEach(places, batch));
}

function placeEach(places: readonly Place[], batch: Batch): boolean {
  const possible = places.filter(({ room }) => admitsDemand(room, batch.demand) === 'yes');
  for (let placed = 0; placed < Number(batch.count); placed += 1) {
    if (!possible.some((place) => take(place, batch))) return false;
  }
  return true;
}

/** Puts one pod there if it fits. */
function take(place: Place, { request, demand }: Batch): boolean {
  if (!holds(place.free, request)) return false;
  if (demand.ports.some((port) => place.ports.some((taken) => clashes(port, taken)))) return false;
  place.free = minus(place.free, request);
  place.ports.push(...demand.ports);
  return true;
}

/** Whether there is as much free of everything that is asked for. What nobody asks for may be short. */
function holds(free: Amounts, request: Amounts): boolean {
  return [...request].every(([name, amount]) => amount <= 0n || amount <= (free.get(name) ?? 0n));
}

/** The largest share of a whole node that the request is, for the order only. */
function share(request: Amounts, nodes: readonly Amounts[]): number {
  const shares = [...request].flatMap(([name, amount]) =>
    nodes.map((node) => Number(amount) / Math.max(1, Number(node.get(name) ?? 0n))),
  );
  return Math.max(0, ...shares);
}
