import { eachOf, filledOf, objectAt, objectOf, oneLine, requiredOf, textAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** What is used of a record of the OSV schema. */
export interface Advisory {
  id: string;
  aliases: string[];
  title: string | undefined;
  /** The word of its database, if it has one. */
  word: string | undefined;
  /** CVSS vectors, or whatever else its database rates with. */
  vectors: string[];
  affected: Affected[];
  /** Has a member that no version of the schema knows: it may be what it is rated with. */
  isStrange: boolean;
}

/** Objects and lists of the schema. */
const known: ReadonlySet<string> = new Set([
  'aliases',
  'related',
  'upstream',
  'affected',
  'severity',
  'references',
  'credits',
  'database_specific',
]);

/** What an advisory says of one package. */
export interface Affected {
  name: string;
  ecosystem: string;
  /** Without version and qualifiers. */
  purl: string | undefined;
  fixed: string[];
  /** The same of its git repositories. */
  fixedCommits: string[];
  /** Some databases rate for each package. */
  vectors: string[];
}

/** One entry of `vulnerabilities`. Throws `invalid` for what is none. */
export function advisoryOf(fields: Json, where: string): Advisory {
  // Databases put what they like in here.
  const word = objectOf(fields, 'database_specific', where)?.['severity'];
  return {
    id: requiredOf(fields, 'id', where),
    aliases: aliasesOf(fields, where),
    title: oneLine(filledOf(fields, 'summary', where)),
    word: typeof word === 'string' ? word : undefined,
    vectors: eachOf(fields, 'severity', where, vectorAt),
    affected: eachOf(fields, 'affected', where, affectedAt),
    isStrange: Object.entries(fields).some(([key, one]) => typeof one === 'object' && !known.has(key)),
  };
}

/** Other names; the programs of Go write null for a list without any. */
export function aliasesOf(fields: Json, where: string): string[] {
  return fields['aliases'] === null ? [] : eachOf(fields, 'aliases', where, textAt);
}

function affectedAt(value: unknown, where: string): Affected {
  const fields = objectAt(value, where);
  const owner = objectOf(fields, 'package', where) ?? {};
  const ownerAt = `${where}.package`;
  return {
    name: filledOf(owner, 'name', ownerAt) ?? '',
    ecosystem: filledOf(owner, 'ecosystem', ownerAt) ?? '',
    purl: purlOf(owner, ownerAt),
    ...fixesOf(fields, where),
    vectors: eachOf(fields, 'severity', where, vectorAt),
  };
}

function vectorAt(value: unknown, where: string): string {
  return requiredOf(objectAt(value, where), 'score', where);
}

/** Ubuntu writes the version that mends it into its URL. An `@` before a `/` is that of a name: `pkg:npm/@acme/web`. */
function purlOf(owner: Json, where: string): string | undefined {
  const [purl = ''] = filledOf(owner, 'purl', where)?.split(/[?#]/u, 1) ?? [];
  const at = purl.lastIndexOf('@');
  return (at > purl.lastIndexOf('/') ? purl.slice(0, at) : purl) || undefined;
}

/** Versions without it, and git commits. */
function fixesOf(fields: Json, where: string): Pick<Affected, 'fixed' | 'fixedCommits'> {
  const ranges = eachOf(fields, 'ranges', where, (value, at) => {
    const range = objectAt(value, at);
    const fixed = eachOf(range, 'events', at, (event, place) => filledOf(objectAt(event, place), 'fixed', place) ?? []);
    return { isGit: range['type'] === 'GIT', fixed: fixed.flat() };
  });
  const [git, other] = [true, false].map((isGit) =>
    ranges.filter((range) => range.isGit === isGit).flatMap(({ fixed }) => fixed),
  );
  return { fixed: other ?? [], fixedCommits: git ?? [] };
}

/**
 * The entries that are about this package: those of its very release of the ecosystem (`Debian:12`), else of that release by its longer
 * name (`Ubuntu:22.04:LTS`), else with the support that is paid for (`Ubuntu:Pro:22.04:LTS`), else of any.
 */
export function affectedFor(advisory: Advisory, name: string, ecosystem: string): Affected[] {
  const ofName = advisory.affected.filter((one) => sameName(one.name) === sameName(name));
  const levels = [
    (other: string) => other === ecosystem,
    (other: string) => other.startsWith(`${ecosystem}:`),
    (other: string) => plainRelease(other) === plainRelease(ecosystem),
    (other: string) => family(other) === family(ecosystem),
  ];
  const found = levels.map((fits) => ofName.filter((one) => fits(one.ecosystem)));
  return found.find((entries) => entries.length > 0) ?? [];
}

/** Python's names come in several spellings; no other ecosystem has two packages that differ only so. */
function sameName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/gu, '-');
}

/** As osv.dev compares them. */
function plainRelease(ecosystem: string): string {
  return ecosystem.replaceAll(/:(?:Pro|LTS)(?=:|$)/gu, '');
}

function family(ecosystem: string): string | undefined {
  return ecosystem.split(':', 1)[0];
}
