import type { Severity } from '../finding.ts';
import type { Draft } from '../draft.ts';
import { filledOf, objectAt, objectOf, oneLine, present, requiredOf, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** Its numbers for severities, from 0. */
const severities: readonly Severity[] = ['unknown', 'info', 'low', 'medium', 'high', 'critical'];

/**
 * One entry of `experimental_generic_findings`: what is wrong with an image but belongs to no package, such as a weak password. What it
 * says of the place is free text, which goes into the fingerprint only.
 */
export function genericOf(fields: Json, where: string): Draft {
  const [adviceAt, nameAt] = [`${where}.Adv`, `${where}.Adv.ID`];
  const advice = objectAt(fields['Adv'], adviceAt);
  const name = objectAt(advice['ID'], nameAt);
  const severity = typeof advice['Sev'] === 'number' ? severities[advice['Sev']] : undefined;
  if (severity === undefined) throw wrongAt(`${adviceAt}.Sev`, 'no severity of OSV-Scanner');
  const id = requiredOf(name, 'Reference', nameAt);
  const target = fields['Target'] === null ? {} : (objectOf(fields, 'Target', where) ?? {});
  return {
    finding: {
      id,
      rule: id,
      category: 'misconfiguration',
      severity,
      ...present({ title: oneLine(filledOf(advice, 'Title', adviceAt)) }),
    },
    identity: [filledOf(name, 'Publisher', nameAt), id, filledOf(target, 'Extra', `${where}.Target`)],
  };
}
