import type { Draft } from '../draft.ts';
import { invalid } from '../invalid.ts';
import { filledOf, integerOf, objectOf, present, requiredOf, textOf, wrongAt } from '../json/field.ts';
import { kept, listOf, picked, taken, walked, type Json, type Shape } from '../json/shape.ts';
import { licenceFields, licenceOf } from './licence.ts';
import { misconfigurationFields, misconfigurationOf } from './misconfiguration.ts';
import { modifiedFields, modifiedOf } from './modified.ts';
import { secretFields, secretOf } from './secret.ts';
import { vulnerabilityFields, vulnerabilityOf } from './vulnerability.ts';

/** One entry of `Results`: a part of what was scanned, such as a lock file or the system of an image. */
export interface Result {
  target: string;
  /** Absent in the oldest reports. */
  class?: string;
  /** Such as `debian` or `npm`. */
  type?: string;
  /** Undefined if the report does not list packages. */
  packages?: number;
  /** Whether it has anything in its lists, be it a check that passed. */
  hasEntries: boolean;
  /** Checks that a rule of the scanned exempts: whether they would fail is not known. */
  exempt: number;
  drafts: Draft[];
}

type Reader = (fields: Json, where: string) => Draft | undefined;
const readers: readonly (readonly [list: string, fields: readonly string[], read: Reader])[] = [
  ['Vulnerabilities', vulnerabilityFields, vulnerabilityOf],
  ['Misconfigurations', misconfigurationFields, misconfigurationOf],
  ['Secrets', secretFields, secretOf],
  ['Licenses', licenceFields, licenceOf],
  ['ExperimentalModifiedFindings', modifiedFields, modifiedOf],
];

/**
 * One entry of `Results`, which goes to `ended` when all of it is read. `isNullable`: the oldest reports wrote null for a list without
 * anything; all later ones leave it out.
 */
export function resultShape(ended: (result: Result) => void, isNullable = false): Shape {
  let packages: number | undefined;
  let hasEntries = false;
  let exempt = 0;
  // Whatever their order in the report, those of the same list stand together.
  let drafts: Draft[][] = [];
  const lists = readers.map(([key, names, read], at): [string, Shape] => {
    const each = picked(names, (fields, where) => {
      hasEntries = true;
      const draft = read(fields, where);
      if (draft !== undefined) drafts[at]?.push(draft);
    });
    return [key, { ...listOf(each), isNullable }];
  });
  const eachPackage = picked(['Name', 'ID', 'Identifier', 'Severity'], (fields, where) => {
    checkNamed(fields, where);
    checkOther(fields, where);
    hasEntries = true;
    packages = (packages ?? 0) + 1;
  });
  return walked(
    {
      ...kept('Target', 'Class', 'Type'),
      ...Object.fromEntries(lists),
      Packages: { ...listOf(eachPackage, { entered: () => (packages = 0) }), isNullable },
      MisconfSummary: taken((summary, where) => (exempt = integerOf(summary, 'Exceptions', where) ?? 0)),
      // What modules of users found.
      CustomResources: listOf(
        picked(['Type', 'Severity'], (fields, where) => {
          requiredOf(fields, 'Type', where);
          checkOther(fields, where);
        }),
      ),
    },
    {
      entered: () => {
        packages = undefined;
        hasEntries = false;
        exempt = 0;
        drafts = readers.map(() => []);
      },
      left: (own, where) => {
        const [target, kind, type] = ['Target', 'Class', 'Type'].map((key) => textOf(own, key, where));
        if (target === undefined) throw invalid(`has no ${where}.Target`);
        ended({ target, ...present({ class: kind, type, packages }), hasEntries, exempt, drafts: drafts.flat() });
      },
    },
  );
}

/** The project itself, and what it is made of, may have no name: then its id says what it is. */
function checkNamed(fields: Json, where: string): void {
  const [name, id] = [filledOf(fields, 'Name', where), filledOf(fields, 'ID', where)];
  const uid = filledOf(objectOf(fields, 'Identifier', where) ?? {}, 'UID', `${where}.Identifier`);
  if ((name ?? id ?? uid) === undefined) throw invalid(`has no ${where}.Name`);
}

/** What has no rating: a finding in their list is damage. */
function checkOther(fields: Json, where: string): void {
  if (fields['Severity'] !== undefined) throw wrongAt(where, 'a finding, in a list that has none');
}
