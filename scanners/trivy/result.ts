import type { Draft } from '../draft.ts';
import { invalid } from '../invalid.ts';
import { present, requiredOf, textOf, wrongAt } from '../json/field.ts';
import { kept, listOf, skippedObject, taken, walked, type Json, type Shape } from '../json/shape.ts';
import { licenceOf } from './licence.ts';
import { misconfigurationOf } from './misconfiguration.ts';
import { modifiedOf } from './modified.ts';
import { secretOf } from './secret.ts';
import { vulnerabilityOf } from './vulnerability.ts';

/** One entry of `Results`: a part of what was scanned, such as a lock file or the system of an image. */
export interface Result {
  target: string;
  /** Absent in the oldest reports. */
  class?: string;
  /** Such as `debian` or `npm`. */
  type?: string;
  /** Undefined if the report does not list packages. */
  packages?: number;
  drafts: Draft[];
}

const readers: readonly (readonly [list: string, read: (fields: Json, where: string) => Draft | undefined])[] = [
  ['Vulnerabilities', vulnerabilityOf],
  ['Misconfigurations', misconfigurationOf],
  ['Secrets', secretOf],
  ['Licenses', licenceOf],
  ['ExperimentalModifiedFindings', modifiedOf],
];

/**
 * One entry of `Results`, which goes to `ended` when all of it is read. `isNullable`: the oldest reports wrote null for a list without
 * anything; all later ones leave it out.
 */
export function resultShape(ended: (result: Result) => void, isNullable = false): Shape {
  let packages: number | undefined;
  // Whatever their order in the report, those of the same list stand together.
  let drafts: Draft[][] = [];
  const lists = readers.map(([key, read], at): [string, Shape] => {
    const each = taken((fields, where) => {
      const draft = read(fields, where);
      if (draft !== undefined) drafts[at]?.push(draft);
    });
    return [key, { ...listOf(each), isNullable }];
  });
  const eachPackage = taken((fields, where) => {
    checkOther(fields, 'Name', where);
    packages = (packages ?? 0) + 1;
  });
  return walked(
    {
      ...kept('Target', 'Class', 'Type'),
      ...Object.fromEntries(lists),
      Packages: { ...listOf(eachPackage, { entered: () => (packages = 0) }), isNullable },
      MisconfSummary: skippedObject,
      // What modules of users found.
      CustomResources: listOf(taken((fields, where) => checkOther(fields, 'Type', where))),
    },
    {
      entered: () => {
        packages = undefined;
        drafts = readers.map(() => []);
      },
      left: (own, where) => {
        const [target, kind, type] = ['Target', 'Class', 'Type'].map((key) => textOf(own, key, where));
        if (target === undefined) throw invalid(`has no ${where}.Target`);
        ended({ target, ...present({ class: kind, type, packages }), drafts: drafts.flat() });
      },
    },
  );
}

/** A package, or whatever else has this name and no rating: a finding in their list is damage. */
function checkOther(fields: Json, name: string, where: string): void {
  requiredOf(fields, name, where);
  if (fields['Severity'] !== undefined) throw wrongAt(where, 'a finding, in a list that has none');
}
