import { invalid } from '../invalid.ts';
import type { ReportParser, Scan } from '../report.ts';
import { documentShape, type Document } from './document.ts';
import { finisher, type Place } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { listOf, type Shape } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { placeOf } from './place.ts';
import { resultShape, type Result } from './result.ts';

const NOTHING_SEEN = 'nothing in it shows that something was scanned';

/**
 * Reads the JSON of trivy (`--format json`): images, file systems, configuration, secrets and licences (SchemaVersion 2), clusters
 * (`trivy k8s`), and the list that versions before 0.20 wrote. Severities are trivy's own; of misconfigurations only those that failed
 * count, and what trivy was told to ignore is marked so.
 *
 * Trivy leaves out what is empty, so a report without any result looks the same whether all was clean or nothing was scanned: that is
 * `invalid`. How many packages were seen is told only if the report lists them (`--list-all-pkgs`).
 */
export const trivy: ReportParser = (sink) => {
  let document: Document | undefined;
  const legacy: Document = { results: [], resources: [], scan: { scanner: { name: 'trivy' } } };
  const report: Shape = {
    ...documentShape((read) => (document = read)),
    ...listOf(
      resultShape((result) => legacy.results.push(result), true),
      { entered: () => (document = legacy) },
    ),
    isNullable: true,
  };

  function end(): Scan {
    if (document === undefined)
      throw invalid(`is null, as trivy before 0.20 wrote when it found nothing: ${NOTHING_SEEN}`);
    const { name: artifact, results, resources, scan } = document;
    const placed = [
      ...results.map((result) => ({ result, place: placeOf(result, artifact, undefined) })),
      ...resources.flatMap((resource) =>
        resource.results.map((result) => ({ result, place: placeOf(result, undefined, resource.name) })),
      ),
    ];
    if (placed.length === 0) throw invalid(`has no Results: ${NOTHING_SEEN}`);
    // An entry without a name and with nothing in it says nothing.
    const seen = placed.filter(({ result }) => result.target !== '' || result.hasEntries);
    if (seen.length === 0) throw invalid(`has no Results with a Target or anything in them: ${NOTHING_SEEN}`);
    // Each object of a cluster has images of its own.
    for (const own of [results, ...resources.map((resource) => resource.results)]) checkSystem(own);
    sinkAll(placed, sink);
    const counts = placed.flatMap(({ result }) => result.packages ?? []);
    return {
      ...scan,
      coverage: {
        targets: seen.length,
        ...(counts.length === 0 ? {} : { packages: counts.reduce((sum, count) => sum + count, 0) }),
      },
      warnings: [
        ...resources
          .filter(({ isBroken }) => isBroken)
          .map(({ name }) => `Trivy could not scan all of ${name}: the report has an error for it.`),
        ...exempted(seen.reduce((sum, { result }) => sum + result.exempt, 0)),
      ],
    };
  }

  return { ...visitorOf('a report of trivy', report), end };
};

/**
 * Trivy names the system of an image by a file that says so, and its packages come from a database. An image without that database looks
 * as if it had none: where packages are listed, and none of the system, nothing is known of those.
 */
function checkSystem(results: readonly Result[]): void {
  const isListed = results.some(({ packages = 0 }) => packages > 0);
  const ofSystem = results.filter((result) => result.class === 'os-pkgs');
  if (!isListed || ofSystem.length === 0 || ofSystem.some(({ hasEntries }) => hasEntries)) return;
  throw invalid(
    'lists packages, but none of the operating system: its package database is not there, so nothing is known of them (--pkg-types library leaves the system out)',
  );
}

/** Trivy counts them, and in most runs lists none of them. */
function exempted(count: number): string[] {
  if (count === 0) return [];
  const checks = count === 1 ? '1 check' : `${count} checks`;
  return [`Trivy left out ${checks} by an exception in its rules: nothing is known of the result.`];
}

/** Those that count come first, so that their numbers do not depend on what is left out. */
function sinkAll(placed: readonly { result: Result; place: Place }[], sink: (finding: Finding) => void): void {
  const finish = finisher('trivy');
  const leftOut: (() => void)[] = [];
  for (const { result, place } of placed) {
    // Drafts go as findings come: both of all would be twice as much.
    for (const draft of result.drafts.splice(0)) {
      const give = (): void => sink(finish(draft, place));
      if (draft.finding.suppressed === undefined) give();
      else leftOut.push(give);
    }
  }
  for (const give of leftOut) give();
}
