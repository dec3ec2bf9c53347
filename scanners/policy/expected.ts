import type { Coverage } from '../report.ts';
import type { Read } from './decision.ts';
import { oneLine } from './sentence.ts';
import type { Policy } from './schema.ts';

const units = ['targets', 'files', 'packages', 'commits', 'projects', 'rules'] as const satisfies (keyof Coverage)[];

/** What the run of the scanner is known to have covered, where the report itself says nothing. */
export function coverageOf({ parsed, coverage = {} }: Read): Coverage {
  return parsed.valid ? { ...coverage, ...parsed.scan.coverage } : {};
}

/** Which reports cannot be trusted, and which of those that the policy expects are not there or prove too little. */
export function missing(reads: readonly Read[], policy: Policy): { invalid: string[]; warnings: string[] } {
  const invalid = reads
    .filter(({ parsed }) => !parsed.valid)
    .map(({ name, parsed }) => oneLine(`${name} ${parsed.valid ? '' : parsed.reason}.`));
  const warnings: string[] = [];
  if (reads.length === 0) invalid.push('There is no report.');
  for (const [tool, expected] of Object.entries(policy.tools)) {
    const own = reads.filter((read) => read.tool === tool);
    if (own.length === 0 && expected.optional !== undefined) {
      warnings.push(
        oneLine(`There is no report of ${tool}, so nothing is known of what it would find: ${expected.optional}`),
      );
    } else if (own.length < expected.reports) {
      const there = own.length === 0 ? 'is no report' : own.length === 1 ? 'is 1 report' : `are ${own.length} reports`;
      invalid.push(`There ${there} of ${tool}; the policy expects ${expected.reports} (tools.${tool}.reports).`);
    }
    // An invalid report is named already.
    if (own.length === 0 || own.some(({ parsed }) => !parsed.valid)) continue;
    for (const unit of units) {
      const least = expected[unit];
      if (least === undefined) continue;
      const seen = own.flatMap((read) => coverageOf(read)[unit] ?? []);
      const total = seen.reduce((sum, count) => sum + count, 0);
      if (total >= least) continue;
      const said = seen.length === 0 ? `do not tell how many ${unit} were looked at` : `prove ${total} ${unit}`;
      const names = own
        .map(({ name }) => name)
        .toSorted()
        .join(', ');
      invalid.push(`The reports of ${tool} (${names}) ${said}; the policy expects ${least} (tools.${tool}.${unit}).`);
    }
  }
  return { invalid, warnings };
}
