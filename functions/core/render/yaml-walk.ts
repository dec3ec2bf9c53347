import type { Pointer } from './position.ts';

/** How much a document may hold. `values` counts what is there once aliases are written out: 64 aliases can name billions. */
export interface DocumentLimits {
  values: number;
  depth: number;
  aliases: number;
}

export interface Scan {
  /** Where each value is written, from its key on if it has one; `end` is that of a scalar. */
  places: Map<Pointer, { start: number; end: number }>;
  problems: { offset: number; path: Pointer; message: string }[];
}

/** How large a value is, and which keys it has: what an alias of it brings. */
interface Extent {
  values: number;
  /** Levels below. */
  depth: number;
  keys: ReadonlySet<string>;
}

/** A map or list whose end is still to come. */
export interface Frame {
  pointer: Pointer;
  anchor: string | undefined;
  /** Index of the next item, for a list. */
  index: number | undefined;
  /** The key that waits for its value, for a map. */
  key: string | undefined;
  keys: Set<string>;
  /** Keys that a `<<` brought. */
  merged: Set<string>;
  /** The map that this is merged into: it is the value of a `<<`, or in the list that is. */
  into: Frame | undefined;
  values: number;
  depth: number;
}

/** What is known at one point of a document. */
export interface Walk {
  text: string;
  limits: DocumentLimits;
  scan: Scan;
  stack: Frame[];
  anchors: Map<string, Extent>;
  values: number;
  aliases: number;
}

/** A value has ended: its parent grows by it, its anchor stands for it, and if it is the value of a `<<` its keys are merged. */
export function leave(walk: Walk, frame: Frame): void {
  const { anchor, values, depth, keys, merged, into } = frame;
  const extent: Extent = { values, depth, keys: new Set([...keys, ...merged]) };
  if (anchor !== undefined) walk.anchors.set(anchor, extent);
  grow(walk.stack.at(-1), extent);
  if (into !== undefined && frame.index === undefined) {
    merge(walk, extent.keys, into, walk.scan.places.get(frame.pointer)?.start ?? 0);
  }
}

/** The parent holds a value of that extent, too. */
export function grow(parent: Frame | undefined, { values, depth }: Extent): void {
  if (parent === undefined) return;
  parent.values += values;
  parent.depth = Math.max(parent.depth, depth + 1);
}

/** A merged key gives way to one that is written out, wherever it stands; for kubectl only if that comes after the merge. */
export function merge({ scan }: Walk, keys: ReadonlySet<string>, into: Frame, offset: number): void {
  const clash = [...keys].filter((key) => key !== '<<' && into.keys.has(key));
  for (const key of keys) into.merged.add(key);
  if (clash.length === 0) return;
  const message = `kubectl would take ${clash.join(', ')} from the merge: put << before the keys that are to win`;
  scan.problems.push({ offset, path: into.pointer, message });
}

/** Notes the problem; false, as nothing is to be read after it. */
export function stop({ scan }: Walk, offset: number, path: Pointer, message: string): false {
  scan.problems.push({ offset, path, message });
  return false;
}
