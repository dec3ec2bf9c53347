import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import { damaged, objectAt, oneLine, optionalText, text } from '../json/checked.ts';
import { licenceOf } from './licence.ts';
import { misconfigurationOf } from './misconfiguration.ts';
import { secretOf } from './secret.ts';
import { vulnerabilityOf } from './vulnerability.ts';

const readers: ReadonlyMap<string, (value: unknown, path: Path) => Draft | undefined> = new Map([
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

/** One entry of `ExperimentalModifiedFindings` (`--show-suppressed`): a finding that trivy was told not to count, with who told it. */
export function modifiedOf(value: unknown, path: Path): Draft | undefined {
  const fields = objectAt(value, path);
  const read = readers.get(text(fields, 'Type', path));
  if (read === undefined) throw damaged([...path, 'Type'], 'is no kind of finding of trivy');
  const status = text(fields, 'Status', path);
  const leftOut = isLeftOut.get(status);
  if (leftOut === undefined) throw damaged([...path, 'Status'], 'is no status of trivy');
  const draft = read(fields['Finding'], [...path, 'Finding']);
  if (draft === undefined || !leftOut) return draft;
  const reason = optionalText(fields, 'Statement', path);
  const by = oneLine(optionalText(fields, 'Source', path) ?? `trivy: ${status}`);
  draft.finding.suppressed = { by, ...(reason === undefined ? {} : { reason: oneLine(reason) }) };
  return draft;
}
