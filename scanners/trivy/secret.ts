import type { Draft } from '../draft.ts';
import { fieldNames, filledOf, lineNumberOf, oneLine, present, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { severityAt } from './severity.ts';

/** The fields of it that are read. */
export const secretFields = fieldNames('RuleID Severity Title StartLine EndLine Match');

/**
 * One entry of `Secrets`. `Match` is the line around the secret, which trivy masks and other writers may not. Only how long it is goes into
 * the fingerprint: another secret at the same place mostly has another length.
 */
export function secretOf(fields: Json, where: string): Draft {
  const rule = requiredOf(fields, 'RuleID', where);
  const [line, end] = ['StartLine', 'EndLine'].map((key) => lineNumberOf(fields, key, where));
  return {
    finding: {
      id: rule,
      rule,
      category: 'secret',
      severity: severityAt(fields, where),
      ...present({ title: oneLine(filledOf(fields, 'Title', where)) }),
    },
    ...present({ line }),
    identity: [rule, ...[line, end, filledOf(fields, 'Match', where)?.length].map((one) => one?.toString())],
  };
}
