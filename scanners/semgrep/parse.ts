import { tellApart } from '../tell-apart.ts';
import { invalid } from '../invalid.ts';
import type { Path } from '../json/read.ts';
import type { ReportParser } from '../report.ts';
import { readMatch } from './match.ts';
import { countTroubles } from './trouble.ts';

const NOT_OURS = 'is not a report of semgrep: that is an object with results and errors (semgrep scan --json)';

/** What is read of a report, and the JSON kind of each. */
const read: ReadonlyMap<string, 'object' | 'array'> = new Map([
  ['results', 'array'],
  ['errors', 'array'],
  ['paths', 'object'],
  ['skipped_rules', 'array'],
  ['rules_by_engine', 'array'],
  ['interfile_languages_used', 'array'],
]);

/** What any version writes there that holds no finding of its own and says nothing of coverage (semgrep_output_v1.atd). */
const ignored: ReadonlySet<string> = new Set([
  'time',
  'explanations',
  'engine_requested',
  'profiling_results',
  'subprojects',
  'mcp_scan_results',
  'stats',
  'debug',
]);

/**
 * Reads the JSON report of `semgrep scan --json` (and of `semgrep ci --json`), of all versions since 0.50. Proof that something was
 * scanned is a file in `paths.scanned` that it could also read, or a finding. What the tool calls an error is code that it did not scan:
 * such a report is not valid. What it only warns of (a file that it could not read, or in part, a rule that ran out of time) stands in
 * `warnings`.
 *
 * A finding that `nosemgrep` keeps quiet is given as `suppressed`. No source text is kept.
 */
export const semgrep: ReportParser = (sink) => {
  const matches = tellApart('semgrep', sink);
  const troubles = countTroubles();
  const seen = new Set<string>();
  const count = { results: 0, scanned: 0, rules: 0 };
  let version: string | undefined;

  function enterTop(name: string, kind: 'object' | 'array'): 'walk' | 'skip' {
    if (name === 'vulns')
      throw invalid('is an export of the Semgrep platform (vulns), not a report of semgrep scan --json');
    if (ignored.has(name)) return 'skip';
    const expected = read.get(name);
    if (expected === undefined) throw invalid(`has a field ${name} that this version cannot read`);
    if (kind !== expected) throw invalid(`${name} is not ${expected === 'array' ? 'a list' : 'an object'}`);
    seen.add(name);
    return 'walk';
  }

  function takeMember(path: Path, value: unknown): void {
    const [top, name] = path;
    const at = Number(name);
    if (top === 'results') {
      const { finding, place, parts } = readMatch(value, at);
      matches.add(finding, place, parts);
      count.results += 1;
    } else if (top === 'errors') troubles.error(value, at);
    else if (top === 'skipped_rules') troubles.skippedRule(value, at);
    else if (top === 'rules_by_engine') {
      // A rule's name and its engine.
      if (!Array.isArray(value) || typeof value[0] !== 'string') throw invalid(`rules_by_engine[${at}] is no rule`);
      count.rules += 1;
    } else if (top === 'interfile_languages_used') {
      if (typeof value !== 'string') throw invalid(`interfile_languages_used[${at}] is not a text`);
    } else if (name === 'scanned' || name === 'skipped') throw invalid(`paths.${name} is not a list`);
  }

  function takeOfPaths([, list, at]: Path, value: unknown): void {
    if (list === 'skipped') return troubles.skipped(value, Number(at));
    if (typeof value !== 'string' || value === '') throw invalid(`paths.scanned[${String(at)}] is not a text`);
    count.scanned += 1;
  }

  return {
    enter(path, kind) {
      const [top, name] = path;
      if (path.length === 0 && kind === 'array') throw invalid(NOT_OURS);
      if (path.length === 0) return 'walk';
      if (path.length === 1) return enterTop(String(top), kind);
      if (path.length > 2 || top !== 'paths') return 'take';
      if (name !== 'scanned' && name !== 'skipped')
        throw invalid(`has a field paths.${String(name)} that this version cannot read`);
      if (kind !== 'array') throw invalid(`paths.${name} is not a list`);
      return 'walk';
    },
    take(path, value) {
      const top = path[0];
      if (path.length === 0) throw invalid(NOT_OURS);
      if (path.length === 2) return takeMember(path, value);
      if (path.length > 2) return takeOfPaths(path, value);
      const expected = read.get(String(top));
      if (expected !== undefined)
        throw invalid(`${String(top)} is not ${expected === 'array' ? 'a list' : 'an object'}`);
      if (top !== 'version') return;
      if (typeof value !== 'string') throw invalid('version is not a text');
      version = value;
    },
    end() {
      if (!seen.has('results') || !seen.has('errors')) throw invalid(NOT_OURS);
      const warnings = troubles.warnings();
      const files = Math.max(0, count.scanned - troubles.unread());
      if (files === 0 && count.results === 0)
        throw invalid(
          count.scanned === 0
            ? 'proves nothing: no file was scanned (paths.scanned is empty, or not there)'
            : 'proves nothing: semgrep could read none of the files that it was given',
        );
      matches.end();
      return {
        coverage: {
          ...(files === 0 ? {} : { files }),
          ...(count.rules === 0 ? {} : { rules: count.rules }),
        },
        scanner: { name: 'semgrep', ...(version === undefined ? {} : { version }) },
        warnings,
      };
    },
  };
};
