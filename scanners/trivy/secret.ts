import type { Draft } from '../draft.ts';
import { filledOf, lineNumberOf, oneLine, present, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { severityAt } from './severity.ts';

/**
 * One entry of `Secrets`. `Match` is the line around the secret, which trivy masks and other writers may not: it goes into the
 * fingerprint, which is a keyed hash, and nowhere else. It stays when lines above it come and go.
 */
export function secretOf(fields: Json, where: string): Draft {
  const rule = requiredOf(fields, 'RuleID', where);
  return {
    finding: {
      id: rule,
      rule,
      category: 'secret',
      severity: severityAt(fields, where),
      ...present({ title: oneLine(filledOf(fields, 'Title', where)) }),
    },
    ...present({ line: lineNumberOf(fields, 'StartLine', where) }),
    identity: [rule, filledOf(fields, 'Match', where)],
  };
}
