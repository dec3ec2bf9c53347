import type { Coverage } from '../report.ts';
import type { Read, SkippedTool } from './decision.ts';
import { compareText } from './order.ts';
import { oneLine } from './sentence.ts';
import { UNSCANNED, type Policy } from './schema.ts';

const units = ['targets', 'files', 'packages', 'commits', 'projects', 'rules'] as const satisfies (keyof Coverage)[];

/** What the run of the scanner is known to have covered, where the report itself says nothing. */
export function coverageOf({ parsed, coverage = {} }: Read): Coverage {
  return parsed.valid ? { ...coverage, ...parsed.scan.coverage } : {};
}

/** Whether there is anything to show that something was looked at: a finding, or a count. */
function isProven(read: Read): boolean {
  if (!read.parsed.valid || read.parsed.findings.length > 0) return true;
  const covered = coverageOf(read);
  return units.some((unit) => (covered[unit] ?? 0) > 0);
}

/** A tool says that it did not scan all of the files that it should have: some are borne, and most are none. */
function tooMuchUnscanned(reads: readonly Read[], policy: Policy): string[] {
  const tools = [...new Set(reads.map(({ tool }) => tool))].toSorted(compareText);
  return tools.flatMap((tool) => {
    const most = (Object.hasOwn(policy.tools, tool) ? policy.tools[tool]?.unscanned : undefined) ?? UNSCANNED;
    const own = reads.filter((read) => read.tool === tool);
    const count = own.reduce((sum, read) => sum + (coverageOf(read).unscanned ?? 0), 0);
    if (count <= most) return [];
    const files = count === 1 ? '1 file' : `${count} files`;
    return [`${tool} scanned ${files} in part or not at all; the policy bears ${most} (tools.${tool}.unscanned).`];
  });
}

/**
 * Which reports cannot be trusted, which prove nothing, and which of those that the policy expects are not there or prove too little.
 * `skipped`: the tools that have none and may do without, by name.
 */
export function missing(reads: readonly Read[], policy: Policy): { invalid: string[]; skipped: SkippedTool[] } {
  const invalid = reads
    .filter(({ parsed }) => !parsed.valid)
    .map(({ name, parsed }) => oneLine(`${name} ${parsed.valid ? '' : parsed.reason}.`));
  const skipped: SkippedTool[] = [];
  if (reads.length === 0) invalid.push('There is no report.');
  // What a tool must prove is named below.
  const named = new Set<string>();
  for (const [tool, expected] of Object.entries(policy.tools)) {
    const own = reads.filter((read) => read.tool === tool);
    if (own.length === 0 && expected.optional !== undefined) {
      skipped.push({ tool, why: oneLine(expected.optional) });
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
      named.add(tool);
      const said = seen.length === 0 ? `do not tell how many ${unit} were looked at` : `prove ${total} ${unit}`;
      const names = own
        .map(({ name }) => name)
        .toSorted()
        .join(', ');
      invalid.push(`The reports of ${tool} (${names}) ${said}; the policy expects ${least} (tools.${tool}.${unit}).`);
    }
  }
  invalid.push(...tooMuchUnscanned(reads, policy));
  for (const read of reads.filter((one) => !named.has(one.tool) && !isProven(one)))
    invalid.push(
      oneLine(
        `${read.name} has no finding, and nothing shows that ${read.tool} looked at anything: tell it with --coverage.`,
      ),
    );
  return { invalid, skipped: skipped.toSorted((a, b) => compareText(a.tool, b.tool)) };
}
