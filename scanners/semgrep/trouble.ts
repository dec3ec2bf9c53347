import { invalid } from '../invalid.ts';
import { optionalOf, requiredOf, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { asTold, byDefault, IGNORED, knownKinds, leftOutBy, levels, notOfFiles } from './words.ts';

/** Counts what was not scanned. */
export interface Troubles {
  /** One of `errors`. */
  error(fields: Json, where: string): void;
  /** One of `paths.skipped`. */
  skipped(fields: Json, where: string): void;
  /** One of `skipped_rules`. */
  skippedRule(fields: Json, where: string): void;
  /** How many files were scanned in part or not at all. `listed`: those of them that the tool lists among the scanned ones. */
  unscanned(): { all: number; listed: number };
  /** Whole sentences. Throws `invalid` when the tool itself calls one of them an error. */
  warnings(): string[];
}

interface Kind {
  count: number;
  /** The first few. */
  places: Set<string>;
}

type Kinds = Map<string, Kind>;

const SHOWN = 3;

export function countTroubles(): Troubles {
  const [errors, warned]: [Kinds, Kinds] = [new Map(), new Map()];
  const [leftOut, rules]: [Kinds, Kinds] = [new Map(), new Map()];
  const ignored: Kind = { count: 0, places: new Set() };
  const listed = new Set<string>();
  const skipped = new Set<string>();
  return {
    error(fields, where) {
      const level = requiredOf(fields, 'level', where);
      if (!levels.has(level)) throw wrongAt(`${where}.level`, 'no level of semgrep');
      const [kind, path] = [kindOf(fields, where), optionalOf(fields, 'path', where)];
      if (path !== undefined && !notOfFiles.has(kind)) listed.add(path);
      // Of a rule that is broken there is no file.
      note(level === 'error' ? errors : warned, kind, path ?? optionalOf(fields, 'rule_id', where));
    },
    skipped(fields, where) {
      const [path, reason] = [requiredOf(fields, 'path', where), requiredOf(fields, 'reason', where)];
      if (reason === IGNORED) add(ignored, path);
      else if (!asTold.has(reason)) {
        if (!byDefault.has(reason)) skipped.add(path);
        note(leftOut, leftOutBy.has(reason) ? reason : 'for another reason', path);
      }
    },
    skippedRule(fields, where) {
      note(rules, '', requiredOf(fields, 'rule_id', where));
    },
    unscanned: () => ({ all: new Set([...listed, ...skipped]).size, listed: listed.size }),
    warnings() {
      const [first] = errors;
      if (first !== undefined) {
        const count = total(errors);
        throw invalid(
          `tells of ${count === 1 ? '1 error' : `${count} errors`}, so code was not scanned: "${first[0]}"${placesOf(first[1])}`,
        );
      }
      return [
        ...sentences(
          warned,
          (kind, places) => `semgrep tells of "${kind}"${places}: code there may not have been scanned.`,
        ),
        ...(ignored.count === 0 ? [] : [ignoredText(ignored)]),
        ...sentences(leftOut, (reason, places) => `semgrep did not scan (${reason})${places}.`),
        ...sentences(rules, (_, places) => `semgrep did not run rules that it could not read${places}.`),
      ];
    },
  };
}

function note(kinds: Kinds, name: string, place: string | undefined): void {
  const kind = kinds.get(name) ?? { count: 0, places: new Set() };
  add(kind, place);
  kinds.set(name, kind);
}

function add(kind: Kind, place: string | undefined): void {
  kind.count += 1;
  if (place !== undefined && kind.places.size < SHOWN) kind.places.add(place);
}

function ignoredText(ignored: Kind): string {
  const files = ignored.count === 1 ? '1 file or folder' : `${ignored.count} files or folders`;
  return `semgrep left out ${files} by ignore rules (.semgrepignore, or its own list where there is none)${placesOf(ignored)}.`;
}

function total(kinds: Kinds): number {
  return [...kinds.values()].reduce((sum, { count }) => sum + count, 0);
}

function sentences(kinds: Kinds, say: (name: string, places: string) => string): string[] {
  return [...kinds].map(([name, kind]) => say(name, placesOf(kind)));
}

/** Where the first of them are, and how many more there are. */
function placesOf({ count, places }: Kind): string {
  const more = count - places.size;
  if (places.size === 0) return count === 1 ? '' : ` ${count} times`;
  return ` at ${[...places].join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}

/** A text; since 1.45 also a list that begins with it. */
function kindOf(fields: Json, where: string): string {
  const type = fields['type'];
  const name: unknown = Array.isArray(type) ? type[0] : type;
  if (typeof name !== 'string' || name === '') throw wrongAt(`${where}.type`, 'no text');
  if (name === 'Semgrep match found') throw wrongAt(where, 'a finding that stands among the errors');
  return knownKinds.has(name) ? name : 'another kind';
}
