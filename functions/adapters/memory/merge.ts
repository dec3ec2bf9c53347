import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '../../core/kubernetes.ts';
import { fieldsOf, removeField, setField } from './fields.ts';

/** Which fields each owner has, by its key. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

/** Who set fields, and through which door. */
export interface Owner {
  manager: string;
  operation: 'Apply' | 'Update';
  subresource: string;
}

export function ownerKey({ manager, operation, subresource }: Owner): string {
  return JSON.stringify([manager, operation, subresource]);
}

export function ownerOf(key: string): Owner {
  const [manager, operation, subresource] = JSON.parse(key) as [string, Owner['operation'], string];
  return { manager, operation, subresource };
}

export interface Conflict {
  manager: string;
  field: string;
}

/**
 * Server-side apply in small: the manager's fields get its values, fields that it left out and nobody else owns go away, and
 * a field with another value of another manager is a conflict, unless forced. Neither argument is changed.
 */
export function merge(
  live: Manifest,
  owners: Owners,
  applied: Manifest,
  how: { manager: string; force: boolean },
): { object: Manifest; owners: Owners } | { conflicts: Conflict[] } {
  const [wanted, current] = [fieldsOf(applied), fieldsOf(live)];
  const ours = ownerKey({ manager: how.manager, operation: 'Apply', subresource: '' });
  const others = [...owners].filter(([owner]) => owner !== ours);
  const differing = [...wanted].filter(([path, { value }]) => !isDeepStrictEqual(current.get(path)?.value, value));
  const conflicts = others.flatMap(([owner, owned]) =>
    differing.filter(([path]) => owned.has(path)).map(([field]) => ({ manager: ownerOf(owner).manager, field })),
  );
  if (conflicts.length > 0 && !how.force) return { conflicts };

  const object = structuredClone(live);
  const taken = new Set(conflicts.map(({ field }) => field));
  const left = new Map(others.map(([owner, owned]) => [owner, new Set([...owned].filter((path) => !taken.has(path)))]));
  for (const path of owners.get(ours) ?? []) {
    const steps = current.get(path)?.steps;
    const isKept = wanted.has(path) || [...left.values()].some((owned) => owned.has(path));
    if (steps !== undefined && !isKept) removeField(object, steps);
  }
  for (const { steps, value } of wanted.values()) setField(object, steps, value);
  return { object, owners: new Map([...left, [ours, new Set(wanted.keys())]]) };
}
