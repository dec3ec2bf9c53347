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
  purl: string | undefined;
  fixed: string[];
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
    purl: filledOf(owner, 'purl', ownerAt),
    fixed: eachOf(fields, 'ranges', where, fixedAt).flat(),
    vectors: eachOf(fields, 'severity', where, vectorAt),
  };
}

function vectorAt(value: unknown, where: string): string {
  return requiredOf(objectAt(value, where), 'score', where);
}

/** Versions without it; of a range of git commits none. */
function fixedAt(value: unknown, where: string): string[] {
  const fields = objectAt(value, where);
  if (fields['type'] === 'GIT') return [];
  return eachOf(fields, 'events', where, (event, at) => filledOf(objectAt(event, at), 'fixed', at) ?? []).flat();
}

/** The entries that are about this package: those of its very release of the ecosystem (`Debian:12`), else of any. */
export function affectedFor(advisory: Advisory, name: string, ecosystem: string): Affected[] {
  const ofName = advisory.affected.filter((one) => sameName(one.name) === sameName(name));
  const exact = ofName.filter((one) => one.ecosystem === ecosystem);
  return exact.length > 0 ? exact : ofName.filter((one) => family(one.ecosystem) === family(ecosystem));
}

/** Python's names come in several spellings; no other ecosystem has two packages that differ only so. */
function sameName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/gu, '-');
}

function family(ecosystem: string): string | undefined {
  return ecosystem.split(':', 1)[0];
}
