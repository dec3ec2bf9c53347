import { entriesOf, isMember, own, type FieldsEntry, type FieldSet } from '../../core/fields/set.ts';
import type { Manifest } from '../../core/kubernetes.ts';
import { fieldsOf, type Step } from './fields.ts';
import { ownerKey, ownerOf, type Owners } from './merge.ts';

/** The object as the API server shows it: with managedFields that say who owns what. */
export function withManagedFields(object: Manifest, owners: Owners): Manifest {
  const fields = fieldsOf(object);
  const managedFields = [...owners].map(([owner, paths]): FieldsEntry => {
    const fieldsV1: FieldSet = {};
    for (const path of paths) addField(fieldsV1, fields.get(path)?.steps ?? []);
    const { manager, operation, subresource } = ownerOf(owner);
    const { apiVersion } = object;
    const entry: FieldsEntry = { manager, operation, apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
    return subresource === '' ? entry : { ...entry, subresource };
  });
  return managedFields.length === 0 ? object : { ...object, metadata: { ...object.metadata, managedFields } };
}

/** Takes managedFields out of an object that is to be stored: what they say of the fields that it has. */
export function takeManagedFields(object: Manifest): { object: Manifest; owners: Owners } {
  const { managedFields: _, ...metadata } = object.metadata;
  const bare = { ...object, metadata };
  const fields = fieldsOf(bare);
  const owners = new Map<string, Set<string>>();
  for (const { manager, operation, subresource = '', fieldsV1 } of entriesOf(object)) {
    const paths = [...fields].flatMap(([path, { steps }]) => (has(fieldsV1, steps) ? path : []));
    if (paths.length > 0) owners.set(ownerKey({ manager, operation, subresource }), new Set(paths));
  }
  return { object: bare, owners };
}

function addField(set: FieldSet, steps: readonly Step[]): void {
  let at = set;
  for (const step of steps) {
    at = at[nameOf(step)] ??= {};
    if (typeof step === 'object') at['.'] = {};
  }
}

function has(set: FieldSet, steps: readonly Step[]): boolean {
  let at: FieldSet | undefined = set;
  for (const [index, step] of steps.entries()) {
    if (index > 0 && Object.keys(at).length === 0) return true;
    at = own(at, nameOf(step));
    if (at === undefined) return false;
  }
  return isMember(at);
}

function nameOf(step: Step): string {
  return typeof step === 'string' ? `f:${step}` : `k:${JSON.stringify({ name: step.name })}`;
}
