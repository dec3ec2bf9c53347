import { invalid } from '../invalid.ts';
import { plain } from '../json/field.ts';
import { kept, listOf, skipped, taken, walked, type Shape } from '../json/shape.ts';
import { readCodeResult } from './code-result.ts';
import { findingsOf, readCoverage, readRule, type Run } from './code-run.ts';
import { addFinding, type Tally } from './tally.ts';

/** What is known of the list `runs` when it has ended. */
export interface Code {
  runs: number;
  scanner: { name: string; version?: string };
}

/**
 * `runs` of what `snyk code test --json` writes: SARIF 2.1.0 with the number of files in `runs[].properties.coverage`. The SARIF of
 * Snyk's other products leaves out what their JSON has, and is not read. `begun` is called when it begins.
 */
export function runsShape(tally: Tally, begun: (code: Code) => void): Shape {
  const code: Code = { runs: 0, scanner: { name: 'SnykCode' } };
  let run = openRun();
  const driver = walked(
    { ...kept('name', 'version'), rules: listOf(taken((rule) => readRule(run, rule))), properties: skipped },
    { left: ({ name, version }) => Object.assign(run, { driver: plain(name), version: plain(version) }) },
  );
  const results = listOf(
    taken((result, where) => run.results.push(readCodeResult(result, where))),
    { entered: () => (run.hasResults = true) },
  );
  const coverage = listOf(
    taken((files, where) => readCoverage(run, files, where)),
    { entered: () => (run.hasCoverage = true) },
  );
  const each = walked(
    {
      tool: walked({ driver }),
      results,
      properties: walked({ coverage, uploadResult: skipped }),
      automationDetails: skipped,
    },
    {
      entered: () => {
        run = openRun();
        code.runs += 1;
      },
      left: (_, where) => {
        closeRun(run, where, tally);
        if (run.version !== undefined) code.scanner.version = run.version;
      },
    },
  );
  return listOf(each, { entered: () => begun(code) });
}

function openRun(): Run {
  return {
    hasResults: false,
    hasCoverage: false,
    results: [],
    titles: new Map(),
    secrets: new Set(),
    files: 0,
    unread: 0,
  };
}

function closeRun(run: Run, where: string, tally: Tally): void {
  if (run.driver === undefined) throw invalid(`is no report of snyk: ${where} does not name its tool`);
  if (run.driver !== 'SnykCode')
    throw invalid(
      `is SARIF of another tool than Snyk Code (${where}): of snyk test, container and iac write --json; for others use --tool sarif`,
    );
  if (!run.hasResults) throw invalid(`is no report of snyk: ${where} has no results`);
  if (run.files === 0 && run.results.length === 0)
    throw invalid(`proves no coverage: ${where} ${run.hasCoverage ? 'read no file' : 'has no properties.coverage'}`);
  if (!run.hasCoverage) tally.warnings.add('Snyk Code does not say how many files it read.');
  if (run.unread > 0) tally.warnings.add(`Snyk Code could not read ${run.unread} files.`);
  tally.files += run.files;
  for (const finding of findingsOf(run)) addFinding(tally, finding);
  tally.rerated += run.results.filter(({ isRerated }) => isRerated).length;
}
