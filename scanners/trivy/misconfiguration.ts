import type { Draft } from '../draft.ts';
import { fieldNames, filledOf, lineNumberOf, objectOf, oneLine, present, requiredOf, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { severityAt } from './severity.ts';

/** The fields of it that are read. */
export const misconfigurationFields = fieldNames('Status ID AVDID Severity Title PrimaryURL Message CauseMetadata');

/** One entry of `Misconfigurations`; undefined for a check that passed or that a rule of the scanned exempts. */
export function misconfigurationOf(fields: Json, where: string): Draft | undefined {
  // The first versions listed only what failed, and wrote no status.
  const status = filledOf(fields, 'Status', where) ?? 'FAIL';
  if (status === 'PASS' || status === 'EXCEPTION') return undefined;
  if (status !== 'FAIL') throw wrongAt(`${where}.Status`, 'no status of trivy');
  // Older versions have a second name of their database; some checks of users only that one.
  const other = filledOf(fields, 'AVDID', where);
  const id = filledOf(fields, 'ID', where) ?? other ?? requiredOf(fields, 'ID', where);
  const cause = objectOf(fields, 'CauseMetadata', where) ?? {};
  const causeAt = `${where}.CauseMetadata`;
  return {
    finding: {
      id,
      rule: id,
      category: 'misconfiguration',
      severity: severityAt(fields, where),
      aliases: [...new Set([id, other ?? id])],
      ...present({
        title: oneLine(filledOf(fields, 'Title', where)),
        url: filledOf(fields, 'PrimaryURL', where),
      }),
    },
    ...present({ line: lineNumberOf(cause, 'StartLine', causeAt) }),
    // The message names the part that fails; it stays when lines above it come and go.
    identity: [id, filledOf(cause, 'Resource', causeAt), filledOf(fields, 'Message', where)],
  };
}
