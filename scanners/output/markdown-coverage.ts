import type { Decision, ReadReport } from '../policy/decision.ts';
import { severities } from '../finding.ts';
import { capped } from './capped.ts';
import { coverageText } from './finding-text.ts';
import { code, markdownTable, moreOf, row } from './markdown-text.ts';
import { count } from './sentence.ts';

const limit = { rows: 100, bytes: 80_000 };

/** What each report says that was looked at. */
export function coverageSection({ decidedBy: { reports } }: Decision): string[] {
  if (reports.length === 0) return [];
  const { shown, more } = capped(reports, limit, reportRow);
  return [
    '### What was looked at',
    markdownTable(['Tool', 'Report', 'Scanner', 'Of what', 'Looked at', 'Findings'], shown),
    ...moreOf(more, 'report'),
  ];
}

function reportRow({ tool, name, valid, scanner, subject, coverage, findings }: ReadReport): string {
  const version = scanner === undefined ? '' : code([scanner.name, scanner.version ?? ''].join(' '), 80);
  const seen = valid ? (coverageText({ ...coverage }) ?? 'it does not tell') : '**not valid: proves nothing**';
  return row([
    code(tool, 40),
    code(name, 160),
    version,
    code(subject?.name ?? '', 120),
    seen,
    valid ? count(findings ?? 0) : '',
  ]);
}

/** How many there are of each severity, and how many of them block. */
export function countSection({ findings, counts }: Decision): string {
  const blocking = (severity: string): number =>
    findings.filter((one) => one.outcome.blocks && one.severity === severity).length;
  return markdownTable(
    ['', ...severities],
    [
      row(['found', ...severities.map((severity) => count(counts[severity]))]),
      row(['of these block', ...severities.map((severity) => count(blocking(severity)))]),
    ],
  );
}
