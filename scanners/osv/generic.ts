import type { Severity } from '../finding.ts';
import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import { damaged, objectAt, oneLine, optionalObject, optionalText, present, text } from '../json/checked.ts';

/** Its numbers for severities, from 0. */
const severities: readonly Severity[] = ['unknown', 'info', 'low', 'medium', 'high', 'critical'];

/**
 * One entry of `experimental_generic_findings`: what is wrong with an image but belongs to no package, such as a weak password. What it
 * says of the place is free text, which goes into the fingerprint only.
 */
export function genericOf(value: unknown, path: Path): Draft {
  const fields = objectAt(value, path);
  const [advicePath, idPath] = [
    [...path, 'Adv'],
    [...path, 'Adv', 'ID'],
  ];
  const advice = objectAt(fields['Adv'], advicePath);
  const name = objectAt(advice['ID'], idPath);
  const severity = typeof advice['Sev'] === 'number' ? severities[advice['Sev']] : undefined;
  if (severity === undefined) throw damaged([...advicePath, 'Sev'], 'is no severity of OSV-Scanner');
  const id = text(name, 'Reference', idPath);
  const title = optionalText(advice, 'Title', advicePath);
  const target = fields['Target'] === null ? undefined : optionalObject(fields, 'Target', path);
  return {
    finding: {
      id,
      rule: id,
      category: 'misconfiguration',
      severity,
      ...present({ title: title === undefined ? undefined : oneLine(title) }),
    },
    identity: [
      optionalText(name, 'Publisher', idPath),
      id,
      target && optionalText(target, 'Extra', [...path, 'Target']),
    ],
  };
}
