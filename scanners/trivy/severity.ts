import { severityOf, type Severity } from '../finding.ts';
import { fieldAt, requiredOf, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** All words that trivy has. It writes UNKNOWN where it does not know; so no word at all is damage. */
const words: ReadonlySet<string> = new Set(['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);

/** Trivy's own rating of a finding of any kind; `where` is the finding's place. */
export function severityAt(fields: Json, where: string): Severity {
  const word = requiredOf(fields, 'Severity', where);
  if (!words.has(word)) throw wrongAt(fieldAt(where, 'Severity'), 'no severity of trivy');
  return severityOf(word);
}
