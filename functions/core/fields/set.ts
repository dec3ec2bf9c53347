import { at, isRecord, listAt, textAt } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';

/**
 * Fields of an object in the form FieldsV1 of managedFields: `f:key` is a field, `k:{"name":"web"}` an item of a keyed list,
 * `v:"x"` an item of a set. An empty set below stands for the field itself; beside others, `.` does.
 */
export type FieldSet = { [step: string]: FieldSet };

/** One entry of metadata.managedFields. */
export interface FieldsEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: FieldSet;
  subresource?: string;
}

/** The entries of an object, as they are; what is no entry is left out. */
export function entriesOf(object: Manifest | undefined): FieldsEntry[] {
  return listAt(object, 'metadata', 'managedFields').filter(
    (entry): entry is Record<string, unknown> & FieldsEntry =>
      textAt(entry, 'manager') !== '' && isRecord(entry['fieldsV1']),
  );
}

/** The entry in which server-side apply keeps what the manager applied. */
export function appliedBy(entries: readonly FieldsEntry[], manager: string): FieldsEntry | undefined {
  return entries.find((entry) => entry.manager === manager && entry.operation === 'Apply' && !isSubresource(entry));
}

/** True for fields that were set through `/status`, `/scale` and the like: another door, with owners of its own. */
export function isSubresource(entry: FieldsEntry): boolean {
  return textAt(entry, 'subresource') !== '';
}

/** What is in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { ...a };
  for (const [step, below] of Object.entries(b)) {
    const other = own(result, step);
    result[step] = other === undefined ? below : join(other, below);
  }
  return result;
}

/** An empty set below is the field itself: it must not get lost among what the other set has there. */
function join(a: FieldSet, b: FieldSet): FieldSet {
  if (isLeaf(a) && isLeaf(b)) return {};
  const both = union(a, b);
  return isLeaf(a) || isLeaf(b) ? { '.': {}, ...both } : both;
}

/** True when the set holds the field that it stands for itself, not only fields below it. */
export function isMember(set: FieldSet): boolean {
  return isLeaf(set) || own(set, '.') !== undefined;
}

function isLeaf(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

/** The steps below, without the one that stands for the field itself. */
export function stepsOf(set: FieldSet): string[] {
  return Object.keys(set).filter((step) => step !== '.');
}

/** What the set has below a step; undefined when it has nothing there. */
export function own(set: FieldSet, step: string): FieldSet | undefined {
  return at(set, step) as FieldSet | undefined;
}

/** True when the item of a list is the one that the step `k:…` or `v:…` names. */
export function isItem(step: string, item: unknown): boolean {
  const named = parse(step.slice(2));
  if (step.startsWith('v:')) return item === named;
  if (!step.startsWith('k:') || !isRecord(named) || !isRecord(item)) return false;
  return Object.entries(named).every(([key, value]) => at(item, key) === value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
