import { besideOld, chooseTurns, type Roll } from '../capacity/choice.ts';
import { changesTemplate, demandOf, makesPods, type Demand } from '../capacity/demand.ts';
import { lookAtNodes, unlessForbidden, type NodeView } from './nodes.ts';
import { roomsOf, type Room } from '../capacity/room.ts';
import { tooSmall } from '../capacity/sentence.ts';
import { shortageOf } from '../capacity/shortage.ts';
import {
  canRecreate,
  claimsOf,
  describeTurn,
  isForOnePod,
  isOpen,
  strategyOf,
  SURGE,
  turnOf,
  withStrategy,
  type Turn,
} from '../capacity/strategy.ts';
import { at } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import { sameJson } from '../render/patch.ts';
import type { Cluster } from '../ports.ts';
import type { Comparison } from './compare.ts';
import type { Say } from './step.ts';

export interface FitOptions {
  /** What becomes of a strategy in the manifest that needs room for a pod more and has none: the old pod goes first after all, or NodeTooSmall. */
  surge: 'auto' | 'keep';
  /** false: never refuse, for a rollback. */
  mustFit: boolean;
  /** Compares objects again, as `compare` does: their strategy is another one now. */
  again: (objects: Manifest[]) => Promise<Comparison[]>;
}

export interface Fitted {
  /** What to apply and to keep with the release: with the strategies that were chosen. */
  objects: Manifest[];
  comparisons: Comparison[];
  /** What was chosen or could not be checked, and why; each one sentence. */
  notes: string[];
}

/**
 * Sums what the pods of the release ask for against what the nodes have free, and chooses for each Deployment that leaves it open
 * which pod goes first in its rollout. Asks the cluster only when there will be new pods; otherwise a strategy that was chosen stays.
 * Throws NodeTooSmall, with the numbers, for what no arrangement can place; whatever is uncertain is left to the scheduler.
 */
export async function fit(
  cluster: Cluster,
  comparisons: readonly Comparison[],
  options: FitOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Fitted> {
  const notes: string[] = [];
  const chosen = new Map<Comparison, unknown>();
  for (const one of comparisons.filter((each) => isKept(each, options))) chosen.set(one, liveStrategy(one));
  const making = comparisons.filter((one) => makesPods(one, comparisons));
  if (making.length > 0) {
    const view = await lookAtNodes(cluster, making, signal);
    if ('unknown' in view) notes.push(view.unknown);
    else await place(cluster, { view, comparisons, making, options, chosen, notes }, signal);
  }
  for (const note of notes) say(note);
  return adopt(comparisons, chosen, notes, options.again);
}

interface Placing {
  view: NodeView;
  comparisons: readonly Comparison[];
  making: readonly Comparison[];
  options: FitOptions;
  chosen: Map<Comparison, unknown>;
  notes: string[];
}

async function place(cluster: Cluster, placing: Placing, signal: AbortSignal): Promise<void> {
  const { view, making, comparisons, options, chosen, notes } = placing;
  const demands = new Map<Demand, Comparison>();
  for (const one of making) {
    demands.set(demandOf(one, comparisons, view.defaults.get(one.predicted.metadata.namespace ?? '')), one);
  }
  const rooms = roomsOf(view.nodes, view.pods, [...demands.keys()]);
  const shortage = shortageOf(rooms, [...demands.keys()]);
  if (shortage !== undefined) {
    const error = tooSmall(shortage, 'no room');
    if (options.mustFit) throw error;
    notes.push(error.message);
  }
  const rolls: Roll[] = [];
  for (const [demand, one] of demands) {
    const turn = isOpen(one.desired) ? 'open' : written(one, demand, rooms, placing);
    const hasOwnVolume = turn === 'open' && (await mountsOwnVolume(cluster, one, comparisons, signal));
    rolls.push({ demand, turn, hasOwnVolume, canRecreate: canRecreate(one.live) });
  }
  for (const { demand, turn, why } of chooseTurns(rooms, rolls)) {
    const one = demands.get(demand);
    // More or fewer pods are no rollout: what was chosen stays.
    if (one === undefined || (one.live !== undefined && !changesTemplate(one))) continue;
    chosen.set(one, strategyOf(turn));
    notes.push(`${demand.subject}: ${describeTurn(turn)}: ${why}`);
  }
}

/** The strategy that the manifest asks for, if it can work; otherwise the other one, or NodeTooSmall. */
function written(one: Comparison, demand: Demand, rooms: readonly Room[], placing: Placing): Turn | 'none' {
  const turn = turnOf(one.predicted);
  if (turn !== 'new first' || demand.workload.kind !== 'Deployment' || !changesTemplate(one)) return turn;
  const shortage = besideOld(rooms, demand);
  if (shortage === undefined) return turn;
  const error = tooSmall(shortage, 'no room for both');
  if (placing.options.surge === 'auto') {
    placing.chosen.set(one, strategyOf('old first'));
    placing.notes.push(`${error.message} So ${describeTurn('old first')}, instead of what the manifest says`);
    return 'old first';
  }
  if (placing.options.mustFit) throw error;
  placing.notes.push(error.message);
  return turn;
}

/**
 * Whether the strategy that is live stays unless a rollout chooses anew: Hawser chose it. One that it did not choose is the manifest's
 * affair until then.
 */
function isKept(one: Comparison, { surge }: FitOptions): boolean {
  const isOurs = one.live?.metadata.annotations?.[SURGE] === 'auto' && liveStrategy(one) !== undefined;
  return (
    isOurs && (isOpen(one.desired) || (surge === 'auto' && one.desired.kind === 'Deployment' && !changesTemplate(one)))
  );
}

function liveStrategy({ live }: Comparison): unknown {
  return at(live, 'spec', 'strategy');
}

async function mountsOwnVolume(
  cluster: Cluster,
  { predicted }: Comparison,
  comparisons: readonly Comparison[],
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace } = predicted.metadata;
  for (const name of claimsOf(at(predicted, 'spec', 'template', 'spec'))) {
    const kind = 'PersistentVolumeClaim';
    const wanted = comparisons.find(
      ({ desired: { kind: other, metadata } }) =>
        other === kind && metadata.name === name && metadata.namespace === namespace,
    );
    const ref = { apiVersion: 'v1', kind, name, ...(namespace === undefined ? {} : { namespace }) };
    if (isForOnePod(wanted?.predicted ?? (await unlessForbidden(cluster.get(ref, signal))))) return true;
  }
  return false;
}

/** Puts the chosen strategies into the objects, and compares anew what is different with them. */
async function adopt(
  comparisons: readonly Comparison[],
  chosen: ReadonlyMap<Comparison, unknown>,
  notes: string[],
  again: FitOptions['again'],
): Promise<Fitted> {
  const results = comparisons.map((one) => {
    const strategy = chosen.get(one);
    const desired = strategy === undefined ? one.desired : withStrategy(one.desired, strategy);
    if (sameJson(desired, one.desired)) return one;
    if (one.live !== undefined) return { ...one, desired };
    return { ...one, desired, predicted: withStrategy(one.predicted, strategy) };
  });
  const changed = results.filter((one, index) => one !== comparisons[index] && one.live !== undefined);
  const answers = changed.length === 0 ? [] : await again(changed.map(({ desired }) => desired));
  const final = results.map((one) => answers[changed.indexOf(one)] ?? one);
  return { objects: final.map(({ desired }) => desired), comparisons: final, notes };
}
