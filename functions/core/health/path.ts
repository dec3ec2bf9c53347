import { at } from '../rollout/field.ts';

/**
 * Paths of rules: `status.phase`, `status.parents[].conditions` for each entry of a list, `metadata.annotations['keda.sh/paused']` for
 * names with dots.
 */
export const pathPattern = /^[\w-]+(\[\])?(\.[\w-]+(\[\])?|\['[^']+'\](\[\])?)*$/;

/** Every value at the path; none when it leads nowhere. */
export function valuesAt(object: unknown, path: string): unknown[] {
  let found: unknown[] = [object];
  for (const [, quoted, plain, each] of path.matchAll(/(?:\['([^']+)'\]|([\w-]+))|(\[\])/g)) {
    found =
      each === undefined
        ? found.map((value) => at(value, quoted ?? plain ?? '')).filter((value) => value !== undefined)
        : found.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : []));
  }
  return found;
}

/** How a value is compared and shown: '' for lists, objects and nothing. */
export function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
