import { isCredentialWeakness } from '../credential.ts';
import { isObject, plain } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import type { Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { invalid } from '../invalid.ts';
import type { CodeResult } from './code-result.ts';

/** One run as it is read: results may come before the rules that they name. */
export interface Run {
  driver?: string | undefined;
  version?: string | undefined;
  hasResults: boolean;
  hasCoverage: boolean;
  results: CodeResult[];
  titles: Map<string, string>;
  /** Rules that find credentials in the code. */
  secrets: Set<string>;
  files: number;
  unread: number;
}

/** Keeps the title of a rule, and whether it finds credentials. */
export function readRule(run: Run, { id, shortDescription, properties }: Json): void {
  if (typeof id !== 'string') return;
  const title = isObject(shortDescription) ? plain(shortDescription['text']) : undefined;
  if (title !== undefined) run.titles.set(id, title);
  const weaknesses = [isObject(properties) ? properties['cwe'] : undefined].flat();
  if (weaknesses.some((one) => isCredentialWeakness(String(one)))) run.secrets.add(id);
}

/** Adds to the files; `isSupported` false: files that failed to parse, or of a language that Snyk Code does not know. */
export function readCoverage(run: Run, { files, isSupported }: Json, place: string): void {
  if (typeof files !== 'number' || !Number.isInteger(files) || files < 0 || typeof isSupported !== 'boolean')
    throw invalid(`is no report of snyk: ${place} does not say how many files there are`);
  if (isSupported) run.files += files;
  else run.unread += files;
}

/** The results of a run that has ended. */
export function findingsOf({ results, titles, secrets }: Run): Finding[] {
  const alike = new Map<string, number>();
  const inOrder = [...results].sort((a, b) => a.line - b.line || a.column - b.column);
  return inOrder.map(({ rule, severity, suppressed, path, line, column, print }) => {
    const isSecret = secrets.has(rule);
    // What is made of a secret can be guessed from: it goes by its place.
    const parts = isSecret ? [rule, path, 'secret', line, column] : [rule, path, print];
    const key = JSON.stringify(parts);
    // The same code twice in one file: the first, the second, in the order of their lines.
    const ordinal = alike.get(key) ?? 0;
    alike.set(key, ordinal + 1);
    const title = titles.get(rule);
    return {
      id: rule,
      rule,
      category: isSecret ? 'secret' : 'code',
      severity,
      ...(title === undefined ? {} : { title }),
      ...(suppressed === undefined ? {} : { suppressed }),
      location: { path, ...(line === 0 ? {} : { line }) },
      fingerprint: fingerprintOf('snyk', 'code', ...parts, ordinal === 0 ? undefined : ordinal),
    };
  });
}
