import type { EnvironmentConfig } from '../config.ts';
import { groupOf, refOf, type Manifest, type Ref } from '../kubernetes.ts';
import { compareRefs } from '../render/order.ts';
import { textAt } from '../rollout/field.ts';
import { keyOf, type Entry, type Inventory } from './inventory.ts';
import { objectRules, type RuleFacts } from './object-rules.ts';
import { setRules } from './set-rules.ts';

export interface KeptEntry {
  entry: Entry;
  why: string;
  /** Whether the inventory keeps it, so that the next release looks at it again. */
  tracked: boolean;
}

/** What becomes of the objects that are in the inventory and not in the release. Each of them is in one of the three lists. */
export interface PrunePlan {
  /** To be removed, in this order: the reverse of applying. The UID is that of the object in the cluster. */
  remove: (Entry & { uid: string })[];
  kept: KeptEntry[];
  /** In the cluster no more. */
  gone: Entry[];
  /** Why nothing is removed at all, as sentences. */
  refused: string[];
}

export interface PruneInput {
  inventory: Inventory;
  /** The objects of the release; as they are in the cluster, where that is known. */
  wanted: readonly Manifest[];
  /** The object of each leftover, by `keyOf`; undefined: there is none. */
  live: ReadonlyMap<string, Manifest | undefined>;
  /** Why a leftover could not be read, by `keyOf`. */
  unread?: ReadonlyMap<string, string>;
  config: EnvironmentConfig['prune'];
  /** The app is to go as a whole, so its set may become empty. Every object is still judged by itself. */
  everything?: boolean;
}

/** The entries that the release does not have, whatever their version. */
export function leftoversOf(entries: readonly Entry[], wanted: readonly Ref[]): Entry[] {
  const keys = new Set(wanted.map(keyOf));
  return entries.filter((entry) => !keys.has(keyOf(entry)));
}

/** Decides what may go. Changes nothing; the same rules serve the plan that people see and the prune itself. */
export function planPrune(input: PruneInput): PrunePlan {
  const { inventory, wanted, config } = input;
  const refs = wanted.map(refOf);
  const leftovers = leftoversOf(inventory.entries, refs);
  const plan = judgeEach(input, leftovers);
  keepContainers(plan, input);
  plan.remove.sort((a, b) => compareRefs(b, a));
  if (input.everything === true) return plan;

  const set = {
    owner: inventory.owner,
    namespace: inventory.stored[0]?.namespace ?? inventory.namespace,
    remove: plan.remove,
    wanted: wanted.length,
    stays: inventory.entries.filter((entry) => isSettled(entry) && !leftovers.includes(entry)).length,
    refuseAbove: config.refuseAbove,
    confirmed: inventory.stored.flatMap(({ confirmed = [] }) => confirmed),
  };
  const refusal = setRules.map((rule) => rule(set)).find((sentence) => sentence !== undefined);
  if (refusal === undefined) return plan;
  const why = 'the prune was refused as a whole';
  const kept = plan.remove.map((entry): KeptEntry => ({ entry, why, tracked: true }));
  return { ...plan, remove: [], kept: [...plan.kept, ...kept], refused: [refusal] };
}

/** Made by an earlier release. What this one is only about to add must not make up for what it would remove. */
function isSettled({ uid, adopted }: Entry): boolean {
  return uid !== undefined && adopted !== true;
}

function judgeEach(input: PruneInput, leftovers: readonly Entry[]): PrunePlan {
  const { inventory, wanted, live, unread, config, everything = false } = input;
  const facts: RuleFacts = {
    owner: inventory.owner,
    wantedUids: new Set(wanted.flatMap(({ metadata }) => metadata.uid ?? [])),
    // That an app which never served is to go has been asked for by itself.
    enabled: config.enabled || everything,
    confirm: config.confirm,
  };
  const plan: PrunePlan = { remove: [], kept: [], gone: [], refused: [] };
  for (const entry of leftovers) {
    const key = keyOf(entry);
    const object = live.get(key);
    const problem = unread?.get(key);
    if (problem !== undefined) {
      plan.kept.push({ entry, why: `it could not be looked at: ${problem}`, tracked: true });
      continue;
    }
    if (object === undefined) {
      plan.gone.push(entry);
      continue;
    }
    const objection = firstObjection({ entry, live: object }, facts);
    const { uid } = object.metadata;
    if (objection !== undefined) plan.kept.push({ entry, ...objection });
    else if (uid === undefined) plan.kept.push({ entry, why: 'the cluster tells no UID of it', tracked: true });
    else plan.remove.push({ ...entry, uid });
  }
  return plan;
}

function firstObjection(leftover: { entry: Entry; live: Manifest }, facts: RuleFacts) {
  for (const rule of objectRules) {
    const objection = rule(leftover, facts);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

/** A confirmed Namespace or CRD stays as long as it holds something that stays: whoever confirmed it cannot have meant that. */
function keepContainers(plan: PrunePlan, { wanted, live }: PruneInput): void {
  const stays: Ref[] = [...wanted.map(refOf), ...plan.kept.map(({ entry }) => entry)];
  plan.remove = plan.remove.filter((entry) => {
    const held = stays.find((ref) => isIn(ref, entry, live.get(keyOf(entry))));
    if (held === undefined) return true;
    plan.kept.push({ entry, why: `${held.kind} ${held.name}, which stays, would go with it`, tracked: true });
    return false;
  });
}

function isIn(ref: Ref, container: Ref, live: Manifest | undefined): boolean {
  const { apiVersion, kind, name } = container;
  if (apiVersion === 'v1' && kind === 'Namespace') return ref.namespace === name;
  if (kind !== 'CustomResourceDefinition') return false;
  return (
    groupOf(ref.apiVersion) === textAt(live, 'spec', 'group') && ref.kind === textAt(live, 'spec', 'names', 'kind')
  );
}
