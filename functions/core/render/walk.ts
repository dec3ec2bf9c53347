import { isRecord } from '../rollout/field.ts';
import { childPointer, type Pointer } from './position.ts';

/** Visits the value and all that is in it, each with its pointer. */
export function walk(value: unknown, path: Pointer, visit: (value: unknown, path: Pointer) => void): void {
  visit(value, path);
  if (Array.isArray(value)) value.forEach((item, index) => walk(item, childPointer(path, index), visit));
  else if (isRecord(value)) for (const [key, item] of Object.entries(value)) walk(item, childPointer(path, key), visit);
}
