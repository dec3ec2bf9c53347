import { invalid } from '../invalid.ts';
import type { ReportParser, Scan } from '../report.ts';
import { finisher, type Draft } from '../draft.ts';
import { listOf, skippedList, skippedObject, taken, walked } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { genericOf } from './generic.ts';
import { sourceShape, type Source } from './source.ts';

/**
 * Reads the JSON of OSV-Scanner 1 and 2 (`--format json`). Advisories of several databases on one weakness are one finding, as
 * OSV-Scanner groups them, with the rating of its highest score.
 *
 * OSV-Scanner lists only packages with findings unless it runs with `--all-packages`; so a report without any source looks the same
 * whether all was clean or nothing was scanned: that is `invalid`.
 */
export const osv: ReportParser = (sink) => {
  const sources: Source[] = [];
  const generic: Draft[] = [];
  let isSeen = false;
  const report = walked({
    results: listOf(
      sourceShape((source) => sources.push(source)),
      { entered: () => (isSeen = true) },
    ),
    experimental_config: skippedObject,
    image_metadata: skippedObject,
    license_summary: skippedList,
    experimental_generic_findings: listOf(taken((value, where) => generic.push(genericOf(value, where)))),
  });

  function end(): Scan {
    if (!isSeen) throw invalid('is not a report of OSV-Scanner: it has no results');
    const packages = sources.reduce((sum, source) => sum + source.packages, 0);
    if (packages === 0)
      throw invalid(
        'lists no package, so nothing in it shows that something was scanned: run OSV-Scanner with --all-packages',
      );
    const finish = finisher('osv');
    const placed = [
      ...sources.flatMap(({ path, type, drafts }) =>
        drafts.map((draft) => ({
          draft,
          place: { path: path || '-', steady: `${type} ${path}`, resource: undefined },
        })),
      ),
      ...generic.map((draft) => ({ draft, place: { path: '-', steady: '', resource: undefined } })),
    ];
    // Those that count come first, so that their numbers do not depend on what is left out.
    for (const isSuppressed of [false, true])
      for (const { draft, place } of placed)
        if ((draft.finding.suppressed !== undefined) === isSuppressed) sink(finish(draft, place));
    return { coverage: { targets: sources.length, packages }, scanner: { name: 'osv-scanner' }, warnings: [] };
  }

  return { ...visitorOf('a report of OSV-Scanner', report), end };
};
