type Key = string | number;

/** A report with one thing wrong, and a sentence about it. */
export interface Damage {
  what: string;
  report: unknown;
}

/** Of every other type than the value has. */
const replacements: readonly unknown[] = [null, 'text', 7, true, [], {}];

/**
 * All the ways to break a report in one place: a field renamed, a value of another type, a value wrapped, unwrapped or moved up. Nothing
 * is just taken away: a report without a finding is a report without a finding.
 */
export function* damagesOf(report: unknown): Generator<Damage> {
  for (const path of pathsOf(report)) {
    const value = at(report, path);
    const where = path.join('.');
    const key = path.at(-1);
    if (typeof key === 'string')
      yield { what: `${where} renamed`, report: edited(report, path, (one, k) => [[`x${k}`, one]]) };
    for (const other of replacements)
      if (typeOf(other) !== typeOf(value))
        yield { what: `${where} as ${JSON.stringify(other)}`, report: edited(report, path, (_, k) => [[k, other]]) };
    yield { what: `${where} in a list`, report: edited(report, path, (one, k) => [[k, [one]]]) };
    yield { what: `${where} in an object`, report: edited(report, path, (one, k) => [[k, { x: one }]]) };
    if (typeof key === 'string' && typeOf(value) === 'object')
      yield { what: `${where} unwrapped`, report: edited(report, path, (one) => Object.entries(one as object)) };
    if (Array.isArray(value) && value.length === 1)
      yield {
        what: `${where} without its list`,
        report: edited(report, path, (one, k) => [[k, (one as unknown[])[0]]]),
      };
    const outer = path.slice(0, -1);
    if (typeof key === 'string' && typeof outer.at(-1) === 'string') {
      const lifted = edited(report, outer, (one, k) => {
        const { [key]: moved, ...rest } = one as Record<string, unknown>;
        return [
          [k, rest],
          [key, moved],
        ];
      });
      yield { what: `${where} moved up`, report: lifted };
    }
  }
}

/** Paths of all values but the whole. */
function* pathsOf(value: unknown, path: readonly Key[] = []): Generator<readonly Key[]> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) for (const [index, one] of value.entries()) yield* pathsOf(one, [...path, index]);
  else if (typeOf(value) === 'object')
    for (const [key, one] of Object.entries(value as object)) yield* pathsOf(one, [...path, key]);
}

function at(value: unknown, path: readonly Key[]): unknown {
  return path.reduce((one, key) => (one as Record<Key, unknown>)[key], value);
}

/** The report with the members that `edit` gives in the place of the one at the path. */
function edited(
  value: unknown,
  path: readonly Key[],
  edit: (one: unknown, key: string) => [string, unknown][],
): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const change = (one: unknown, k: string): [string, unknown][] =>
    rest.length === 0 ? edit(one, k) : [[k, edited(one, rest, edit)]];
  if (Array.isArray(value))
    return value.flatMap((one: unknown, index) => (index === key ? change(one, '').map(([, v]) => v) : [one]));
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([k, one]: [string, unknown]) => (k === key ? change(one, k) : [[k, one]])),
  );
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** The same report with the members of each object in another order: `turn` says which goes first. */
export function reordered(value: unknown, turn: () => number): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => reordered(one, turn));
  if (typeOf(value) !== 'object') return value;
  const entries = Object.entries(value as object).map(([key, one]) => ({
    key,
    one: reordered(one, turn),
    place: turn(),
  }));
  return Object.fromEntries(entries.sort((a, b) => a.place - b.place).map(({ key, one }) => [key, one]));
}
