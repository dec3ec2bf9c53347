import type { Finding, Severity } from './finding.ts';
import { parseGitleaks, type Parsed } from './gitleaks/parse.ts';

/** What the gate says on the reports of one tool. `invalid`: nothing can be said, so nothing may be deployed. */
export interface GateReport {
  tool: string;
  findings: Finding[];
  counts: Record<Severity, number>;
  verdict: 'pass' | 'block' | 'invalid';
  /** One sentence for each reason why it is not `pass`. */
  reasons: string[];
}

/** One report: its text, or why there is none. */
export interface Report {
  name: string;
  text: string | { missing: string };
}

const parsers = new Map<string, (text: string) => Parsed>([['gitleaks', parseGitleaks]]);

/** The tools whose reports can be read. */
export const supportedTools: readonly string[] = [...parsers.keys()];

/**
 * Judges the reports of `tool`, one of `supportedTools`; undefined for another one. Any secret blocks, whatever its severity. One report
 * that is missing or not valid makes the whole verdict `invalid`, even if the others are clean. The same finding in two reports counts once.
 */
export function judge(tool: string, reports: readonly Report[]): GateReport | undefined {
  const parse = parsers.get(tool);
  if (parse === undefined) return undefined;
  const invalid: string[] = reports.length === 0 ? ['There is no report.'] : [];
  const byFingerprint = new Map<string, Finding>();
  for (const { name, text } of reports) {
    const parsed: Parsed = typeof text === 'string' ? parse(text) : { valid: false, reason: text.missing };
    if (!parsed.valid) invalid.push(`${name} ${parsed.reason}.`);
    else for (const finding of parsed.findings) byFingerprint.set(finding.fingerprint, finding);
  }
  // Scanners write in the order in which they happen to finish.
  const findings = [...byFingerprint.values()].sort(byPlace);
  const blocking = findings
    .filter(({ category }) => category === 'secret')
    .map(
      ({ rule, location }) => `${rule} in ${location.path}${location.line === undefined ? '' : `:${location.line}`}`,
    );
  return {
    tool,
    findings,
    counts: countBySeverity(findings),
    verdict: invalid.length > 0 ? 'invalid' : blocking.length > 0 ? 'block' : 'pass',
    reasons: [...invalid, ...blocking.map((what) => `Any secret blocks: ${what}.`)],
  };
}

function byPlace(a: Finding, b: Finding): number {
  const lines = (a.location.line ?? 0) - (b.location.line ?? 0);
  return compare(a.location.path, b.location.path) || lines || compare(a.fingerprint, b.fingerprint);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0, unknown: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
