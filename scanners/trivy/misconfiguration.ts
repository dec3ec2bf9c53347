import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import {
  damaged,
  objectAt,
  oneLine,
  optionalLine,
  optionalObject,
  optionalText,
  present,
  text,
} from '../json/checked.ts';
import { severityAt } from './severity.ts';

/** One entry of `Misconfigurations`; undefined for a check that passed or that a rule of the scanned exempts. */
export function misconfigurationOf(value: unknown, path: Path): Draft | undefined {
  const fields = objectAt(value, path);
  // The first versions listed only what failed, and wrote no status.
  const status = optionalText(fields, 'Status', path) ?? 'FAIL';
  if (status === 'PASS' || status === 'EXCEPTION') return undefined;
  if (status !== 'FAIL') throw damaged([...path, 'Status'], 'is no status of trivy');
  // Older versions have a second name of their database; some checks of users only that one.
  const other = optionalText(fields, 'AVDID', path);
  const id = optionalText(fields, 'ID', path) ?? other ?? text(fields, 'ID', path);
  const title = optionalText(fields, 'Title', path);
  const cause = optionalObject(fields, 'CauseMetadata', path) ?? {};
  const causePath = [...path, 'CauseMetadata'];
  return {
    finding: {
      id,
      rule: id,
      category: 'misconfiguration',
      severity: severityAt(fields, path),
      aliases: [...new Set([id, other ?? id])],
      ...present({
        title: title === undefined ? undefined : oneLine(title),
        url: optionalText(fields, 'PrimaryURL', path),
      }),
    },
    ...present({ line: optionalLine(cause, 'StartLine', causePath) }),
    // The message names the part that fails; it stays when lines above it come and go.
    identity: [id, optionalText(cause, 'Resource', causePath), optionalText(fields, 'Message', path)],
  };
}
