/** Reading fields of objects that come from outside: whatever is there, these answer with the type asked for. */

export type Fields = Record<string, unknown>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at the end of the path, or undefined. Only own fields count. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) found = isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return found;
}

/** The text there, or ''. */
export function textAt(value: unknown, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number there, or `otherwise`. */
export function numberAt(value: unknown, otherwise: number, ...path: string[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : otherwise;
}

/** The objects of the list there; what is no object is left out. */
export function listAt(value: unknown, ...path: string[]): Fields[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** Milliseconds since the epoch of the timestamp there, or undefined. */
export function timeAt(value: unknown, ...path: string[]): number | undefined {
  const time = Date.parse(textAt(value, ...path));
  return Number.isNaN(time) ? undefined : time;
}
