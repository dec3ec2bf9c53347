/** One step of the demo and what came of it. */
export interface Row {
  step: string;
  outcome: string;
  /** false: the demo shows a defect. */
  asExpected: boolean;
  facts: string;
}

/** The closing table, with the time of the whole. */
export function summaryTable(rows: readonly Row[], totalMs: number): string {
  const width = (pick: (row: Row) => string, head: string): number =>
    Math.max(head.length, ...rows.map((row) => pick(row).length));
  const [step, outcome] = [width((row) => row.step, 'step'), width((row) => row.outcome, 'outcome')];
  const line = (mark: string, ...[a, b, c]: [string, string, string]): string =>
    `${mark} ${a.padEnd(step)}  ${b.padEnd(outcome)}  ${c}`.trimEnd();
  const body = rows.map((row) => line(row.asExpected ? '✓' : '✕', row.step, row.outcome, row.facts));
  const good = rows.filter(({ asExpected }) => asExpected).length;
  return [
    '',
    line(' ', 'step', 'outcome', 'facts'),
    ...body,
    '',
    `${good} of ${rows.length} steps as expected, ${(totalMs / 1_000).toFixed(0)} s in all.`,
  ].join('\n');
}
