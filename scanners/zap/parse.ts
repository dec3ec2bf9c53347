import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import type { ReportParser } from '../report.ts';
import { lineOf } from '../json/field.ts';
import { listOf, skipped, taken, visitorOf, walked, type Json, type Shape } from '../json/shape.ts';
import { alertsShape } from './alert.ts';
import { findingsOf, type Alert } from './finding.ts';

const stopped = (): never => {
  throw invalid('is of a scan that ZAP stopped early (stoppingInsight)');
};

/**
 * Reads the report `traditional-json` of ZAP, and `traditional-json-plus`. One without a site is of a scan that reached nothing; one
 * that was stopped early, or whose automation plan had errors, looked at less than it should: all of them are invalid.
 */
export const zap: ReportParser = (sink) => {
  const refuted: Finding[] = [];
  const texts = new Map<string, unknown>();
  const warnings: string[] = [];
  let sites = 0;
  let name: string | undefined;
  // Members come in any order: the alerts of a site wait for its name.
  let alerts: Alert[] | undefined;
  const site = walked(
    {
      alerts: alertsShape(
        () => void (alerts = []),
        (alert) => alerts?.push(alert),
      ),
      statistics: skipped,
    },
    {
      entered: () => {
        name = undefined;
        alerts = undefined;
      },
      scalar: (key, value) => {
        if (key === '@name' && typeof value === 'string') name = value;
      },
      left: () => {
        if (name === undefined || name === '') throw invalid('has a site without a name');
        if (alerts === undefined) throw invalid('has a site without a list of alerts');
        sites += 1;
        for (const alert of alerts)
          for (const finding of findingsOf(alert, name)) (alert.isRefuted ? keep : sink)(finding);
      },
    },
  );
  const keep = (finding: Finding): void => void refuted.push(finding);
  const report = walked(
    {
      // ZAP before 2.4 wrote a single site without a list.
      site: { ...site, ...listOf(site) },
      insights: { ...listOf(taken((value) => warnings.push(...warningOf(value)))), isNullable: true },
      stoppingInsight: { ...taken(stopped), array: { step: 'take', taken: stopped }, isNullable: true },
      sequences: skipped,
      statistics: skipped,
      afPlanErrors: textsOf(() => {
        throw invalid('is of a scan whose automation plan had errors (afPlanErrors)');
      }),
      afPlanWarns: textsOf(() => {
        warnings.push('The automation plan of ZAP had a warning (afPlanWarns).');
      }),
    },
    {
      scalar: (key, value) => texts.set(key, value),
      // What somebody marked as false does not hide what is there as well.
      left: () => refuted.forEach(sink),
    },
  );
  return {
    ...visitorOf('a report of ZAP', report),
    end() {
      const [program, version, created] = [texts.get('@programName'), texts.get('@version'), texts.get('created')];
      // ZAP before 2.13 does not name itself.
      const isOfZap =
        program === undefined
          ? typeof texts.get('@generated') === 'string'
          : typeof program === 'string' && /\bzap\b/i.test(program);
      if (!isOfZap || typeof version !== 'string' || version === '')
        throw invalid('is not a report of ZAP (@programName, @version, @generated)');
      if (sites === 0) throw invalid('has no site: ZAP reached nothing');
      const time = typeof created === 'string' && /^\d{4}-\d\d-\d\dT/.test(created) ? Date.parse(created) : NaN;
      return {
        coverage: { targets: sites },
        scanner: { name: 'ZAP', version },
        ...(sites === 1 && name !== undefined ? { subject: { name } } : {}),
        ...(Number.isNaN(time) ? {} : { createdAt: new Date(time).toISOString() }),
        warnings: [...new Set(warnings)],
      };
    },
  };
};

/** What ZAP itself finds wrong with its scan, such as many requests that failed. */
function warningOf({ level, description, statistic }: Json): string[] {
  if (level !== 'High' && level !== 'Medium') return [];
  const what = typeof description === 'string' ? lineOf(description) : undefined;
  const number = typeof statistic === 'string' || typeof statistic === 'number' ? `: ${statistic}` : '';
  return [`ZAP doubts its own scan (insights). ${what ?? 'It does not say why'}${number}.`];
}

/** A list of texts, each of which is met. */
function textsOf(met: () => void): Shape {
  return { array: { step: 'walk', scalar: met }, isNullable: true };
}
