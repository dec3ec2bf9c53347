import { isRecord } from '../rollout/field.ts';
import { childPointer, type Pointer } from './position.ts';

/** One step of a field path: a key or an index as written, or the item of a list that has these values. */
type Step = { key: string } | { item: Record<string, unknown> } | { member: unknown };

/**
 * The JSON pointer, in the object, of a field path as the API server writes it: `spec.ports[0].nodePort` and
 * `metadata.annotations[a.b/c]` (validation: k8s.io/apimachinery field.Path), `.spec.containers[name="app"].ports` and
 * `[containerPort=80,protocol="TCP"]` (server-side apply: sigs.k8s.io/structured-merge-diff fieldpath). As far as the object has
 * it, and one key further: a field that is missing there has a place too. Never throws.
 */
export function pointerOf(path: string, object: unknown): Pointer {
  let value = object;
  let pointer: Pointer = '';
  for (const step of stepsOf(path)) {
    const key = keyOf(step, value);
    if (key === undefined) return pointer;
    pointer = childPointer(pointer, key);
    const next = Array.isArray(value)
      ? value[Number(key)]
      : isRecord(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
    if (next === undefined) return pointer;
    value = next;
  }
  return pointer;
}

function keyOf(step: Step, value: unknown): string | undefined {
  if (!Array.isArray(value)) return isRecord(value) && 'key' in step ? step.key : undefined;
  if ('key' in step) return /^\d+$/.test(step.key) && Number(step.key) < value.length ? step.key : undefined;
  const index = value.findIndex((item: unknown) =>
    'item' in step ? hasValues(item, step.item) : item === step.member,
  );
  return index === -1 ? undefined : String(index);
}

/** A key that the item does not write has its default on the server, e.g. `protocol`. */
function hasValues(item: unknown, wanted: Record<string, unknown>): boolean {
  if (!isRecord(item)) return false;
  const entries = Object.entries(wanted);
  const same = entries.filter(([key, value]) => item[key] === value);
  return same.length > 0 && entries.every(([key, value]) => item[key] === undefined || item[key] === value);
}

/** `a.b[0][k="v",n=1][="m"][x.y]`, with or without a first dot. A dot inside brackets or quotes parts nothing. */
function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  const token = /\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]|([^.[\]]+)/gy;
  for (let at = 0; at < path.length; at++) {
    token.lastIndex = at;
    const match = token.exec(path);
    if (match === null) continue;
    steps.push(match[1] === undefined ? { key: match[2] ?? '' } : bracket(match[1]));
    at = token.lastIndex - 1;
  }
  return steps;
}

function bracket(inside: string): Step {
  if (inside.startsWith('=')) return { member: literal(inside.slice(1)) };
  if (inside.startsWith('"')) return { key: String(literal(inside)) };
  const pairs = [...inside.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/gy)];
  if (pairs.length === 0) return { key: inside };
  return { item: Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, literal(value)])) };
}

function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
