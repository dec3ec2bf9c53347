import { invalid } from '../invalid.ts';
import { fieldAt } from './field.ts';
import type { Path, Visitor } from './read.ts';
import type { Piece, Shape } from './shape.ts';

/** A piece that has begun: `where` is its place, as one writes it (`runs[0].tool`), and `own` what is kept of its fields. */
interface Open {
  piece: Piece;
  where: string;
  own: Record<string, unknown>;
}

/**
 * Reads a report of this name (`a report of grype`) that has this shape. Throws `invalid` where it has another one: what is not known
 * may hold findings.
 */
export function visitorOf(name: string, root: Shape): Required<Visitor> {
  const open: Open[] = [];
  const parentOf = (path: Path): Open | undefined => open[path.length - 1];

  function shapeAt(path: Path): Shape | undefined {
    const key = path.at(-1);
    if (key === undefined) return root;
    const piece = parentOf(path)?.piece;
    return piece?.fields !== undefined && Object.hasOwn(piece.fields, key) ? piece.fields[key] : piece?.each;
  }

  function placeOf(path: Path): string {
    const key = path.at(-1);
    if (key === undefined) return '';
    const where = parentOf(path)?.where ?? '';
    if (typeof key === 'number') return `${where}[${key}]`;
    // A key that is no plain word may be anything, so it is not shown.
    return fieldAt(where, /^[\w$@-]{1,40}$/.test(key) ? key : '…');
  }

  function wrong(path: Path, { object, array }: Shape): Error {
    const kind = object !== undefined ? 'object' : array !== undefined ? 'list' : 'plain value';
    if (path.length === 0) return invalid(`is not ${name}: it is no ${kind}`);
    return invalid(`has another shape than expected: ${placeOf(path)} is no ${kind}`);
  }

  function unknown(path: Path): Error {
    const reason = `has a field ${placeOf(path)} that this version cannot read`;
    return invalid(path.length > 1 ? reason : `is not ${name}, or of a newer version: it ${reason}`);
  }

  return {
    enter(path, kind) {
      const shape = shapeAt(path);
      const piece = shape?.[kind];
      if (piece === undefined) throw shape === undefined ? unknown(path) : wrong(path, shape);
      const where = placeOf(path);
      open.length = path.length;
      open.push({ piece, where, own: {} });
      piece.entered?.();
      return piece.step;
    },
    take(path, value) {
      if (typeof value === 'object' && value !== null) {
        const whole = open[path.length];
        whole?.piece.taken?.(value as never, whole.where, String(path.at(-1)));
        return;
      }
      const shape = shapeAt(path);
      if (shape === undefined || (value === null && shape.isNullable === true)) return;
      const own = parentOf(path)?.own;
      if (shape.scalar === undefined || own === undefined) throw wrong(path, shape);
      if (shape.scalar === 'keep') own[String(path.at(-1))] = value;
      else shape.scalar(value, placeOf(path));
    },
    leave(path) {
      const ended = open[path.length];
      ended?.piece.left?.(ended.own, ended.where);
    },
  };
}
