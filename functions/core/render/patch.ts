import { isRecord } from '../rollout/field.ts';
import { childPointer, parentPointer, pointerKeys, type Pointer } from './position.ts';

/** One operation of RFC 6902. */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: Pointer;
  from?: Pointer | undefined;
  value?: unknown;
}

/** RFC 7386: `null` removes, objects are merged, all else (lists too) replaces. Returns a new value. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return structuredClone(patch);
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value);
  }
  return result;
}

/** RFC 6902, all or nothing. Returns a new value, or throws an Error that says which operation fails and why. */
export function jsonPatch(target: unknown, operations: readonly PatchOperation[]): unknown {
  let result = structuredClone(target);
  for (const [index, operation] of operations.entries()) {
    try {
      result = applyOperation(result, operation);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`operation ${index + 1} (${operation.op} ${operation.path}): ${why}`, { cause: error });
    }
  }
  return result;
}

/** The value after one operation; `root` itself may change. Throws an Error that says why it fails, without any value: it may be a secret. */
export function applyOperation(root: unknown, operation: PatchOperation): unknown {
  const { op, path, from = '' } = operation;
  switch (op) {
    case 'add':
      return add(root, path, structuredClone(needValue(operation)));
    case 'remove':
      return remove(root, path);
    case 'replace':
      if (path === '') return structuredClone(needValue(operation));
      read(root, path);
      return replace(root, path, structuredClone(needValue(operation)));
    case 'copy':
      return add(root, path, structuredClone(read(root, from)));
    case 'move': {
      if (path !== from && path.startsWith(`${from}/`)) throw new Error('a value cannot be moved into itself');
      const value = read(root, from);
      return add(remove(root, from), path, value);
    }
    case 'test':
      if (!sameJson(read(root, path), needValue(operation)))
        throw new Error(`the value at ${path || 'the top'} is another one than the test expects`);
      return root;
  }
}

function needValue(operation: PatchOperation): unknown {
  if (!Object.hasOwn(operation, 'value')) throw new Error('it has no value');
  return operation.value;
}

function read(root: unknown, pointer: Pointer): unknown {
  let value = root;
  let seen: Pointer = '';
  for (const key of keysOf(pointer)) {
    seen = childPointer(seen, key);
    if (Array.isArray(value) && /^(0|[1-9]\d*)$/.test(key) && Number(key) < value.length) value = value[Number(key)];
    else if (isRecord(value) && Object.hasOwn(value, key)) value = value[key];
    else throw new Error(`there is nothing at ${seen}`);
  }
  return value;
}

/** The value at the pointer, or undefined. */
export function valueAt(root: unknown, pointer: Pointer): unknown {
  try {
    return read(root, pointer);
  } catch {
    return undefined;
  }
}

function add(root: unknown, pointer: Pointer, value: unknown): unknown {
  if (pointer === '') return value;
  const { parent, key } = parentOf(root, pointer);
  if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : indexIn(parent.length, key), 0, value);
  else parent[key] = value;
  return root;
}

function replace(root: unknown, pointer: Pointer, value: unknown): unknown {
  const { parent, key } = parentOf(root, pointer);
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else parent[key] = value;
  return root;
}

function remove(root: unknown, pointer: Pointer): unknown {
  read(root, pointer);
  if (pointer === '') return null;
  const { parent, key } = parentOf(root, pointer);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return root;
}

function parentOf(root: unknown, pointer: Pointer): { parent: unknown[] | Record<string, unknown>; key: string } {
  const key = keysOf(pointer).at(-1) ?? '';
  const parent = read(root, parentPointer(pointer));
  if (key === '__proto__') throw new Error('the key __proto__ is not allowed');
  if (Array.isArray(parent) || isRecord(parent)) return { parent, key };
  throw new Error(`there is no object or list at ${parentPointer(pointer) || 'the top'}`);
}

function keysOf(pointer: Pointer): string[] {
  if (pointer !== '' && !pointer.startsWith('/')) throw new Error('a path starts with /');
  return pointerKeys(pointer);
}

function indexIn(length: number, key: string): number {
  if (/^(0|[1-9]\d*)$/.test(key) && Number(key) <= length) return Number(key);
  throw new Error(`${key} is no index of a list of ${length}`);
}

/** True when both are the same JSON value; the order of keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
