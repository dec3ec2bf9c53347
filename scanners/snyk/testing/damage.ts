type Container = Record<string, unknown> | unknown[];
interface Spot {
  owner: Container;
  at: string | number;
  value: unknown;
}

/** What a faulty tool or a careless edit does to one spot of a report; undefined where it does not fit. */
export type Damage = (spot: Spot, other: number, spots: readonly Spot[]) => unknown;

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;
const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : isContainer(value) ? 'object' : typeof value;
const STRANGERS: readonly unknown[] = [null, 'text', 7, true, [], {}, ['text'], { a: 'text' }];

/** Every value below the root. */
function spotsOf(value: unknown, found: Spot[] = []): Spot[] {
  if (!isContainer(value)) return found;
  for (const [key, member] of Object.entries(value)) {
    found.push({ owner: value, at: Array.isArray(value) ? Number(key) : key, value: member });
    spotsOf(member, found);
  }
  return found;
}

function put({ owner, at }: Pick<Spot, 'owner' | 'at'>, value: unknown): void {
  Object.assign(owner, { [at]: value });
}

/**
 * None of these does what cannot be told from a report that was always so, which is: a finding, an application or a project that is taken
 * out of its list as a whole (of a finding `uniqueCount` mostly tells); `applications` moved out of its image, as --exclude-app-vulns
 * leaves it (renamed, it is noticed); one project of a list in place of the list; and a finding marked as suppressed.
 */
export const damages: Readonly<Record<string, Damage>> = {
  'a key renamed': (spot) => {
    if (typeof spot.at === 'number') return;
    Reflect.deleteProperty(spot.owner, spot.at);
    put({ owner: spot.owner, at: `${spot.at}s` }, spot.value);
  },
  'a value of another type': (spot, other) => {
    const strangers = STRANGERS.filter((one) => kindOf(one) !== kindOf(spot.value));
    put(spot, strangers[other % strangers.length]);
  },
  'a wrapper taken off': (spot, other) => {
    const inner: unknown[] = isContainer(spot.value) ? Object.values(spot.value) : [];
    if (inner.length > 0) put(spot, inner[other % inner.length]);
  },
  'a wrapper too many': (spot) => {
    if (isContainer(spot.value)) put(spot, [spot.value]);
  },
  'a member moved': (spot, other, spots) => {
    const { at } = spot;
    if (typeof at === 'number' || at === 'applications') return;
    const homes = spots
      .map(({ value }) => value)
      .filter((home): home is Container => isContainer(home) && !Array.isArray(home) && !(at in home))
      .filter((home) => home !== spot.value && !spotsOf(spot.value).some(({ value }) => value === home));
    const home = homes[other % Math.max(1, homes.length)];
    if (home === undefined) return;
    Reflect.deleteProperty(spot.owner, at);
    put({ owner: home, at }, spot.value);
  },
  'an element doubled in a list of its own': (spot) => {
    if (typeof spot.at === 'number') put(spot, [spot.value, spot.value]);
  },
};

/** A copy of the report with the damage at one spot. */
export function damage(report: unknown, how: string, pick: number, other: number): unknown {
  const copy = structuredClone(report);
  const spots = spotsOf(copy);
  const spot = spots[pick % Math.max(1, spots.length)];
  if (spot !== undefined) damages[how]?.(spot, other, spots);
  return copy;
}

/** A copy whose members come in another order. */
export function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((one, at) => shuffled(one, seed + at));
  if (!isContainer(value)) return value;
  const ranked = Object.entries(value).map(([key, member], at) => ({
    key,
    member,
    rank: (Math.imul(seed + at, 2654435761) >>> 0) % 997,
  }));
  ranked.sort((a, b) => a.rank - b.rank);
  return Object.fromEntries(ranked.map(({ key, member }, at) => [key, shuffled(member, seed + at)]));
}
