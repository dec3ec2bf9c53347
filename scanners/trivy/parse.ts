import { invalid } from '../invalid.ts';
import type { ReportParser, Scan } from '../report.ts';
import { documentShape, type Document } from './document.ts';
import { finisher } from '../draft.ts';
import { listOf, type Shape } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { placeOf } from './place.ts';
import { resultShape } from './result.ts';

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
    const finish = finisher('trivy');
    const placed = [
      ...results.map((result) => ({ result, place: placeOf(result, artifact, undefined) })),
      ...resources.flatMap((resource) =>
        resource.results.map((result) => ({ result, place: placeOf(result, undefined, resource.name) })),
      ),
    ];
    if (placed.length === 0) throw invalid(`has no Results: ${NOTHING_SEEN}`);
    // Those that count come first, so that their numbers do not depend on what is left out.
    for (const isSuppressed of [false, true])
      for (const { result, place } of placed)
        for (const draft of result.drafts)
          if ((draft.finding.suppressed !== undefined) === isSuppressed) sink(finish(draft, place));
    const counts = placed.flatMap(({ result }) => result.packages ?? []);
    return {
      ...scan,
      coverage: {
        targets: placed.length,
        ...(counts.length === 0 ? {} : { packages: counts.reduce((sum, count) => sum + count, 0) }),
      },
      warnings: resources
        .filter(({ isBroken }) => isBroken)
        .map(({ name }) => `Trivy could not scan all of ${name}: the report has an error for it.`),
    };
  }

  return { ...visitorOf('a report of trivy', report), end };
};
