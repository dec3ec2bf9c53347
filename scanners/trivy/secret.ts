import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import { objectAt, oneLine, optionalLine, optionalText, present, text } from '../json/checked.ts';
import { severityAt } from './severity.ts';

/**
 * One entry of `Secrets`. `Match` is the line around the secret, which trivy masks and other writers may not: it goes into the
 * fingerprint, which is a keyed hash, and nowhere else. It stays when lines above it come and go.
 */
export function secretOf(value: unknown, path: Path): Draft {
  const fields = objectAt(value, path);
  const rule = text(fields, 'RuleID', path);
  const title = optionalText(fields, 'Title', path);
  const line = optionalLine(fields, 'StartLine', path);
  return {
    finding: {
      id: rule,
      rule,
      category: 'secret',
      severity: severityAt(fields, path),
      ...present({ title: title === undefined ? undefined : oneLine(title) }),
    },
    ...present({ line }),
    identity: [rule, optionalText(fields, 'Match', path)],
  };
}
