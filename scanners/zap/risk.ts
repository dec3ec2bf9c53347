import type { Severity } from '../finding.ts';
import { invalid } from '../invalid.ts';

/** By ZAP's `riskcode`; it has no critical. */
const severities: readonly Severity[] = ['info', 'low', 'medium', 'high'];

/** Throws `invalid` unless it is 0 to 3, as text or as a number. */
export function severityOf(riskcode: unknown, where: string): Severity {
  const severity = severities[codeOf(riskcode) ?? -1];
  if (severity === undefined) throw invalid(`has ${where} with a riskcode that is none of 0, 1, 2, 3`);
  return severity;
}

/** Whether somebody marked the alert as a false positive: confidence 0. Throws `invalid` unless it is 0 to 4, or not there. */
export function isFalsePositive(confidence: unknown, where: string): boolean {
  if (confidence === undefined) return false;
  const code = codeOf(confidence);
  if (code === undefined || code > 4) throw invalid(`has ${where} with a confidence that is none of 0, 1, 2, 3, 4`);
  return code === 0;
}

/** ZAP writes all numbers as texts. */
function codeOf(value: unknown): number | undefined {
  return (typeof value === 'string' || typeof value === 'number') && /^\d$/.test(String(value))
    ? Number(value)
    : undefined;
}
