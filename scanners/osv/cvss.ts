import type { Severity } from '../finding.ts';

const impact = { H: 0.56, L: 0.22, N: 0 };
/** Weights of the metrics of CVSS 3 (specification of 3.1, section 7.4). */
const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: impact,
  I: impact,
  A: impact,
  PRU: { N: 0.85, L: 0.62, H: 0.27 },
  PRC: { N: 0.85, L: 0.68, H: 0.5 },
};

/** The base score of a vector of CVSS 3.0 or 3.1; undefined for another version, or if a metric is missing. */
export function baseScoreOf(vector: string): number | undefined {
  const [version, ...metrics] = vector.split('/');
  if (version !== 'CVSS:3.0' && version !== 'CVSS:3.1') return undefined;
  const values = new Map(metrics.map((metric) => metric.split(':', 2) as [string, string]));
  const scope = values.get('S');
  if (scope !== 'U' && scope !== 'C') return undefined;
  const weigh = (metric: string, table = metric): number => weights[table]?.[values.get(metric) ?? ''] ?? Number.NaN;
  const missed = 1 - (1 - weigh('C')) * (1 - weigh('I')) * (1 - weigh('A'));
  const effect = scope === 'U' ? 6.42 * missed : 7.52 * (missed - 0.029) - 3.25 * (missed - 0.02) ** 15;
  const exploitability = 8.22 * weigh('AV') * weigh('AC') * weigh('PR', `PR${scope}`) * weigh('UI');
  if (Number.isNaN(effect + exploitability)) return undefined;
  if (effect <= 0) return 0;
  return roundUp(Math.min(10, (scope === 'U' ? 1 : 1.08) * (effect + exploitability)));
}

/** Up to one decimal, as the specification has it (appendix A): not fooled by how 4.02 is stored. */
function roundUp(score: number): number {
  const whole = Math.round(score * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}

/** The rating that CVSS 3 and 4 give to a score, and that OSV-Scanner shows: 0 is for it the same as none. */
export function ratingOf(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'unknown';
}
