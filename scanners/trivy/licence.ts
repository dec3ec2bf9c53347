import type { Draft } from '../draft.ts';
import { invalid } from '../invalid.ts';
import { fieldAt, fieldNames, filledOf, oneLine, present, textOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { severityAt } from './severity.ts';

/** The fields of it that are read. */
export const licenceFields = fieldNames('Name Severity PkgName Link FilePath');

/** One entry of `Licenses`: the licence of a package, or one that was found in a file. */
export function licenceOf(fields: Json, where: string): Draft {
  // Some packages name no licence beside others; trivy lists that as one with an empty name.
  const name = textOf(fields, 'Name', where);
  const owner = filledOf(fields, 'PkgName', where);
  if (name === undefined || (name === '' && owner === undefined)) throw invalid(`has no ${fieldAt(where, 'Name')}`);
  const shown = oneLine(name) ?? '-';
  return {
    finding: {
      id: shown,
      rule: shown,
      category: 'licence',
      severity: severityAt(fields, where),
      ...present({ package: owner, url: filledOf(fields, 'Link', where) }),
    },
    ...present({ path: filledOf(fields, 'FilePath', where) }),
    identity: [name, owner],
  };
}
