import { invalid } from '../invalid.ts';
import type { ReportParser, Scan } from '../report.ts';
import { nameAll } from './identity.ts';
import { runShape, type Run } from './run.ts';
import { kept, listOf, refused, skipped, walked } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';

/**
 * Reads a SARIF 2.1.0 log of any tool, with one run or several. A run that failed, has no `results`, or keeps them elsewhere makes it
 * invalid, and so does a log without runs. The files that were looked at are counted only where the tool lists them (`artifacts`). One
 * with neither rules, files nor results shows nothing: without a number from the run the verdict is `invalid`.
 */
export const sarif: ReportParser = (sink) => {
  const runs: Run[] = [];
  let version: unknown;
  const log = walked(
    {
      ...kept('version'),
      runs: listOf(runShape((run) => runs.push(run))),
      inlineExternalProperties: listOf(
        refused('keeps a part of its runs outside of them (inlineExternalProperties), which this version cannot read'),
      ),
      properties: skipped,
    },
    {
      left: (own) => {
        ({ version } = own);
        nameAll(runs.flatMap(({ results }) => results)).forEach(sink);
      },
    },
  );
  return {
    ...visitorOf('a SARIF 2.1.0 log', log),
    end() {
      if (version !== '2.1.0') throw invalid('is not a SARIF 2.1.0 log: its version is another one, or missing');
      if (runs.length === 0) throw invalid('has no runs: nothing was scanned');
      return scanOf(runs);
    },
  };
};

function scanOf(runs: readonly Run[]): Scan {
  const files = runs.flatMap((run) => run.files ?? []);
  const names = [...new Set(runs.map(({ tool }) => tool))];
  const versions = [...new Set(runs.map((run) => run.version))];
  const [version] = names.length === 1 && versions.length === 1 ? versions : [];
  const [createdAt] = runs.flatMap(({ endedAt }) => endedAt ?? []).sort();
  return {
    coverage: { rules: total(runs.map(({ rules }) => rules)), ...(files.length === 0 ? {} : { files: total(files) }) },
    scanner: { name: names.join(', '), ...(version === undefined ? {} : { version }) },
    ...(createdAt === undefined ? {} : { createdAt }),
    warnings: runs.flatMap(doubtsOf),
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function doubtsOf({ tool, unsure, warnings }: Run): string[] {
  const times = warnings === 1 ? 'once' : `${warnings} times`;
  const results = unsure === 1 ? 'a result' : `${unsure} results`;
  return [
    ...(warnings === 0
      ? []
      : [`${tool} warned ${times} about its own run: there may be parts that it did not look at.`]),
    ...(unsure === 0 ? [] : [`${tool} leaves ${results} for a person to decide, which does not count here.`]),
  ];
}
