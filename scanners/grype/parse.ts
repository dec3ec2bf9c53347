import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import type { ReportParser, Scan } from '../report.ts';
import { isObject, textOf } from '../json/field.ts';
import { kept, listOf, skipped, taken, walked, type Json, type Shape } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { suppressionOf } from './ignored.ts';
import { findingOf } from './match.ts';
import { checkDatabase, subjectOf } from './subject.ts';

/**
 * Reads the JSON report of grype (`grype IMAGE --output json`), from 0.7 on. Grype does not tell how many packages it saw: that it saw any
 * is shown only by what it says of one, be it a match, one that was ignored, or an alert. Without that a target is not counted. A broken
 * vulnerability database makes the report invalid.
 */
export const grype: ReportParser = (sink) => {
  const ignored: Finding[] = [];
  const alerts = { ends: 0, notMatched: 0 };
  let hasSeen = false;
  /** An entry that is about a package. */
  const shown = (read: (value: Json, where: string) => void): Shape =>
    taken((value, where) => {
      hasSeen = true;
      read(value, where);
    });
  let scanner: Json = {};
  let hasMatches = false;
  let subject: Scan['subject'];
  let distro: Json = {};
  const report = walked(
    {
      matches: listOf(
        shown((match, where) => sink(findingOf(match, where))),
        { entered: () => void (hasMatches = true) },
      ),
      ignoredMatches: listOf(
        shown((match, where) => {
          const suppressed = suppressionOf(match);
          const finding = findingOf(match, where);
          if (suppressed === undefined) sink(finding);
          else ignored.push({ ...finding, suppressed });
        }),
      ),
      alertsByPackage: listOf(shown((value, where) => countAlerts(value, where, alerts))),
      source: taken((source) => void (subject = subjectOf(source))),
      distro: taken((value) => void (distro = value)),
      descriptor: walked(
        // The configuration may hold credentials of a registry.
        { ...kept('name', 'version', 'timestamp'), configuration: skipped, db: taken(checkDatabase) },
        { left: (own) => (scanner = own) },
      ),
    },
    // What somebody ignored does not hide what is there as well.
    { left: () => ignored.forEach(sink) },
  );
  return {
    ...visitorOf('a report of grype', report),
    end() {
      const { name, version, timestamp } = scanner;
      if (name !== 'grype') throw invalid('is not a report of grype: descriptor.name is another one, or missing');
      if (!hasMatches) throw invalid('has no list of matches');
      if (subject === undefined) throw invalid('does not say what was scanned (source)');
      const os = osOf(distro, alerts.ends > 0);
      const createdAt = timeOf(timestamp);
      return {
        coverage: hasSeen ? { targets: 1 } : {},
        scanner: { name: 'grype', ...(typeof version === 'string' ? { version } : {}) },
        subject,
        ...(createdAt === undefined ? {} : { createdAt }),
        ...(os === undefined ? {} : { os }),
        warnings: alerts.notMatched === 0 ? [] : [notMatched(alerts.notMatched)],
      };
    },
  };
};

function countAlerts(value: Json, where: string, into: { ends: number; notMatched: number }): void {
  if (!Array.isArray(value['alerts'])) throw invalid(`has ${where} without alerts`);
  const types = value['alerts'].map((alert) => (isObject(alert) ? alert['type'] : undefined));
  if (types.includes('distro-eol')) into.ends += 1;
  if (types.some((type) => type !== 'distro-eol')) into.notMatched += 1;
}

function notMatched(count: number): string {
  const packages = count === 1 ? '1 package' : `${count} packages`;
  return `Grype has no vulnerability data for the distribution of ${packages}: they were not checked.`;
}

function osOf(distro: Json, isEndOfLife: boolean): Scan['os'] {
  const [family, name] = [textOf(distro, 'name', 'distro'), textOf(distro, 'version', 'distro')];
  return family === undefined || family === '' ? undefined : { family, name: name ?? '', isEndOfLife };
}

function timeOf(timestamp: unknown): string | undefined {
  const time = typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT/.test(timestamp) ? Date.parse(timestamp) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
