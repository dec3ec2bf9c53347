import type { Manifest } from '../kubernetes.ts';
import { isRecord, type Fields } from '../rollout/field.ts';
import { isItem, isMember, own, stepsOf, type FieldSet } from './set.ts';

/**
 * The object without the fields that were `ours` and that no set of `kept` holds: what server-side apply does to fields that a
 * manager stops to apply. What the API server then fills in by default is not known here. The input stays as it is.
 */
export function removeFields(object: Manifest, ours: FieldSet, kept: readonly FieldSet[]): Manifest {
  return prune(object, ours, kept) as Manifest;
}

function prune(value: unknown, ours: FieldSet, kept: readonly FieldSet[]): unknown {
  if (isRecord(value)) return pruneMap(value, ours, kept);
  if (Array.isArray(value)) return pruneList(value, ours, kept);
  return value;
}

function pruneMap(map: Fields, ours: FieldSet, kept: readonly FieldSet[]): Fields {
  const result = { ...map };
  for (const step of stepsOf(ours)) {
    const key = step.slice(2);
    if (!step.startsWith('f:') || !Object.hasOwn(map, key)) continue;
    const left = pruneAt(map[key], step, ours, kept);
    if (left === gone) delete result[key];
    else result[key] = left;
  }
  return result;
}

function pruneList(list: unknown[], ours: FieldSet, kept: readonly FieldSet[]): unknown[] {
  const steps = stepsOf(ours);
  return list.flatMap((item: unknown) => {
    const step = steps.find((one) => isItem(one, item));
    if (step === undefined) return [item];
    const left = pruneAt(item, step, ours, kept);
    return left === gone ? [] : [left];
  });
}

const gone = Symbol('gone');

function pruneAt(value: unknown, step: string, ours: FieldSet, kept: readonly FieldSet[]): unknown {
  const below = own(ours, step) ?? {};
  const keptBelow = kept.flatMap((set) => own(set, step) ?? []);
  if (isMember(below) && keptBelow.length === 0) return gone;
  const left = prune(value, below, keptBelow);
  // A map or list in which nothing is left is not there; one that was empty before is.
  return isHollow(left) && !isHollow(value) ? gone : left;
}

function isHollow(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}
