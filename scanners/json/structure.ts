import { invalid } from '../invalid.ts';

/** Keys and places (from 0) from the root of the value on. It changes while reading goes on: copy what is to be kept. */
export type Path = readonly (string | number)[];

/** Is shown a JSON value piece by piece. It decides for each object and list how it comes. */
export interface Visitor {
  /** `walk`: its members are shown one by one. `take`: it comes whole. `skip`: only its grammar is checked. */
  enter(path: Path, kind: 'object' | 'array'): 'walk' | 'take' | 'skip';
  /** A text, number, boolean or null that is a member of what is walked (or the root), and whatever was to be taken whole. */
  take(path: Path, value: unknown): void;
  /** What was walked has ended. */
  leave?(path: Path): void;
}

/** Puts tokens together. Numbers of the token types are those of the tokenizer. */
export interface Structure {
  token(type: number, value: unknown, offset: number): void;
  /** Throws `invalid` unless exactly one value has ended. */
  end(): void;
}

const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST, COLON, COMMA, , , , STRING, , SEPARATOR] = Array.from(
  { length: 12 },
  (_, type) => type,
);
const MAX_DEPTH = 100;
const MAX_TAKEN_BYTES = 8 * 1024 * 1024;

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'nothing';

interface Frame {
  isObject: boolean;
  mode: 'walk' | 'take' | 'skip';
  /** What is put together, when it is taken. */
  value: Record<string, unknown> | unknown[] | undefined;
  /** The keys of an object that is not taken; one that is has them itself. */
  keys: Set<string> | undefined;
  /** The key, or the place in the list, of the member that is read. */
  at: string | number;
}

export function openStructure(visitor: Visitor): Structure {
  const frames: Frame[] = [];
  const path: (string | number)[] = [];
  let expected: Expected = 'value';
  let takenFrom = 0;

  function open(isObject: boolean, offset: number): void {
    if (frames.length === MAX_DEPTH) throw invalid(`is nested deeper than ${MAX_DEPTH}`);
    const parent = frames.at(-1);
    const isMet = parent === undefined || parent.mode === 'walk';
    const mode = isMet ? visitor.enter(path, isObject ? 'object' : 'array') : parent.mode;
    if (isMet && mode === 'take') takenFrom = offset;
    const value = mode === 'take' ? (isObject ? {} : []) : undefined;
    frames.push({ isObject, mode, value, keys: isObject && value === undefined ? new Set() : undefined, at: 0 });
    path.push(0);
    expected = isObject ? 'first key' : 'first value';
  }

  function close(isObject: boolean): void {
    const frame = frames.pop();
    if (frame === undefined || frame.isObject !== isObject) throw invalid('is not JSON');
    path.pop();
    if (frame.mode === 'walk') visitor.leave?.(path);
    const parent = frames.at(-1);
    if (frame.mode === 'take') {
      if (parent?.mode === 'take') put(parent, frame.value);
      else visitor.take(path, frame.value);
    }
    ended(parent);
  }

  function scalar(value: unknown): void {
    const parent = frames.at(-1);
    if (parent === undefined || parent.mode === 'walk') visitor.take(path, value);
    else if (parent.mode === 'take') put(parent, value);
    ended(parent);
  }

  /** A value has ended. */
  function ended(parent: Frame | undefined): void {
    expected = parent === undefined ? 'nothing' : 'comma';
  }

  function key(value: string): void {
    const frame = frames.at(-1);
    if (frame === undefined) throw invalid('is not JSON');
    if (frame.value === undefined ? frame.keys?.has(value) : Object.hasOwn(frame.value, value))
      throw invalid('has a key twice in one object');
    frame.keys?.add(value);
    frame.at = value;
    path[path.length - 1] = value;
    expected = 'colon';
  }

  function comma(): void {
    const frame = frames.at(-1);
    if (expected !== 'comma' || frame === undefined) throw invalid('is not JSON');
    if (frame.isObject) {
      expected = 'key';
    } else {
      frame.at = Number(frame.at) + 1;
      path[path.length - 1] = frame.at;
      expected = 'value';
    }
  }

  return {
    token(type, value, offset) {
      if (offset - takenFrom > MAX_TAKEN_BYTES && frames.at(-1)?.mode === 'take')
        throw invalid(`holds a piece of more than ${MAX_TAKEN_BYTES} bytes`);
      if (expected === 'nothing') throw invalid('is not JSON: more follows after its end');
      if (type === COMMA) return comma();
      if (type === CLOSE_OBJECT || type === CLOSE_LIST) {
        if (expected !== 'comma' && expected !== (type === CLOSE_OBJECT ? 'first key' : 'first value'))
          throw invalid('is not JSON');
        return close(type === CLOSE_OBJECT);
      }
      if (expected === 'key' || expected === 'first key') {
        if (type !== STRING) throw invalid('is not JSON');
        return key(value as string);
      }
      if (expected === 'colon') {
        if (type !== COLON) throw invalid('is not JSON');
        expected = 'value';
        return;
      }
      if (expected === 'comma' || type === COLON || type === SEPARATOR) throw invalid('is not JSON');
      if (type === OPEN_OBJECT || type === OPEN_LIST) return open(type === OPEN_OBJECT, offset);
      return scalar(value);
    },
    end() {
      if (expected === 'nothing') return;
      throw invalid(frames.length === 0 ? 'is empty' : 'is cut off');
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
