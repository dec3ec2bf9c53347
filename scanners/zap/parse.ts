import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import type { ReportParser } from '../report.ts';
import { firstLine, plain } from '../json/field.ts';
import { kept, listOf, refused, skipped, taken, textual, walked, type Json } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { alertsShape } from './alert.ts';
import { findingsOf, type Alert } from './finding.ts';

/**
 * Reads the report `traditional-json` of ZAP, and `traditional-json-plus`. One without a site is of a scan that reached nothing; one
 * that was stopped early, or whose automation plan had errors, looked at less than it should: all of them are invalid.
 */
export const zap: ReportParser = (sink) => {
  const refuted: Finding[] = [];
  let words: Json = {};
  const warnings: string[] = [];
  let sites = 0;
  let name: string | undefined;
  // Members come in any order: the alerts of a site wait for its name.
  let alerts: Alert[] | undefined;
  const site = walked(
    {
      ...kept('@name'),
      alerts: alertsShape(
        () => void (alerts = []),
        (alert) => alerts?.push(alert),
      ),
      statistics: skipped,
    },
    {
      entered: () => {
        alerts = undefined;
      },
      left: (own) => {
        name = plain(own['@name']);
        if (name === undefined) throw invalid('has a site without a name');
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
      ...kept('@programName', '@version', '@generated', 'created'),
      // ZAP before 2.4 wrote a single site without a list.
      site: { ...site, ...listOf(site) },
      insights: { ...listOf(taken((value) => warnings.push(...warningOf(value)))), isNullable: true },
      stoppingInsight: { ...refused('is of a scan that ZAP stopped early (stoppingInsight)'), isNullable: true },
      sequences: skipped,
      statistics: skipped,
      afPlanErrors: {
        ...listOf(refused('is of a scan whose automation plan had errors (afPlanErrors)')),
        isNullable: true,
      },
      afPlanWarns: {
        ...listOf(textual(() => warnings.push('The automation plan of ZAP had a warning (afPlanWarns).'))),
        isNullable: true,
      },
    },
    {
      left: (own) => {
        words = own;
        // What somebody marked as false does not hide what is there as well.
        refuted.forEach(sink);
      },
    },
  );
  return {
    ...visitorOf('a report of ZAP', report),
    end() {
      const { '@programName': program, '@version': version, '@generated': generated, created } = words;
      // ZAP before 2.13 does not name itself.
      const isOfZap =
        program === undefined ? typeof generated === 'string' : typeof program === 'string' && /\bzap\b/i.test(program);
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
  const what = typeof description === 'string' ? firstLine(description) : undefined;
  const number = typeof statistic === 'string' || typeof statistic === 'number' ? `: ${statistic}` : '';
  return [`ZAP doubts its own scan (insights). ${what ?? 'It does not say why'}${number}.`];
}
