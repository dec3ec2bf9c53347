/** How bad a finding is. `unknown` is a word of its own: what a tool does not rate is never taken for harmless. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info' | 'unknown';

/** One thing that a scanner found, the same shape for every tool. Holds no secret and no source text. */
export interface Finding {
  /** The tool's name for this one: a CVE, or where a leak is. */
  id: string;
  /** The rule that found it. */
  rule: string;
  category: Category;
  /** The tool's own rating, not ours. */
  severity: Severity;
  /** One line for people, as the tool has it. */
  title?: string;
  /** Other names of the same weakness: CVE, GHSA, vendor ids. */
  aliases?: string[];
  package?: string;
  /** Package URL, with version and without qualifiers. */
  purl?: string;
  version?: string;
  /** The version that no longer has it. */
  fixedIn?: string;
  /** Whether its makers mend it: `fixed` (there is a version), `none` yet, or `never` (refused, or past the end of support). */
  fixState?: 'fixed' | 'none' | 'never';
  /** CVSS base score, 0 to 10, as the tool gives it. */
  score?: number;
  url?: string;
  /**
   * The tool was told not to count it. `inSource`: by a comment beside the code, which whoever reads the code sees. Whether it holds is for
   * the policy to say.
   */
  suppressed?: { by: string; reason?: string; inSource?: boolean };
  location: Location;
  /** Equal for the same finding in every run; different for any two findings. */
  fingerprint: string;
}

export type Category = 'secret' | 'code' | 'vulnerability' | 'misconfiguration' | 'licence' | 'web';

export interface Location {
  /** As the tool names it: a file of the repository, or a target inside an image. */
  path: string;
  /** From 1. */
  line?: number;
  /** Full git SHA, when the tool looked at history. */
  commit?: string;
}

const byWord: ReadonlyMap<string, Severity> = new Map([
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

/** From the worst. What a tool does not rate may be as bad as high, so it stands right after what is worse for sure. */
export const severities = ['critical', 'high', 'unknown', 'medium', 'low', 'info'] as const satisfies Severity[];

/** 0 for the worst. */
export function rankOf(severity: Severity): number {
  return severities.indexOf(severity);
}

export function worse(a: Severity, b: Severity): Severity {
  return rankOf(b) < rankOf(a) ? b : a;
}

/** A tool's word for a severity, in whatever case, as ours. A word that is not known, or none, is `unknown`: never less. */
export function severityOf(word: string | undefined): Severity {
  return byWord.get(word?.trim().toLowerCase() ?? '') ?? 'unknown';
}
