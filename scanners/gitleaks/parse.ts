import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { severityOf, type Finding } from '../finding.ts';

/** What a report says, or why it says nothing. A report that cannot be trusted is never the same as one without findings. */
export type Parsed = { valid: true; findings: Finding[] } | { valid: false; reason: string };

/**
 * The fields of one leak that are used, and two more that only gitleaks writes. Match and Secret hold the secret itself:
 * they are checked for being there and never read.
 */
const Leak = z.object({
  RuleID: z.string().min(1),
  File: z.string(),
  StartLine: z.int().nonnegative(),
  StartColumn: z.int().nonnegative(),
  Commit: z.string(),
  Fingerprint: z.string().min(1),
  Match: z.string(),
  Secret: z.string(),
});
type Leak = z.output<typeof Leak>;

/**
 * Reads the JSON report of gitleaks 8 (`gitleaks git --report-format json`). Its way to say "nothing found" is `[]`, and only that is
 * taken for it. What is empty, cut off, or of another tool or version is not valid; the reason shows nothing of the text,
 * which may be a secret.
 */
export function parseGitleaks(text: string): Parsed {
  if (text.trim() === '') return invalid('is empty');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    return invalid('is not JSON, or cut off');
  }
  if (!Array.isArray(json)) return invalid('is not a report of gitleaks 8: that is a list, [] when nothing was found');
  const findings: Finding[] = [];
  for (const [at, entry] of (json as unknown[]).entries()) {
    const leak = Leak.safeParse(entry);
    if (!leak.success) return invalid(`is not a report of gitleaks 8: ${describe(entry, at, leak.error)}`);
    findings.push(findingOf(leak.data));
  }
  return { valid: true, findings };
}

function findingOf(leak: Leak): Finding {
  return {
    id: leak.Fingerprint,
    rule: leak.RuleID,
    category: 'secret',
    // gitleaks rates nothing.
    severity: severityOf(undefined),
    location: {
      // What came by standard input has no file.
      path: leak.File === '' ? '-' : leak.File,
      ...(leak.StartLine === 0 ? {} : { line: leak.StartLine }),
      ...(leak.Commit === '' ? {} : { commit: leak.Commit }),
    },
    fingerprint: fingerprintOf(leak),
  };
}

/** Over the place and the rule, nothing of the secret. The key keeps these hashes apart from those of other tools, and has a version. */
function fingerprintOf({ RuleID, File, StartLine, StartColumn, Commit }: Leak): string {
  const place = JSON.stringify([RuleID, File, StartLine, StartColumn, Commit]);
  return createHmac('sha256', 'hawser/gitleaks/v1').update(place).digest('hex');
}

function invalid(reason: string): Parsed {
  return { valid: false, reason };
}

/** Names the fields that are wrong, never what is in them. */
function describe(entry: unknown, at: number, error: z.ZodError): string {
  if (typeof entry === 'object' && entry !== null && 'rule' in entry && 'offender' in entry)
    return 'it was written by gitleaks 7 or older';
  const fields = [...new Set(error.issues.map(({ path }) => path.join('.') || 'all'))];
  return `entry ${at + 1} is no leak (${fields.join(', ')})`;
}
