import { invalid } from '../invalid.ts';
import type { Path, Visitor } from '../json/read.ts';
import { readCodeResult } from './code-result.ts';
import { findingsOf, readCoverage, readRule, type Run } from './code-run.ts';
import { placeOf } from './field.ts';
import { addFinding, type Tally } from './tally.ts';

export interface CodeVisitor extends Visitor {
  leave(path: Path): void;
  scanner(): { name: string; version?: string };
}

/** Members of a run and of its parts that are walked; others that Snyk writes are skipped, and all else is not known. */
const WALKED = new Set([
  'runs',
  'runs.tool',
  'runs.tool.driver',
  'runs.tool.driver.rules',
  'runs.results',
  'runs.properties',
  'runs.properties.coverage',
]);
const LISTS = new Set(['runs', 'runs.tool.driver.rules', 'runs.results', 'runs.properties.coverage']);
const TAKEN = new Set(['runs.results.', 'runs.tool.driver.rules.', 'runs.properties.coverage.']);
const SKIPPED = new Set(['runs.tool.driver.properties', 'runs.properties.uploadResult', 'runs.automationDetails']);

/**
 * Reads what `snyk code test --json` writes: SARIF 2.1.0 with the number of files in `runs[].properties.coverage`. The SARIF of Snyk's
 * other products leaves out what their JSON has, and is not read.
 */
export function openCode(tally: Tally): CodeVisitor {
  let run: Run | undefined;
  let runs = 0;
  const scanner: { name: string; version?: string } = { name: 'SnykCode' };

  function close(ended: Run, place: string): void {
    if (ended.driver === undefined) throw invalid(`is no report of snyk: ${place} does not name its tool`);
    if (ended.driver !== 'SnykCode')
      throw invalid(
        `is SARIF of another tool than Snyk Code (${place}): of snyk test, container and iac write --json; for others use --tool sarif`,
      );
    if (!ended.hasResults) throw invalid(`is no report of snyk: ${place} has no results`);
    if (ended.files === 0 && ended.results.length === 0)
      throw invalid(
        `proves no coverage: ${place} ${ended.hasCoverage ? 'read no file' : 'has no properties.coverage'}`,
      );
    if (!ended.hasCoverage) tally.warnings.add('Snyk Code does not say how many files it read.');
    if (ended.unread > 0) tally.warnings.add(`Snyk Code could not read ${ended.unread} files.`);
    if (ended.version !== undefined) scanner.version = ended.version;
    tally.files += ended.files;
    for (const finding of findingsOf(ended)) addFinding(tally, finding);
    tally.rerated += ended.results.filter(({ isRerated }) => isRerated).length;
  }

  return {
    enter(path, kind) {
      const name = nameOf(path);
      const isList = kind === 'array';
      if (SKIPPED.has(name)) return 'skip';
      if (name === 'runs.') {
        if (isList) throw invalid(`is no report of snyk: ${placeOf(path)} is not an object`);
        run = { hasResults: false, hasCoverage: false, results: [], titles: new Map(), files: 0, unread: 0 };
        runs += 1;
        return 'walk';
      }
      if (TAKEN.has(name)) return 'take';
      if (!WALKED.has(name) || LISTS.has(name) !== isList)
        throw invalid(`has a field ${placeOf(path)} that this version cannot read`);
      if (run !== undefined && name === 'runs.results') run.hasResults = true;
      if (run !== undefined && name === 'runs.properties.coverage') run.hasCoverage = true;
      return 'walk';
    },
    take(path, value) {
      const name = nameOf(path);
      if (WALKED.has(name) || name === 'runs.')
        throw invalid(`is no report of snyk: ${placeOf(path)} is no object or list`);
      if (run === undefined) return;
      if (name === 'runs.tool.driver.name' && typeof value === 'string') run.driver = value;
      else if (name === 'runs.tool.driver.version' && typeof value === 'string') run.version = value;
      else if (name === 'runs.tool.driver.rules.') readRule(run, value);
      else if (name === 'runs.results.') run.results.push(readCodeResult(value, placeOf(path)));
      else if (name === 'runs.properties.coverage.') readCoverage(run, value, placeOf(path));
    },
    leave(path) {
      if (nameOf(path) === 'runs.' && run !== undefined) {
        close(run, placeOf(path));
        run = undefined;
      }
      if (path.length === 0 && runs === 0) throw invalid('proves no coverage: it has no runs');
    },
    scanner: () => scanner,
  };
}

/** The path without the numbers of list entries, as in `runs.results.` for one result. */
function nameOf(path: Path): string {
  let name = '';
  let last: string | number | undefined;
  for (const step of path) {
    // A key with a dot would pass for two.
    if (typeof step === 'string') name += step.includes('.') ? '?' : name === '' ? step : `.${step}`;
    last = step;
  }
  return typeof last === 'number' ? `${name}.` : name;
}
