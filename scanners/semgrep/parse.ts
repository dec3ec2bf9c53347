import { tellApart } from '../tell-apart.ts';
import { invalid } from '../invalid.ts';
import type { ReportParser } from '../report.ts';
import { kept, listOf, refused, skippedAll, taken, textual, walked } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { textAt, textOf, wrongAt } from '../json/field.ts';
import { readMatch } from './match.ts';
import { countTroubles } from './trouble.ts';

const NOT_OURS = 'is not a report of semgrep: that is an object with results and errors (semgrep scan --json)';

/** What any version writes there that holds no finding of its own and says nothing of coverage (semgrep_output_v1.atd). */
const ignored = [
  'time',
  'explanations',
  'engine_requested',
  'profiling_results',
  'subprojects',
  'mcp_scan_results',
  'stats',
  'debug',
];

/**
 * Reads the JSON report of `semgrep scan --json` (and of `semgrep ci --json`), of all versions since 0.50. Proof that something was
 * scanned is a file in `paths.scanned` that it could also scan as a whole, or a finding of a version that does not list files. What the tool calls an error is code that it did not scan:
 * such a report is not valid. What it only warns of (a file that it could not read, or in part, a rule that ran out of time) stands in
 * `warnings`, and such files count as `unscanned` and not as `files`. So do those that it skipped because it failed, but not those that
 * are beyond its own limit of size, or minified: these are told in `warnings` only.
 *
 * A finding that `nosemgrep` keeps quiet is given as `suppressed`. No source text is kept.
 */
export const semgrep: ReportParser = (sink) => {
  const matches = tellApart('semgrep', sink);
  const troubles = countTroubles();
  const seen = new Set<string>();
  const count = { results: 0, scanned: 0, rules: 0 };
  let version: string | undefined;
  // A rule's name and its engine.
  const readRule = (rule: readonly unknown[], where: string): void => {
    textAt(rule[0], `${where}[0]`);
    count.rules += 1;
  };
  const report = walked(
    {
      ...kept('version'),
      ...skippedAll(ignored),
      results: listOf(
        taken((fields, where) => {
          const { finding, place, parts } = readMatch(fields, where);
          matches.add(finding, place, parts);
          count.results += 1;
        }),
        { entered: () => seen.add('results') },
      ),
      errors: listOf(taken(troubles.error), { entered: () => seen.add('errors') }),
      paths: walked({
        scanned: listOf(
          textual((path, where) => {
            if (path === '') throw wrongAt(where, 'empty');
            count.scanned += 1;
          }),
        ),
        skipped: listOf(taken(troubles.skipped)),
      }),
      skipped_rules: listOf(taken(troubles.skippedRule)),
      rules_by_engine: listOf({ array: { step: 'take', taken: readRule } }),
      interfile_languages_used: listOf(textual(() => undefined)),
      vulns: refused('is an export of the Semgrep platform (vulns), not a report of semgrep scan --json'),
    },
    { left: (own, where) => (version = textOf(own, 'version', where)) },
  );

  return {
    ...visitorOf('a report of semgrep', report),
    end() {
      if (!seen.has('results') || !seen.has('errors')) throw invalid(NOT_OURS);
      const warnings = troubles.warnings();
      const unscanned = troubles.unscanned();
      const files = Math.max(0, count.scanned - unscanned.listed);
      if (files === 0 && (count.results === 0 || count.scanned > 0))
        throw invalid(
          count.scanned === 0
            ? 'proves nothing: no file was scanned (paths.scanned is empty, or not there)'
            : 'proves nothing: semgrep could scan none of the files that it was given, or not as a whole',
        );
      matches.end();
      return {
        coverage: {
          ...(files === 0 ? {} : { files }),
          ...(unscanned.all === 0 ? {} : { unscanned: unscanned.all }),
          ...(count.rules === 0 ? {} : { rules: count.rules }),
        },
        scanner: { name: 'semgrep', ...(version === undefined ? {} : { version }) },
        warnings,
      };
    },
  };
};
