import type { Draft } from '../draft.ts';
import { fieldNames, filledOf, oneLine, present, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { severityAt } from './severity.ts';

/** The fields of it that are read. */
export const licenceFields = fieldNames('Name Severity PkgName Link FilePath');

/** One entry of `Licenses`: the licence of a package, or one that was found in a file. */
export function licenceOf(fields: Json, where: string): Draft {
  const name = requiredOf(fields, 'Name', where);
  const owner = filledOf(fields, 'PkgName', where);
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
