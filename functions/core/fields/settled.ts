import { isAmount, sameQuantity } from '../diff/quantity.ts';
import type { Manifest } from '../kubernetes.ts';
import { sameJson } from '../render/patch.ts';
import { at, isRecord, type Fields } from '../rollout/field.ts';
import { appliedBy, entriesOf, isItem, own, stepsOf, type FieldSet } from './set.ts';

/**
 * True only if applying `desired` as `manager` surely changes nothing: the manager's last apply set exactly the fields that
 * `desired` names, and each of them has the wanted value now. managedFields tell how the API server reads each list
 * (by key, as a set, as one value), so no schema is needed. Where it could be unsure (a quantity in another notation, a value that
 * the API server completes) the answer is false, and a dry-run decides.
 */
export function isSettled(desired: Manifest, live: Manifest, manager: string): boolean {
  const entries = entriesOf(live);
  const applied = appliedBy(entries, manager);
  if (applied === undefined || applied.apiVersion !== desired.apiVersion) return false;
  if (live.apiVersion !== desired.apiVersion || live.metadata.deletionTimestamp !== undefined) return false;
  const others = entries.flatMap((entry) => (entry === applied ? [] : [entry.fieldsV1]));
  return holds({ fields: applied.fieldsV1, others, keys: [] }, withoutIdentity(desired), live);
}

/** Server-side apply takes these as the object's address; they are in no set of fields. */
const identity = new Set(['apiVersion', 'kind', 'name', 'namespace']);

function withoutIdentity(object: Manifest): Fields {
  const { metadata, ...rest } = without(object);
  const fields = without(metadata as Fields);
  return Object.keys(fields).length === 0 ? rest : { ...rest, metadata: fields };
}

function without(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !identity.has(key)));
}

/** A place in the object: what the manager and the others have from there on. */
interface Place {
  fields: FieldSet;
  others: readonly FieldSet[];
  keys: readonly string[];
}

function holds(place: Place, desired: unknown, live: unknown): boolean {
  const steps = stepsOf(place.fields);
  if (steps.length === 0) return isSame(place, desired, live);
  if (isRecord(desired) && isRecord(live)) {
    const keys = Object.keys(desired);
    return keys.length === steps.length && keys.every((key) => holdsAt(place, `f:${key}`, desired[key], at(live, key)));
  }
  if (!Array.isArray(desired) || !Array.isArray(live)) return false;
  // Items of others between ours would raise the question of their order.
  if (desired.length !== steps.length || live.length !== steps.length) return false;
  return desired.every((item: unknown, index) => {
    const step = steps.find((one) => isItem(one, live[index]));
    return step !== undefined && isSameKey(step, item) && holdsAt(place, step, item, live[index]);
  });
}

function holdsAt({ fields, others, keys }: Place, step: string, desired: unknown, live: unknown): boolean {
  const below = own(fields, step);
  if (below === undefined) return false;
  const othersBelow = others.flatMap((set) => own(set, step) ?? []);
  return holds({ fields: below, others: othersBelow, keys: [...keys, step.slice(2)] }, desired, live);
}

/**
 * A field without anything below it is one value, or was empty when it was applied. What others hold inside it shows that it
 * was empty, and then what the manifest has there now is not ours yet.
 */
function isSame({ others, keys }: Place, desired: unknown, live: unknown): boolean {
  if (isNothing(desired) && live === undefined) return true;
  if (isAmount(keys) && sameQuantity(desired, live)) return true;
  return sameJson(desired, live) && others.every((set) => stepsOf(set).length === 0);
}

/** The manifest may leave out a part of the key that has a default, as the protocol of a port. */
function isSameKey(step: string, item: unknown): boolean {
  if (!step.startsWith('k:') || !isRecord(item)) return isItem(step, item);
  const key = JSON.parse(step.slice(2)) as Fields;
  return Object.entries(key).every(([name, value]) => !Object.hasOwn(item, name) || item[name] === value);
}

/** `null` and `[]` say the same as leaving the field out; the API server stores neither. */
function isNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}
