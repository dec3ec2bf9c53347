/** How bad a finding is. `unknown` is a word of its own: what a tool does not rate is never taken for harmless. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'unknown';

/** One thing that a scanner found, the same shape for every tool. Holds no secret and no source text. */
export interface Finding {
  /** The tool's name for this one: a CVE, or where a leak is. */
  id: string;
  /** The rule that found it. */
  rule: string;
  category: 'secret' | 'code' | 'vulnerability' | 'misconfiguration' | 'licence';
  /** The tool's own rating, not ours. */
  severity: Severity;
  package?: string;
  version?: string;
  /** The version that no longer has it. */
  fixedIn?: string;
  location: Location;
  /** Equal for the same finding in every run; different for any two findings. */
  fingerprint: string;
}

export interface Location {
  /** As the tool names it: a file of the repository, or a target inside an image. */
  path: string;
  /** From 1. */
  line?: number;
  /** Full git SHA, when the tool looked at history. */
  commit?: string;
}

const severities: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['info', 'info'],
  ['informational', 'info'],
  // Semgrep's older words, and the levels of SARIF: error counts as high, as GitHub counts it.
  ['error', 'high'],
  ['warning', 'medium'],
  ['note', 'low'],
]);

/** A tool's word for a severity, in whatever case, as ours. A word that is not known, or none, is `unknown`: never less. */
export function severityOf(word: string | undefined): Severity {
  return severities.get(word?.trim().toLowerCase() ?? '') ?? 'unknown';
}
