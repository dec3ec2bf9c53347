import * as z from 'zod';
import { fail } from '../../functions/core/errors.ts';
import { rankOf, severities, type Severity } from '../finding.ts';
import type { Decision } from './decision.ts';
import { readData, type Source } from './document.ts';
import { instantOf, instantText } from './instant.ts';
import { compareText } from './order.ts';
import { categories } from './schema.ts';

/** What was there already when the baseline was made. */
export interface Baseline {
  file: string;
  commit: string;
  made: string;
  /** How bad each was then. One that has become worse is not what was there. */
  fingerprints: ReadonlyMap<string, Severity>;
}

const BaselineFile = z.strictObject({
  version: z.literal(1),
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'expected a full commit SHA'),
  made: z.string().refine((value) => instantOf(value) !== undefined, 'expected a time such as 2026-11-24T10:00:00Z'),
  findings: z.array(
    z.strictObject({
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits'),
      severity: z.enum(severities),
      // For people who look at the file; they do not count.
      tool: z.string(),
      category: z.enum(categories),
      id: z.string(),
      path: z.string(),
    }),
  ),
});

/** Reads a baseline that `writeBaseline` wrote. Throws InputInvalid with every problem. */
export function readBaseline(source: Source): Baseline {
  const { commit, made, findings } = readData(source, BaselineFile);
  return {
    file: source.file,
    commit,
    made,
    fingerprints: new Map(findings.map(({ fingerprint, severity }) => [fingerprint, severity])),
  };
}

/**
 * The baseline of all that a decision found at the commit, in the same order every time. Throws InputInvalid for a decision that is
 * invalid: of reports that cannot be trusted nothing may be taken as known.
 */
export function writeBaseline(decision: Decision, commit: string, now: Date): string {
  if (decision.verdict === 'invalid') {
    const [first = ''] = decision.reasons;
    throw fail('InputInvalid', `No baseline can be made of reports that are not valid. ${first}`);
  }
  const findings = decision.findings
    .flatMap(({ category, tools }) =>
      tools.map(({ tool, fingerprint, severity, id, path }) => ({ fingerprint, severity, tool, category, id, path })),
    )
    // Of the same one twice the worse.
    .toSorted((a, b) => compareText(a.fingerprint, b.fingerprint) || rankOf(a.severity) - rankOf(b.severity))
    .filter(({ fingerprint }, at, all) => fingerprint !== all[at - 1]?.fingerprint);
  const file = BaselineFile.parse({ version: 1, commit, made: instantText(now.getTime()), findings });
  return `${JSON.stringify(file, null, 2)}\n`;
}
