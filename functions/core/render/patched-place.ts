import { isRecord } from '../rollout/field.ts';
import { applyOperation, valueAt, type PatchOperation } from './patch.ts';
import { childPointer, parentPointer, pointerKeys, type Pointer, type Position } from './position.ts';

/** Where the value at the pointer is written, or its nearest parent; `part` is a piece of it, see YamlDocument. */
export type Locate = (pointer: Pointer, part?: string) => Position;

/** Where values are written after an operation of RFC 6902. `before` is how it was; `written` is the operation's place in the overlay. */
export function afterOperation(
  value: unknown,
  operation: PatchOperation,
  before: Locate,
  overlay: Locate,
  written: Pointer,
): Locate {
  const { op, path, from = '' } = operation;
  const here: Locate = (_, part) => overlay(written, part);
  const given: Locate = (below, part) => overlay(`${written}/value${below}`, part);
  const original: Locate = (below, part) => before(from + below, part);
  switch (op) {
    case 'test':
      return before;
    case 'remove':
      return withoutValue(value, path, before, here);
    case 'replace':
      return under(path, given, before);
    case 'add':
      return withValue(value, path, given, before);
    case 'copy':
      return withValue(value, path, original, before);
    case 'move': {
      const left = applyOperation(structuredClone(value), { op: 'remove', path: from });
      return withValue(left, path, original, withoutValue(value, from, before, here));
    }
  }
}

/** Where values are written after a merge patch (RFC 7386) that stands at `written` in the overlay. */
export function afterMerge(value: unknown, patch: unknown, before: Locate, overlay: Locate, written: Pointer): Locate {
  return (pointer, part) => {
    let [target, merged] = [value, patch];
    for (const key of pointerKeys(pointer)) {
      if (!isRecord(merged)) break;
      if (!Object.hasOwn(merged, key))
        return isRecord(target) ? before(pointer, part) : overlay(written + pointer, part);
      merged = merged[key];
      target = isRecord(target) && Object.hasOwn(target, key) ? target[key] : undefined;
    }
    // A map that was there before still begins where it did.
    return isRecord(merged) && isRecord(target) ? before(pointer, part) : overlay(written + pointer, part);
  };
}

function under(path: Pointer, own: Locate, other: Locate): Locate {
  return (pointer, part) => (isAtOrBelow(pointer, path) ? own(pointer.slice(path.length), part) : other(pointer, part));
}

function withValue(value: unknown, path: Pointer, own: Locate, before: Locate): Locate {
  const list = parentPointer(path);
  const items = path === '' ? undefined : valueAt(value, list);
  if (!Array.isArray(items)) return under(path, own, before);
  const key = pointerKeys(path).at(-1);
  const index = key === '-' ? items.length : Number(key);
  return under(childPointer(list, index), own, shifted(list, index + 1, -1, before));
}

function withoutValue(value: unknown, path: Pointer, before: Locate, gone: Locate): Locate {
  const list = parentPointer(path);
  const index = Number(pointerKeys(path).at(-1));
  if (path !== '' && Array.isArray(valueAt(value, list))) return shifted(list, index, 1, before);
  return under(path, gone, before);
}

/** Items of the list from `first` on were `by` places further. */
function shifted(list: Pointer, first: number, by: number, before: Locate): Locate {
  return (pointer, part) => {
    if (!pointer.startsWith(`${list}/`)) return before(pointer, part);
    const [key = '', ...below] = pointer.slice(list.length + 1).split('/');
    if (!/^\d+$/.test(key) || Number(key) < first) return before(pointer, part);
    return before([list, Number(key) + by, ...below].join('/'), part);
  };
}

function isAtOrBelow(pointer: Pointer, path: Pointer): boolean {
  return pointer === path || pointer.startsWith(`${path}/`);
}
