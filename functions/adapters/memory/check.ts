import { refOf, type Manifest, type Ref } from '../../core/kubernetes.ts';
import { defines, isDefinition, serves } from '../../core/phases/custom-kinds.ts';
import { at } from '../../core/rollout/field.ts';
import { builtIn } from '../kubernetes/kinds.ts';
import { applyImpossible, applyRefused, kindUnknown, type Refusal } from '../kubernetes/status.ts';
import type { Conflict } from './merge.ts';
import type { Objects } from './objects.ts';
import { unknownFields } from './schema.ts';

/** The API server's checks before a merge. */
export function check(object: Manifest, objects: Objects): void {
  const ref = refOf(object);
  const resource = builtIn(ref.apiVersion, ref.kind) ?? customKind(ref, objects);
  if (resource === undefined) throw kindUnknown(ref);
  if (resource.namespaced && ref.namespace === undefined) throw applyImpossible(ref, 'names no namespace');
  if (object.metadata.managedFields !== undefined)
    throw refusal(ref, { code: 400, reason: 'BadRequest', message: 'metadata.managedFields must be nil' });
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: ref.namespace ?? '' };
  if (resource.namespaced && objects.get(namespace) === undefined)
    throw refusal(ref, { code: 404, reason: 'NotFound', message: `namespaces "${ref.namespace}" not found` });
  const unknown = unknownFields(object).map((field) => `${field}: field not declared in schema`);
  if (unknown.length === 0) return;
  const message = `failed to create typed patch object (${ref.apiVersion}, Kind=${ref.kind}): ${unknown.join(', ')}`;
  throw refusal(ref, { code: 500, reason: '', message });
}

function customKind(ref: Ref, objects: Objects): { namespaced: boolean } | undefined {
  const definition = objects.all().find((one) => isDefinition(one) && defines(one, ref) && serves(one, ref));
  return definition === undefined ? undefined : { namespaced: at(definition, 'spec', 'scope') === 'Namespaced' };
}

/** The answer to an apply that would take fields from other managers. */
export function conflict(ref: Ref, conflicts: Conflict[]): Error {
  const causes = conflicts.map(({ manager, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}" using ${ref.apiVersion}`,
    field,
  }));
  return refusal(ref, { code: 409, reason: 'Conflict', message: 'Apply failed', causes });
}

function refusal(ref: Ref, status: Omit<Refusal, 'causes'> & { causes?: Refusal['causes'] }): Error {
  const endpoint = { address: 'memory', tlsServerName: 'kubernetes', secret: undefined };
  return applyRefused({ causes: [], ...status }, ref, { verb: 'patch', resource: ref.kind }, endpoint);
}
