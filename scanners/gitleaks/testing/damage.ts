import * as fc from 'fast-check';

type Container = Record<string, unknown> | unknown[];

interface Node {
  owner: Container;
  at: string;
  value: unknown;
}

/** One thing that is wrong with a report afterwards. `pick` chooses where. */
export type Damage = (report: unknown, pick: number, other: number) => unknown;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

function nodesOf(value: unknown, found: Node[] = []): Node[] {
  if (!isContainer(value)) return found;
  for (const [at, member] of Object.entries(value)) {
    found.push({ owner: value, at, value: member });
    nodesOf(member, found);
  }
  return found;
}

const put = (owner: Container, at: string, value: unknown): void => void Object.assign(owner, { [at]: value });

const remove = (owner: Container, at: string): void => {
  if (Array.isArray(owner)) owner.splice(Number(at), 1);
  else delete owner[at];
};

/** Applies an edit to a copy, at one of the nodes that it fits; gives the report back as it was where it fits none. */
function editing(fits: (node: Node) => boolean, edit: (node: Node, other: number, root: unknown) => void): Damage {
  return (report, pick, other) => {
    const root = structuredClone(report);
    const nodes = nodesOf(root).filter(fits);
    const node = nodes[pick % Math.max(1, nodes.length)];
    if (node !== undefined) edit(node, other, root);
    return root;
  };
}

const isMember = ({ owner }: Node): boolean => !Array.isArray(owner);
const others: readonly unknown[] = [null, 'text', 7, true, [], {}, ['text'], { a: 'text' }];
const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : isContainer(value) ? 'object' : typeof value;

/** What a faulty tool or a careless edit does to a report. None of these takes a finding out of its list without a trace. */
export function damages(isWhole: (node: unknown) => boolean): Readonly<Record<string, Damage>> {
  return {
    'a key renamed': editing(isMember, ({ owner, at, value }) => {
      remove(owner, at);
      put(owner, `${at}x`, value);
    }),
    'a value of another type': editing(isMember, ({ owner, at, value }, other) => {
      const fitting = others.filter((one) => kindOf(one) !== kindOf(value));
      put(owner, at, fitting[other % fitting.length]);
    }),
    'an element of another type': editing(
      ({ owner }) => Array.isArray(owner),
      ({ owner, at, value }, other) => {
        const fitting = others.filter((one) => kindOf(one) !== kindOf(value));
        put(owner, at, fitting[other % fitting.length]);
      },
    ),
    'a wrapper taken off': editing(
      ({ value }) => isContainer(value) && Object.keys(value).length > 0,
      ({ owner, at, value }, other) => {
        const inner = Object.values(value as object) as unknown[];
        put(owner, at, inner[other % inner.length]);
      },
    ),
    'a wrapper too many': editing(
      ({ value }) => isContainer(value),
      ({ owner, at, value }) => put(owner, at, [value]),
    ),
    'a member moved': editing(
      (node) => isMember(node) && !isWhole(node.value),
      ({ owner, at, value }, other, root) => {
        const homes = nodesOf(root)
          .map((one) => one.value)
          .filter((one): one is Record<string, unknown> => isContainer(one) && !Array.isArray(one))
          .filter(
            (one) => one !== value && !Object.hasOwn(one, at) && !nodesOf(value).some((in_) => in_.value === one),
          );
        const home = homes[other % Math.max(1, homes.length)];
        if (home === undefined) return;
        remove(owner, at);
        home[at] = value;
      },
    ),
  };
}

/** The same JSON with the members of its objects in other orders. */
export function reordered(value: unknown, turns: readonly number[], depth = 0): unknown {
  if (Array.isArray(value)) return value.map((one) => reordered(one, turns, depth + 1));
  if (!isContainer(value)) return value;
  const keyed = Object.entries(value).map(([key, member], at) => ({
    key,
    member,
    rank: turns[(at + depth) % turns.length] ?? 0,
  }));
  return Object.fromEntries(
    keyed.sort((a, b) => a.rank - b.rank).map(({ key, member }) => [key, reordered(member, turns, depth + 1)]),
  );
}

export const turns = fc.array(fc.nat(), { minLength: 5, maxLength: 20 });

/** A text as a stream, in pieces of the given sizes in turn. */
export async function* streamOf(text: string, sizes: readonly number[] = [65_536]): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let [at, turn] = [0, 0]; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
