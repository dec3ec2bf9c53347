import { invalid } from '../invalid.ts';
import type { Path, Visitor } from './read.ts';

type Kind = 'object' | 'array';

/** What is done with one object or list of a report. */
interface Piece {
  step: 'walk' | 'take' | 'skip';
  /** Of an object that is walked: its fields that are objects or lists. One that is not named here makes the report invalid. */
  fields?: Readonly<Record<string, Shape>>;
  /** Of a list that is walked: its members. */
  each?: Shape;
  entered?: () => void;
  scalar?: (key: string, value: unknown) => void;
  taken?: (value: never, where: string) => void;
  left?: () => void;
}

/** What may stand at one place of a report: an object, a list or either. Anything else there makes the report invalid. */
export interface Shape {
  object?: Piece;
  array?: Piece;
  /** The tool writes null there for "none". */
  isNullable?: boolean;
}

type Hooks = Pick<Piece, 'entered' | 'scalar' | 'left'>;
export type Json = Readonly<Record<string, unknown>>;

/** An object that is walked; its texts and numbers go to `scalar`. */
export function walked(fields: Readonly<Record<string, Shape>>, hooks: Hooks = {}): Shape {
  return { object: { step: 'walk', fields, ...hooks } };
}

/** A list that is walked. */
export function listOf(each: Shape, hooks: Hooks = {}): Shape {
  return { array: { step: 'walk', each, ...hooks } };
}

/** An object that comes whole. */
export function taken(read: (value: Json, where: string) => void): Shape {
  return { object: { step: 'take', taken: read } };
}

/** Whatever it is, it does not matter here. */
export const skipped: Shape = { object: { step: 'skip' }, array: { step: 'skip' }, isNullable: true };

/** Fields that do not matter. */
export function skippedAll(keys: readonly string[]): Record<string, Shape> {
  return Object.fromEntries(keys.map((key) => [key, skipped]));
}

/**
 * Reads a report of this name (`a report of grype`) that has this shape. Throws `invalid` where it has another one: what is not known
 * may hold findings.
 */
export function visitorOf(name: string, root: Shape): Required<Visitor> {
  const pieces: Piece[] = [];

  function expectedAt(path: Path): Shape | undefined {
    const key = path.at(-1);
    if (key === undefined) return root;
    const parent = pieces[path.length - 1];
    if (typeof key === 'number') return parent?.each;
    return parent?.fields !== undefined && Object.hasOwn(parent.fields, key) ? parent.fields[key] : undefined;
  }

  function pieceAt(path: Path, kind: Kind): Piece {
    const shape = expectedAt(path);
    const piece = shape?.[kind];
    if (piece !== undefined) return piece;
    if (shape !== undefined) throw wrong(name, path, shape);
    const field = `a field ${nameOf(path)} that this version cannot read`;
    throw invalid(path.length > 1 ? `has ${field}` : `is not ${name}, or of a newer version: it has ${field}`);
  }

  return {
    enter(path, kind) {
      const piece = pieceAt(path, kind);
      pieces.length = path.length;
      pieces.push(piece);
      if (piece.step === 'walk') piece.entered?.();
      return piece.step;
    },
    take(path, value) {
      if (typeof value === 'object' && value !== null) {
        const piece = pieceAt(path, Array.isArray(value) ? 'array' : 'object');
        piece.taken?.(value as never, nameOf(path));
        return;
      }
      const shape = expectedAt(path);
      if (shape !== undefined && !(value === null && shape.isNullable === true)) throw wrong(name, path, shape);
      if (shape === undefined) pieces[path.length - 1]?.scalar?.(String(path.at(-1)), value);
    },
    leave(path) {
      pieces[path.length]?.left?.();
    },
  };
}

function wrong(name: string, path: Path, { object }: Shape): Error {
  const kind = object === undefined ? 'list' : 'object';
  return invalid(
    path.length === 0
      ? `is not ${name}: it is no ${kind}`
      : `has another shape than expected: ${nameOf(path)} is no ${kind}`,
  );
}

/** As one writes it: `runs[0].tool`. A key that is no plain word may be anything, so it is not shown. */
function nameOf(path: Path): string {
  const parts = path.map((key) =>
    typeof key === 'number' ? `[${key}]` : `.${/^[\w$@-]{1,40}$/.test(key) ? key : '…'}`,
  );
  return parts.join('').replace(/^\./, '');
}
