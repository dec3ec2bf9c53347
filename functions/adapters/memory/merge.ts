import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from '../../core/kubernetes.ts';
import { fieldsOf, removeField, setField } from './fields.ts';

/** Which fields each manager applied. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

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
  const others = [...owners].filter(([manager]) => manager !== how.manager);
  const differing = [...wanted].filter(([path, { value }]) => !isDeepStrictEqual(current.get(path)?.value, value));
  const conflicts = others.flatMap(([manager, owned]) =>
    differing.filter(([path]) => owned.has(path)).map(([field]) => ({ manager, field })),
  );
  if (conflicts.length > 0 && !how.force) return { conflicts };

  const object = structuredClone(live);
  const taken = new Set(conflicts.map(({ field }) => field));
  const left = new Map(
    others.map(([manager, owned]) => [manager, new Set([...owned].filter((path) => !taken.has(path)))]),
  );
  for (const path of owners.get(how.manager) ?? []) {
    const steps = current.get(path)?.steps;
    const isKept = wanted.has(path) || [...left.values()].some((owned) => owned.has(path));
    if (steps !== undefined && !isKept) removeField(object, steps);
  }
  for (const { steps, value } of wanted.values()) setField(object, steps, value);
  return { object, owners: new Map([...left, [how.manager, new Set(wanted.keys())]]) };
}
