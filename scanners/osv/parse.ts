import { invalid } from '../invalid.ts';
import type { ReportParser, Scan } from '../report.ts';
import { finisher, type Draft } from '../draft.ts';
import { listNode, objectNode, takeEach, unknownField, visitorOf, type Member, type Node } from '../json/node.ts';
import { genericOf } from './generic.ts';
import { sourceNode, type Source } from './source.ts';

const NOT_OSV = 'is not a report of OSV-Scanner';

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
  let [isSeen, unknown]: [boolean?, string?] = [];
  const members = new Map<string, Member>([
    [
      'results',
      { kind: 'array', as: () => ((isSeen = true), listNode(() => sourceNode((source) => sources.push(source)))) },
    ],
    ['experimental_config', { kind: 'object', as: () => 'skip' }],
    ['image_metadata', { kind: 'object', as: () => 'skip' }],
    ['license_summary', { kind: 'array', as: () => 'skip' }],
    [
      'experimental_generic_findings',
      { kind: 'array', as: () => takeEach((value, path) => generic.push(genericOf(value, path))) },
    ],
  ]);
  const document = objectNode(members, undefined, (key) => {
    unknown ??= key;
    return 'skip';
  });
  const root: Node = {
    enter(_, kind) {
      if (kind === 'array') throw invalid(`${NOT_OSV}: it is a list`);
      return document;
    },
    take() {
      throw invalid(NOT_OSV);
    },
  };

  function end(): Scan {
    if (isSeen !== true) throw invalid(`${NOT_OSV}: it has no results`);
    if (unknown !== undefined) throw unknownField(unknown);
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

  return { ...visitorOf(root), end };
};
