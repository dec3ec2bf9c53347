import { invalid } from '../invalid.ts';
import { openKeys } from './keys.ts';

/** Keys and places (from 0) from the root of the value on. It changes while reading goes on: copy what is to be kept. */
export type Path = readonly (string | number)[];

/**
 * `walk`: its members are shown one by one. `take`: it comes whole. `skip`: only its grammar is checked. Keys: it comes with these
 * members only (each of them whole), and of all others only the grammar is checked; a list has them all.
 */
export type Step = 'walk' | 'take' | 'skip' | ReadonlySet<string>;

/** Is shown a JSON value piece by piece. It decides for each object and list how it comes. */
export interface Visitor {
  enter(path: Path, kind: 'object' | 'array'): Step;
  /** A text, number, boolean or null that is a member of what is walked (or the root), and whatever was to be taken whole. */
  take(path: Path, value: unknown): void;
  /** What was walked has ended. */
  leave?(path: Path): void;
}

/** Puts tokens together. Throws `invalid` for one that may not stand where it is. `offset`: where it begins, in bytes. */
export interface Structure {
  open(isObject: boolean, offset: number): void;
  close(isObject: boolean): void;
  colon(): void;
  comma(): void;
  /** Whether it matters what the next text says: of what is skipped, only keys do. */
  isRead(): boolean;
  /** A text, number, boolean or null; a key is one, too. */
  scalar(value: string | number | boolean | null, offset: number): void;
  /** Throws `invalid` unless exactly one value has ended. */
  end(): void;
}

const MAX_DEPTH = 100;
const MAX_TAKEN_BYTES = 8 * 1024 * 1024;

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'nothing';

/** An object or a list that is open. */
interface Frame {
  isObject: boolean;
  mode: 'walk' | 'take' | 'skip';
  /** Of an object of which not all is taken: the keys of what is. */
  wanted: ReadonlySet<string> | undefined;
  /** What is put together, when it is taken. */
  value: Record<string, unknown> | unknown[] | undefined;
  /** The key, or the place in the list, of the member that is read. */
  at: string | number;
  /** How that member comes, unless the visitor is asked. */
  inner: 'walk' | 'take' | 'skip';
}

export function openStructure(visitor: Visitor): Structure {
  /** Those that are open come first; the others are of those that have ended, and are used again. */
  const frames: Frame[] = [];
  let depth = 0;
  const path: (string | number)[] = [];
  const keys = openKeys();
  let expected: Expected = 'value';
  let takenFrom = 0;
  /** Where the last token was that was checked. */
  let checked = 0;
  /** The innermost frame. */
  let parent: Frame | undefined;

  function open(isObject: boolean, offset: number): void {
    expectValue();
    if (depth === MAX_DEPTH) throw invalid(`is nested deeper than ${MAX_DEPTH}`);
    const inner = parent?.inner ?? 'walk';
    const step = inner === 'walk' ? visitor.enter(path, isObject ? 'object' : 'array') : inner;
    const mode = typeof step === 'object' ? 'take' : step;
    if (inner === 'walk' && mode === 'take') takenFrom = checked = offset;
    else checkTaken(offset);
    parent = frames[depth] ??= { isObject, mode, wanted: undefined, value: undefined, at: 0, inner: mode };
    depth++;
    parent.isObject = isObject;
    parent.mode = parent.inner = mode;
    parent.wanted = isObject && typeof step === 'object' ? step : undefined;
    parent.value = mode === 'take' ? (isObject ? {} : []) : undefined;
    parent.at = 0;
    path.push(0);
    if (isObject) keys.open();
    expected = isObject ? 'first key' : 'first value';
  }

  function close(isObject: boolean): void {
    if (parent === undefined || parent.isObject !== isObject) throw unexpected();
    if (expected !== 'comma' && expected !== (isObject ? 'first key' : 'first value')) throw unexpected();
    const { mode, value } = parent;
    parent.value = undefined;
    depth--;
    path.pop();
    if (isObject) keys.close();
    parent = depth === 0 ? undefined : frames[depth - 1];
    if (mode === 'walk') visitor.leave?.(path);
    else if (mode === 'take') give(value);
    ended();
  }

  /** A value that is taken goes to where it belongs. */
  function give(value: unknown): void {
    if (parent === undefined || parent.mode === 'walk') visitor.take(path, value);
    else if (parent.inner === 'take') put(parent, value);
  }

  /** A value has ended. */
  function ended(): void {
    expected = parent === undefined ? 'nothing' : 'comma';
  }

  function key(value: string): void {
    if (parent === undefined) throw unexpected();
    keys.add(value);
    parent.at = value;
    if (parent.wanted !== undefined) parent.inner = parent.wanted.has(value) ? 'take' : 'skip';
    path[path.length - 1] = value;
    expected = 'colon';
  }

  function checkTaken(offset: number): void {
    if (parent === undefined || parent.mode !== 'take') return;
    // A member that is skipped does not count.
    if (parent.inner === 'skip') takenFrom += offset - checked;
    checked = offset;
    if (offset - takenFrom > MAX_TAKEN_BYTES) throw invalid(`holds a piece of more than ${MAX_TAKEN_BYTES} bytes`);
  }

  function expectValue(): void {
    if (expected !== 'value' && expected !== 'first value') throw unexpected();
  }

  function unexpected(): Error {
    return invalid(expected === 'nothing' ? 'is not JSON: more follows after its end' : 'is not JSON');
  }

  return {
    open,
    close,
    colon() {
      if (expected !== 'colon') throw unexpected();
      expected = 'value';
    },
    comma() {
      if (expected !== 'comma' || parent === undefined) throw unexpected();
      expected = parent.isObject ? 'key' : 'value';
      if (!parent.isObject) path[path.length - 1] = parent.at = (parent.at as number) + 1;
    },
    isRead() {
      return expected === 'key' || expected === 'first key' || parent === undefined || parent.inner !== 'skip';
    },
    scalar(value, offset) {
      checkTaken(offset);
      if (expected === 'key' || expected === 'first key') {
        if (typeof value !== 'string') throw unexpected();
        return key(value);
      }
      expectValue();
      give(value);
      ended();
    },
    end() {
      if (expected === 'nothing') return;
      throw invalid(depth === 0 ? 'is empty' : 'is cut off');
    },
  };
}

/** `__proto__` is a key like others. */
function put({ value: owner, at }: Frame, value: unknown): void {
  if (Array.isArray(owner)) owner.push(value);
  else if (at === '__proto__')
    Object.defineProperty(owner, at, { value, enumerable: true, configurable: true, writable: true });
  else if (owner !== undefined) owner[at] = value;
}
