import { severityOf, type Severity } from '../finding.ts';
import type { Path } from '../json/read.ts';
import { damaged, text, type Fields } from '../json/checked.ts';

/** All words that trivy has. It writes UNKNOWN where it does not know; so no word at all is damage. */
const words: ReadonlySet<string> = new Set(['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);

/** Trivy's own rating of a finding of any kind; `path` is the finding's. */
export function severityAt(fields: Fields, path: Path): Severity {
  const word = text(fields, 'Severity', path);
  if (!words.has(word)) throw damaged([...path, 'Severity'], 'is no severity of trivy');
  return severityOf(word);
}
