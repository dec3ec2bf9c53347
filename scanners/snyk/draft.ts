import { worse, type Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';

/** A finding before it is known where it is: the members of a project come in any order. */
export interface Draft {
  finding: Omit<Finding, 'location' | 'fingerprint' | 'purl'>;
  /** Tells it from others of the same project. */
  identity: readonly (string | number | undefined)[];
  line?: number;
  component?: { manager?: string; name: string; version?: string };
}

/** What is the same finding: Snyk lists a vulnerability once for each path to its package. */
function keyOf({ identity }: Draft): string {
  return JSON.stringify(identity.map((part) => part ?? null));
}

/** Adds to those of the same project. Of the same twice: what is not suppressed hides what is, and the worse rating counts. */
export function addDraft(drafts: Map<string, Draft>, draft: Draft): void {
  const key = keyOf(draft);
  const other = drafts.get(key);
  if (other === undefined) drafts.set(key, draft);
  else drafts.set(key, { ...other, finding: merge(other.finding, draft.finding) });
}

/** The same finding twice, as one. A path that is suppressed says nothing of one that is not. */
export function merge<T extends Pick<Finding, 'severity' | 'suppressed'>>(first: T, second: T): T {
  const isHidden = first.suppressed !== undefined;
  if (isHidden !== (second.suppressed !== undefined)) return isHidden ? second : first;
  return { ...first, severity: worse(first.severity, second.severity) };
}

export function fingerprintOfDraft(
  { finding, identity }: Draft,
  project: string | undefined,
  file: string | undefined,
): string {
  return fingerprintOf('snyk', finding.category, project, file, ...identity);
}
