import * as fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Holder = Json[] | { [key: string]: Json };

/** What goes wrong with a report: each turns one member of it, found by its place, into something else. */
const damages: Readonly<Record<string, (root: { it: Json }, at: Spot) => void>> = {
  'a key is renamed': (root, { holder, key }) => {
    if (Array.isArray(holder) || holder === root) return;
    const value = holder[key] as Json;
    delete holder[key];
    holder[`${key}x`] = value;
  },
  'a value has another type': (_, { holder, key, value }) => put(holder, key, typeof value === 'string' ? 7 : 'text'),
  'a value is null': (_, { holder, key }) => put(holder, key, null),
  'a value is an object': (_, { holder, key }) => put(holder, key, {}),
  'a value is a list': (_, { holder, key }) => put(holder, key, ['text']),
  'a value is wrapped in a list': (_, { holder, key, value }) => put(holder, key, [value]),
  'a value is wrapped in an object': (_, { holder, key, value }) => put(holder, key, { value }),
  'a wrapper is lost': (_, { holder, key, value, pick }) => {
    if (typeof value !== 'object' || value === null) return;
    const members = Object.values(value);
    if (members.length > 0) put(holder, key, members[pick % members.length] as Json);
  },
  'a member stands one level higher': (_, { holder, key, value, above }) => {
    // Not out of the report: that would be a removal.
    const target = above.slice(1).findLast((one) => !Array.isArray(one));
    if (target === undefined || Array.isArray(target) || Array.isArray(holder) || key in target) return;
    delete holder[key];
    target[key] = value;
  },
};

interface Spot {
  holder: Holder;
  key: string;
  value: Json;
  above: Holder[];
  pick: number;
}

/** The report with one thing wrong, and which. Not every kind of damage is possible everywhere: then it is whole. */
export function damaged(report: unknown): fc.Arbitrary<{ report: unknown; what: string }> {
  return fc.tuple(fc.constantFrom(...Object.keys(damages)), fc.nat(), fc.nat()).map(([what, place, pick]) => {
    const root = { it: structuredClone(report) as Json };
    const spots = spotsIn(root, []);
    const spot = spots[place % spots.length];
    if (spot !== undefined) damages[what]?.(root, { ...spot, pick });
    return { report: root.it, what: `${what}: ${spot?.key}` };
  });
}

/** The same report with the members of all objects in another order. */
export function reordered(report: unknown): fc.Arbitrary<unknown> {
  return fc.infiniteStream(fc.nat()).map((numbers) => shuffle(report as Json, numbers));
}

function shuffle(value: Json, numbers: Iterator<number>): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => shuffle(one, numbers));
  const members = Object.entries(value).map(([key, one]) => ({ key, one, rank: Number(numbers.next().value) }));
  return Object.fromEntries(
    members.toSorted((a, b) => a.rank - b.rank).map(({ key, one }) => [key, shuffle(one, numbers)]),
  );
}

function spotsIn(holder: Holder, above: Holder[]): Omit<Spot, 'pick'>[] {
  const around = [...above, holder];
  return Object.entries(holder).flatMap(([key, value]: [string, Json]) => [
    { holder, key, value, above },
    ...(typeof value === 'object' && value !== null ? spotsIn(value, around) : []),
  ]);
}

function put(holder: Holder, key: string, value: Json): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
}
