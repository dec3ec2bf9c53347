import { rankOf, type Finding, type Severity } from '../finding.ts';
import type { Read } from './decision.ts';
import { compareText, worst } from './order.ts';
import { canonical } from './canonical.ts';
import { parsePurl, withoutV, type Purl } from './purl.ts';

/** A finding of one tool. */
export interface Seen {
  tool: string;
  finding: Finding;
}

/**
 * One weakness as all tools see it. What speaks against it is taken from all of them: the highest severity, every alias, any fix.
 * What excuses it is for each sighting to show.
 */
export interface Group {
  /** In an order that does not depend on that of the reports; the worst first. */
  seen: Seen[];
  severity: Severity;
  /** Upper case. */
  names: ReadonlySet<string>;
  /** Whether every tool says that there is no fix. */
  isUnfixed: boolean;
}

/**
 * The findings of valid reports, each weakness once, one after another. A vulnerability is the same in two tools when they share a name of
 * it, the package and its version; anything else is the same only by its fingerprint. What one tool alone reports of several places stays
 * several findings.
 */
export function* groupFindings(reads: readonly Read[]): Generator<Group> {
  const byTool = distinct(reads);
  if (byTool.size > 1) {
    for (const same of linked([...sightings(byTool)]))
      if (isOfOneTool(same)) yield* same.map(groupOf);
      else yield groupOf(same.flat());
  }
  // One tool alone has nothing to be compared with.
  else for (const seen of sightings(byTool)) yield groupOf(seen);
}

/** Sightings with the same fingerprint, by what they have in common. */
function linked(all: readonly Seen[][]): Seen[][][] {
  const link = linker(all.length);
  // A tool that names no package URL is compared by the name of the package.
  const loose = new Set<string>();
  for (const { finding } of all.flat()) {
    const { packages, isLoose } = keysOf(finding);
    if (isLoose) for (const key of packages) loose.add(key);
  }
  for (const [at, same] of all.entries()) {
    for (const { finding } of same) {
      const { purls, packages } = keysOf(finding);
      for (const key of purls) link.join(key, at);
      for (const key of packages) if (loose.has(key)) link.join(key, at);
    }
  }
  const groups = Map.groupBy(all.keys(), (at) => link.root(at));
  return Array.from(groups.values(), (members) => members.map((at) => all[at] ?? []));
}

function isOfOneTool(sets: readonly Seen[][]): boolean {
  return new Set(sets.flat().map(({ tool }) => tool)).size === 1;
}

/** The id and its aliases, in upper case. */
export function namesOf({ id, aliases = [] }: Finding): string[] {
  return [...new Set([id, ...aliases].map((name) => name.trim().toUpperCase()))];
}

/** Its package URL, with the version even where only the field beside it has one. */
export function purlOf({ purl, version }: Finding): Purl | undefined {
  const parsed = purl === undefined ? undefined : parsePurl(purl);
  if (parsed === undefined || version === undefined) return parsed;
  return { ...parsed, version: parsed.base.startsWith('golang/') ? withoutV(version) : version };
}

/** What another tool may share with it; nothing but a vulnerability has such. */
function keysOf(finding: Finding): { purls: string[]; packages: string[]; isLoose: boolean } {
  if (finding.category !== 'vulnerability') return { purls: [], packages: [], isLoose: false };
  const purl = purlOf(finding);
  const version = purl?.version ?? finding.version;
  // A tool that names no package URL does not say whether it is of Go.
  const plain = version === undefined ? undefined : withoutV(version);
  const names = namesOf(finding);
  return {
    purls: purl === undefined ? [] : names.map((name) => `purl ${name} ${purl.base} ${version}`),
    packages: finding.package === undefined ? [] : names.map((name) => `package ${name} ${finding.package} ${plain}`),
    isLoose: purl === undefined,
  };
}

function groupOf(members: readonly Seen[]): Group {
  const seen = members.toSorted(
    (a, b) =>
      rankOf(a.finding.severity) - rankOf(b.finding.severity) ||
      compareText(a.tool, b.tool) ||
      compareText(a.finding.location.path, b.finding.location.path) ||
      compareText(canonical(a.finding), canonical(b.finding)),
  );
  return {
    seen,
    severity: worst(seen.map(({ finding }) => finding.severity)),
    names: new Set(seen.flatMap(({ finding }) => namesOf(finding))),
    isUnfixed: seen.every(
      ({ finding: { fixState, fixedIn } }) => fixedIn === undefined && (fixState === 'none' || fixState === 'never'),
    ),
  };
}

/** What each tool says by its fingerprint; what two reports say alike is there once. */
function distinct(reads: readonly Read[]): Map<string, Map<string, Finding | Finding[]>> {
  const all = new Map<string, Map<string, Finding | Finding[]>>();
  for (const { tool, parsed } of reads) {
    const own = all.get(tool) ?? new Map<string, Finding | Finding[]>();
    if (parsed.valid && parsed.findings.length > 0) all.set(tool, own);
    for (const finding of parsed.valid ? parsed.findings : []) {
      const same = [own.get(finding.fingerprint) ?? []].flat();
      if (same.length === 0) own.set(finding.fingerprint, finding);
      else if (!same.some((one) => canonical(one) === canonical(finding)))
        own.set(finding.fingerprint, [...same, finding]);
    }
  }
  return all;
}

/** The same, one fingerprint after another. */
function* sightings(byTool: ReadonlyMap<string, ReadonlyMap<string, Finding | Finding[]>>): Generator<Seen[]> {
  for (const [tool, own] of byTool)
    for (const same of own.values()) yield [same].flat().map((finding) => ({ tool, finding }));
}

/** Union of what shares a key. */
function linker(size: number): { join: (key: string, at: number) => void; root: (at: number) => number } {
  const parents = Array.from({ length: size }, (_, at) => at);
  const firsts = new Map<string, number>();
  const root = (at: number): number => {
    let top = at;
    while (parents[top] !== top) top = parents[top] ?? top;
    for (let next = at; next !== top;) {
      const after = parents[next] ?? top;
      parents[next] = top;
      next = after;
    }
    return top;
  };
  const join = (key: string, at: number): void => {
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, at);
    else parents[root(at)] = root(first);
  };
  return { join, root };
}
