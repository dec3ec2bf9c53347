import { conditionOf } from '../rollout/event.ts';
import { least, most, type Amounts } from './amounts.ts';
import type { Demand } from './demand.ts';
import { keepsApart } from './node.ts';
import { fitsAll, type Batch } from './pack.ts';
import { shortageOf, type Shortage } from './shortage.ts';
import type { Room, Tenant } from './room.ts';
import type { Turn } from './strategy.ts';

/** A workload whose pods are about to be made or replaced. */
export interface Roll {
  demand: Demand;
  /** What its strategy says; `open` when Hawser is to choose. */
  turn: Turn | 'open' | 'none';
  /** Its pods mount a claim that two pods must not write to at once. */
  hasOwnVolume: boolean;
  canRecreate: boolean;
}

export interface Choice {
  demand: Demand;
  turn: Turn;
  why: string;
}

/**
 * A turn for each open workload: new first wherever all the new pods fit beside all the old ones at once, as others of the release
 * roll, too; where they do not, old first, in the order given. The same cluster gives the same choice.
 */
export function chooseTurns(rooms: readonly Room[], rolls: readonly Roll[]): Choice[] {
  const choices = new Map<Roll, Choice>();
  const open = rolls.filter(({ turn }) => turn === 'open');
  for (const roll of open) choices.set(roll, unlessFree(rooms, roll));
  const free = open.filter((roll) => choices.get(roll)?.turn === 'new first');
  const fits = (surging: ReadonlySet<Roll>): boolean =>
    fitsAll(
      rooms,
      rolls.map((roll) => batchOf(rooms, roll, roll.turn === 'new first' || surging.has(roll))),
      ({ demand, isLeaving }) => demand === undefined || isLeaving,
    );
  const surging = new Set(free);
  if (!fits(surging)) {
    surging.clear();
    for (const roll of free) {
      if (fits(new Set([...surging, roll]))) surging.add(roll);
      else choices.set(roll, oldFirst(rooms, roll));
    }
  }
  return [...choices.values()];
}

/** What speaks against two pods at once, whatever the room. */
function unlessFree(rooms: readonly Room[], { demand, hasOwnVolume, canRecreate }: Roll): Choice {
  if (hasOwnVolume) {
    const turn = canRecreate ? 'all old first' : 'old first';
    return { demand, turn, why: 'its ReadWriteOnce volume is for one pod at a time' };
  }
  if (keepsApart(demand.spec)) return { demand, turn: 'old first', why: 'its pods must keep apart from each other' };
  const surplus = demand.replicas === 0 ? 'it has no pods now' : `there is room for one pod more on ${describe(rooms)}`;
  return { demand, turn: 'new first', why: surplus };
}

function oldFirst(rooms: readonly Room[], { demand, canRecreate }: Roll): Choice {
  const shortage = besideOld(rooms, demand);
  if (shortage === undefined && demand.ports.length > 0) {
    const turn = canRecreate && demand.replicas === 1 ? 'all old first' : 'old first';
    return { demand, turn, why: `only one pod of a node can hold ${demand.ports.join(', ')}` };
  }
  return { demand, turn: 'old first', why: `there is no room for one pod more on ${describe(rooms)}` };
}

function describe(rooms: readonly Room[]): string {
  return rooms.length === 1 ? `node ${rooms[0]?.name}` : `the ${rooms.length} nodes`;
}

/** All pods of the workload at the moment when there are most, each as large as the larger of its revisions. */
function batchOf(rooms: readonly Room[], { demand }: Roll, isSurging: boolean): Batch {
  const old = tenantsOf(rooms, demand);
  const request = old.reduce<Amounts>((largest, tenant) => most(largest, tenant.request), demand.request);
  if (demand.replicas === 'each node') return { demand, request, count: 'each node' };
  return { demand, request, count: Math.max(demand.replicas, old.length) + (isSurging && demand.replicas > 0 ? 1 : 0) };
}

/** Its present pods. One that is leaving is none of them any more; it only holds its room a little longer. */
function tenantsOf(rooms: readonly Room[], demand: Demand): Tenant[] {
  return rooms.flatMap(({ tenants }) => tenants.filter((one) => one.demand === demand && !one.isLeaving));
}

/**
 * What a first new pod of the workload lacks for certain while its old pods stay; undefined when it may well find a place. Old pods
 * that are not ready or too many go at once, whatever the strategy. Other workloads of the release count only where they cannot move.
 */
export function besideOld(rooms: readonly Room[], demand: Demand): Shortage | undefined {
  const old = tenantsOf(rooms, demand);
  if (typeof demand.replicas !== 'number' || old.length === 0 || old.length > demand.replicas) return undefined;
  const stays = (tenant: Tenant): boolean => {
    if (tenant.demand === undefined || !isReady(tenant)) return false;
    if (tenant.demand === demand) return true;
    const others = tenantsOf(rooms, tenant.demand).length;
    const shrinks = typeof tenant.demand.replicas !== 'number' || others > tenant.demand.replicas;
    return rooms.length === 1 && !shrinks && isWithin(tenant.request, tenant.demand.request);
  };
  return shortageOf(rooms, [{ ...demand, replicas: 1 }], stays);
}

function isReady({ pod }: Tenant): boolean {
  return conditionOf(pod, 'Ready')?.['status'] === 'True';
}

function isWithin(small: Amounts, large: Amounts): boolean {
  const smaller = least(small, large);
  return [...small].every(([name, amount]) => smaller.get(name) === amount);
}
