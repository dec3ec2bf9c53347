import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import { objectAt, oneLine, optionalText, present, text } from '../json/checked.ts';
import { severityAt } from './severity.ts';

/** One entry of `Licenses`: the licence of a package, or one that was found in a file. */
export function licenceOf(value: unknown, path: Path): Draft {
  const fields = objectAt(value, path);
  const name = text(fields, 'Name', path);
  const owner = optionalText(fields, 'PkgName', path);
  return {
    finding: {
      id: oneLine(name),
      rule: oneLine(name),
      category: 'licence',
      severity: severityAt(fields, path),
      ...present({ package: owner, url: optionalText(fields, 'Link', path) }),
    },
    ...present({ path: optionalText(fields, 'FilePath', path) }),
    identity: [name, owner],
  };
}
