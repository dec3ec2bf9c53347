import type { Path } from '../json/read.ts';
import { listAt, objectAt, oneLine, optionalObject, optionalText, text, textAt, type Fields } from '../json/checked.ts';

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
export function advisoryOf(value: unknown, path: Path): Advisory {
  const fields = objectAt(value, path);
  const title = optionalText(fields, 'summary', path);
  // Databases put what they like in here.
  const word = optionalObject(fields, 'database_specific', path)?.['severity'];
  return {
    id: text(fields, 'id', path),
    aliases: aliasesAt(fields, path),
    title: title === undefined ? undefined : oneLine(title),
    word: typeof word === 'string' ? word : undefined,
    vectors: listAt(fields, 'severity', path, vectorAt),
    affected: listAt(fields, 'affected', path, affectedOf),
    isStrange: Object.entries(fields).some(([key, one]) => typeof one === 'object' && !known.has(key)),
  };
}

/** Other names; the programs of Go write null for a list without any. */
export function aliasesAt(fields: Fields, path: Path): string[] {
  return fields['aliases'] === null ? [] : listAt(fields, 'aliases', path, textAt);
}

function affectedOf(value: unknown, path: Path): Affected {
  const fields = objectAt(value, path);
  const owner = optionalObject(fields, 'package', path) ?? {};
  const ownerPath = [...path, 'package'];
  return {
    name: optionalText(owner, 'name', ownerPath) ?? '',
    ecosystem: optionalText(owner, 'ecosystem', ownerPath) ?? '',
    purl: optionalText(owner, 'purl', ownerPath),
    fixed: listAt(fields, 'ranges', path, fixedIn).flat(),
    vectors: listAt(fields, 'severity', path, vectorAt),
  };
}

function vectorAt(value: unknown, path: Path): string {
  return text(objectAt(value, path), 'score', path);
}

/** Versions without it; of a range of git commits none. */
function fixedIn(value: unknown, path: Path): string[] {
  const fields: Fields = objectAt(value, path);
  if (fields['type'] === 'GIT') return [];
  return listAt(fields, 'events', path, (event, at) => optionalText(objectAt(event, at), 'fixed', at) ?? []).flat();
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
