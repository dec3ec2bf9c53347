import { invalid } from '../invalid.ts';
import type { Path, Visitor } from './read.ts';
import { damaged } from './checked.ts';

type Kind = 'object' | 'array';

/** One object or list of a report while it is walked. Its members may come in any order. */
export interface Node {
  /** A member that is an object or a list: the node that walks it, or how it comes otherwise. */
  enter(key: string | number, kind: Kind, path: Path): Node | 'take' | 'skip';
  /** A scalar member, or one that was to be taken whole. */
  take(key: string | number, value: unknown, path: Path): void;
  end?(path: Path): void;
}

/** A member of an object that this version knows. */
export interface Member {
  kind: Kind | 'scalar';
  /** How an object or a list comes; without it whole. */
  as?: () => Node | 'skip';
  /** Is given a scalar, or what comes whole. */
  take?: (value: unknown, path: Path) => void;
  /** The tool writes null for "none" here. */
  mayBeNull?: boolean;
}

/** Shows a report to nodes. `root` is entered, or takes, with the key ''. */
export function visitorOf(root: Node): Required<Visitor> {
  const open: Node[] = [];
  const parent = (): Node => open.at(-1) ?? root;
  return {
    enter(path, kind) {
      const node = parent().enter(path.at(-1) ?? '', kind, path);
      if (typeof node === 'string') return node;
      open.push(node);
      return 'walk';
    },
    take(path, value) {
      parent().take(path.at(-1) ?? '', value, path);
    },
    leave(path) {
      open.pop()?.end?.(path);
    },
  };
}

/**
 * An object with these members. Throws `invalid` for a member of another kind than it should be, and for an object or a list that is
 * not known: it could hold findings. A scalar that is not known is harmless.
 */
export function objectNode(
  members: ReadonlyMap<string, Member>,
  end?: (path: Path) => void,
  meetUnknown: (key: string) => 'skip' = refuse,
): Node {
  return {
    enter(key, kind, path) {
      const member = members.get(String(key));
      if (member === undefined) return meetUnknown(String(key));
      if (member.kind !== kind) throw damaged(path, kind === 'array' ? 'is a list' : 'is an object');
      return member.as?.() ?? 'take';
    },
    take(key, value, path) {
      const member = members.get(String(key));
      if (member === undefined || (value === null && member.mayBeNull === true)) return;
      if (member.kind !== 'scalar' && (typeof value !== 'object' || value === null))
        throw damaged(path, member.kind === 'array' ? 'is no list' : 'is no object');
      member.take?.(value, path);
    },
    ...(end === undefined ? {} : { end }),
  };
}

/** A list of objects: each one walked by its own node. */
export function listNode(item: () => Node): Node {
  return {
    enter(_, kind, path) {
      if (kind === 'array') throw damaged(path, 'is a list');
      return item();
    },
    take(_, __, path) {
      throw damaged(path, 'is no object');
    },
  };
}

/** A list whose items come whole. `take` checks what they are. */
export function takeEach(take: (value: unknown, path: Path) => void): Node {
  return { enter: () => 'take', take: (_, value, path) => take(value, path) };
}

/** Says that there is something that nobody looked into. */
export function unknownField(key: string): Error {
  return invalid(`has a field ${JSON.stringify(key.slice(0, 60))} that this version cannot read`);
}

function refuse(key: string): never {
  throw unknownField(key);
}
