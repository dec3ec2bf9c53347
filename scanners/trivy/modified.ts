import type { Draft } from '../draft.ts';
import { fieldNames, filledOf, objectAt, oneLine, present, requiredOf, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { licenceOf } from './licence.ts';
import { misconfigurationOf } from './misconfiguration.ts';
import { secretOf } from './secret.ts';
import { vulnerabilityOf } from './vulnerability.ts';

const readers: ReadonlyMap<string, (fields: Json, where: string) => Draft | undefined> = new Map([
  ['vulnerability', vulnerabilityOf],
  ['misconfiguration', misconfigurationOf],
  ['secret', secretOf],
  ['license', licenceOf],
]);

/** Whether trivy left it out: by an ignore file, or because a VEX document says that it does not matter. */
const isLeftOut: ReadonlyMap<string, boolean> = new Map([
  ['ignored', true],
  ['not_affected', true],
  ['fixed', true],
  ['affected', false],
  ['under_investigation', false],
  ['unknown', false],
]);

/** The fields of it that are read. */
export const modifiedFields = fieldNames('Type Status Finding Statement Source');

/** One entry of `ExperimentalModifiedFindings` (`--show-suppressed`): a finding that trivy was told not to count, with who told it. */
export function modifiedOf(fields: Json, where: string): Draft | undefined {
  const read = readers.get(requiredOf(fields, 'Type', where));
  if (read === undefined) throw wrongAt(`${where}.Type`, 'no kind of finding of trivy');
  const status = requiredOf(fields, 'Status', where);
  const leftOut = isLeftOut.get(status);
  if (leftOut === undefined) throw wrongAt(`${where}.Status`, 'no status of trivy');
  const draft = read(objectAt(fields['Finding'], `${where}.Finding`), `${where}.Finding`);
  if (draft === undefined || !leftOut) return draft;
  const reason = oneLine(filledOf(fields, 'Statement', where));
  const by = oneLine(filledOf(fields, 'Source', where)) ?? `trivy: ${status}`;
  draft.finding.suppressed = { by, ...present({ reason }) };
  return draft;
}
