import type { Finding } from '../finding.ts';
import { namesOf, purlOf } from './group.ts';
import { DAY, instantText } from './instant.ts';
import { compareText } from './order.ts';
import { coversPackage, parsePurl, type Purl } from './purl.ts';
import type { Policy } from './schema.ts';
import type { Vex, VexProduct, VexStatement } from './vex.ts';

/** What trusted VEX documents say. */
export interface Statements {
  /** Why the vulnerability does no harm here, if the last statement about it says so; undefined otherwise. */
  about: (finding: Finding) => string | undefined;
  isTrusted: (document: Vex) => boolean;
  /** How many statements of the document have excused a finding so far. */
  usedOf: (document: Vex) => number;
  /** Whole sentences about what does not count. */
  warnings: string[];
}

interface Entry {
  document: Vex;
  statement: VexStatement;
}

/** For two statements of the same instant: the worse one stands. */
const gravity: readonly VexStatement['status'][] = ['not_affected', 'fixed', 'under_investigation', 'affected'];

export function statementsOf(documents: readonly Vex[], policy: Policy, now: number): Statements {
  const { authors, maxAgeDays } = policy.vex;
  const products = policy.vex.products.flatMap((text) => parsePurl(text) ?? []);
  const isTrusted = ({ author }: Vex): boolean => authors.includes(author);
  const warnings: string[] = documents
    .filter((document) => !isTrusted(document))
    .map(
      ({ file, author }) => `${file} does not count: its author ${JSON.stringify(author)} is not among vex.authors.`,
    );

  const byName = new Map<string, Entry[]>();
  for (const document of documents.filter(isTrusted)) {
    let [future, old] = [0, 0];
    for (const statement of document.statements) {
      if (statement.at > now) {
        future += 1;
        continue;
      }
      if (isOld(statement)) old += 1;
      for (const name of statement.names) {
        const entries = byName.get(name);
        if (entries === undefined) byName.set(name, [{ document, statement }]);
        else entries.push({ document, statement });
      }
    }
    const { file } = document;
    if (future > 0) warnings.push(`${file}: ${counted(future)} of the future and does not count yet.`);
    if (old > 0) {
      warnings.push(`${file}: ${counted(old)} older than ${maxAgeDays} days (vex.maxAgeDays) and no longer counts.`);
    }
  }

  const used = new Map<string, Set<VexStatement>>();
  const about = (finding: Finding): string | undefined => {
    if (byName.size === 0) return undefined;
    const actual = purlOf(finding);
    const last = namesOf(finding)
      .flatMap((name) => byName.get(name) ?? [])
      .filter(({ statement }) => statement.products.some((product) => isMeant(product, actual, products)))
      .toSorted(byTime)
      .at(-1);
    if (last === undefined || isOld(last.statement)) return undefined;
    const { status, why, at } = last.statement;
    if (status !== 'not_affected' && status !== 'fixed') return undefined;
    const key = keyOf(last.document);
    used.set(key, (used.get(key) ?? new Set()).add(last.statement));
    return `${last.document.author} said at ${instantText(at)}: ${status}${why === undefined ? '' : `, ${why}`}`;
  };
  return { about, isTrusted, usedOf: (document) => used.get(keyOf(document))?.size ?? 0, warnings };

  function isOld({ at }: VexStatement): boolean {
    return now - at > maxAgeDays * DAY;
  }
}

/** About this package, about all of what is scanned, or about this package as a part of it. */
function isMeant({ purl, subcomponents }: VexProduct, actual: Purl | undefined, products: readonly Purl[]): boolean {
  if (purl === undefined) return false;
  const isOurs = products.some((product) => coversPackage(purl, product));
  const isHere = (pattern: Purl | undefined): boolean =>
    pattern !== undefined && actual !== undefined && coversPackage(pattern, actual);
  if (subcomponents.length === 0) return isOurs || isHere(purl);
  return isOurs && subcomponents.some((part) => isHere(part.purl));
}

function byTime(a: Entry, b: Entry): number {
  return (
    a.statement.at - b.statement.at ||
    gravity.indexOf(a.statement.status) - gravity.indexOf(b.statement.status) ||
    compareText(keyOf(a.document), keyOf(b.document)) ||
    compareText(a.statement.why ?? '', b.statement.why ?? '')
  );
}

function keyOf({ file, id }: Vex): string {
  return `${file} ${id}`;
}

function counted(count: number): string {
  return count === 1 ? '1 statement is' : `${count} statements are`;
}
