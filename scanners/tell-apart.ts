import { worse, type Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import { present } from './json/field.ts';

/** A finding that has no fingerprint yet. */
export type Unnamed = Omit<Finding, 'fingerprint'>;

interface Held {
  finding: Unnamed;
  /** Where in its file: line, column and so on. */
  place: readonly number[];
}

/**
 * Gives findings their fingerprints, of what stays the same when code above them moves (`parts`), not of their line. Findings that have
 * all of that in common, such as one secret twice in a file, are numbered in the order of their places, so that as many come out as
 * there are, with the same fingerprints in whatever order the tool wrote them. What is at the same place too is the same finding, and
 * counts as `merged` says.
 */
export function tellApart(
  tool: string,
  sink: (finding: Finding) => void,
): { add(finding: Unnamed, place: readonly number[], parts: readonly (string | number)[]): void; end(): void } {
  const alike = new Map<string, Held | Held[]>();
  const known = new Map<string, string>();
  return {
    add(finding, place, parts) {
      const base = fingerprintOf(tool, ...parts);
      const held = { finding: sharing(finding, known), place };
      const others = alike.get(base);
      if (others === undefined) alike.set(base, held);
      else if (Array.isArray(others)) others.push(held);
      else alike.set(base, [others, held]);
    },
    end() {
      for (const [base, held] of alike) {
        for (const [at, finding] of oneForEachPlace([held].flat()).entries())
          sink(Object.assign(finding, { fingerprint: at === 0 ? base : fingerprintOf(tool, base, at) }));
        alike.delete(base);
      }
    },
  };
}

/** A copy, that has texts in common with others: of the title of a rule, one in memory is enough. */
function sharing(finding: Unnamed, known: Map<string, string>): Unnamed {
  const shared = (text: string): string => {
    const first = known.get(text);
    if (first === undefined) known.set(text, text);
    return first ?? text;
  };
  const { title, url, location } = finding;
  return {
    ...finding,
    rule: shared(finding.rule),
    ...(title === undefined ? {} : { title: shared(title) }),
    ...(url === undefined ? {} : { url: shared(url) }),
    location: { ...location, path: shared(location.path) },
  };
}

function oneForEachPlace(held: Held[]): Unnamed[] {
  if (held.length > 1) held.sort((a, b) => byPlace(a.place, b.place));
  const kept: Held[] = [];
  for (const one of held) {
    const last = kept.at(-1);
    if (last !== undefined && byPlace(last.place, one.place) === 0) last.finding = merged(last.finding, one.finding);
    else kept.push(one);
  }
  return kept.map(({ finding }) => finding);
}

function byPlace(a: readonly number[], b: readonly number[]): number {
  for (const [at, number] of a.entries()) if (number !== b[at]) return number - (b[at] ?? 0);
  return 0;
}

/**
 * Of the same finding twice, one that is as bad as the worse of the two and as hard to excuse as the harder: what is not suppressed goes
 * before what is, and what only `honour` excuses before what a comment in the source does. So neither of them hides the other.
 */
export function merged<One extends Unnamed>(a: One, b: One): One {
  const [hard, easy] = excusability(a) <= excusability(b) ? [a, b] : [b, a];
  if (worse(hard.severity, easy.severity) === hard.severity) return hard;
  const { suppressed: _, ...rest } = easy;
  return { ...rest, ...present({ suppressed: hard.suppressed }) } as One;
}

function excusability({ suppressed }: Unnamed): number {
  if (suppressed === undefined) return 0;
  return suppressed.inSource === true ? 2 : 1;
}
