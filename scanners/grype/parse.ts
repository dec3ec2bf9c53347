import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import type { ReportParser, Scan } from '../report.ts';
import { filledOf, isObject, plain } from '../json/field.ts';
import { kept, listOf, skipped, taken, walked, type Json, type Shape } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { suppressionOf } from './ignored.ts';
import { findingOf } from './match.ts';
import { checkDatabase, subjectOf } from './subject.ts';

/**
 * Reads the JSON report of grype (`grype IMAGE --output json`), from 0.7 on. Grype does not tell how many packages it saw: that it saw any
 * is shown only by what it says of one, be it a match, one that was ignored, or an alert other than that it did not check it. Without that a
 * target is not counted. A broken vulnerability database makes the report invalid.
 */
export const grype: ReportParser = (sink) => {
  const ignored: Finding[] = [];
  const alerts: Alerts = { ended: undefined, notMatched: 0 };
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
      alertsByPackage: listOf(
        taken((value, where) => {
          if (countAlerts(value, where, alerts)) hasSeen = true;
        }),
      ),
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
      const os = osOf(distro, alerts.ended);
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

interface Alerts {
  /** The first distribution without updates: a package may have one though what was scanned has none, such as an SBOM. */
  ended: Json | undefined;
  /** Packages that were not checked. */
  notMatched: number;
}

/** Whether the package was checked. One of a distribution that grype does not know or has no data for was not. */
function countAlerts(value: Json, where: string, into: Alerts): boolean {
  if (!Array.isArray(value['alerts'])) throw invalid(`has ${where} without alerts`);
  const all = value['alerts'].map((alert) => (isObject(alert) ? alert : {}));
  const isEnd = ({ type }: Json): boolean => type === 'distro-eol';
  const ended = all.find(isEnd)?.['metadata'];
  if (all.some(isEnd)) into.ended ??= isObject(ended) ? ended : {};
  const isChecked = all.every(isEnd);
  if (!isChecked) into.notMatched += 1;
  return isChecked;
}

function notMatched(count: number): string {
  const packages = count === 1 ? '1 package' : `${count} packages`;
  return `Grype has no vulnerability data for the distribution of ${packages}: they were not checked.`;
}

/** The distribution, or the one that ended. */
function osOf(distro: Json, ended: Json | undefined): Scan['os'] {
  const [family, name] = [filledOf(distro, 'name', 'distro'), filledOf(distro, 'version', 'distro')];
  if (family !== undefined) return { family, name: name ?? '', isEndOfLife: ended !== undefined };
  if (ended === undefined) return undefined;
  return { family: plain(ended['name']) ?? 'unknown', name: plain(ended['version']) ?? '', isEndOfLife: true };
}

function timeOf(timestamp: unknown): string | undefined {
  const time = typeof timestamp === 'string' && /^\d{4}-\d\d-\d\dT/.test(timestamp) ? Date.parse(timestamp) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
