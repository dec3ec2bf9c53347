import { invalid } from '../invalid.ts';

/** The keys of the objects that are open, the innermost last. */
export interface Keys {
  /** An object begins. */
  open(): void;
  /** It has this key, too. Throws `invalid` for one that is there twice, and when there are more than may be held. */
  add(key: string): void;
  /** It has ended. */
  close(): void;
}

/** Of all objects that are open, in characters. A report has far fewer. */
const MOST = 8 * 1024 * 1024;
/** Up to so many are compared one by one, which is faster. */
const FEW = 16;

export function openKeys(): Keys {
  const keys: string[] = [];
  /** Of each open object: where its keys begin, and all of them once they are many. */
  const begins: number[] = [];
  const sets: (Set<string> | undefined)[] = [];
  let size = 0;

  function isThere(key: string, from: number): boolean {
    for (let at = from; at < keys.length; at++) if (keys[at] === key) return true;
    return false;
  }

  return {
    open() {
      begins.push(keys.length);
      sets.push(undefined);
    },
    add(key) {
      const from = begins[begins.length - 1] ?? 0;
      const many = sets[sets.length - 1];
      if (many === undefined ? isThere(key, from) : many.has(key)) throw invalid('has a key twice in one object');
      keys.push(key);
      many?.add(key);
      if (many === undefined && keys.length - from > FEW) sets[sets.length - 1] = new Set(keys.slice(from));
      size += key.length;
      if (size > MOST) throw invalid(`holds objects with keys of more than ${MOST} characters`);
    },
    close() {
      const from = begins.pop() ?? 0;
      sets.pop();
      while (keys.length > from) size -= keys.pop()?.length ?? 0;
    },
  };
}
