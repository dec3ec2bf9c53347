import type { Finding } from './finding.ts';
import { invalid, reasonOf } from './invalid.ts';
import { readJson, type Visitor } from './json/read.ts';
import { merged } from './tell-apart.ts';

/** How much a scanner has looked at, as its report tells. What the report does not tell is absent, which is not 0. */
export interface Coverage {
  /** Parts of an image, lock files, sites. */
  targets?: number;
  files?: number;
  packages?: number;
  commits?: number;
  projects?: number;
  rules?: number;
  /** Files that should have been looked at and were not, or only in part. They are not among `files`. */
  unscanned?: number;
}

/** What a valid report says beside its findings. */
export interface Scan {
  coverage: Coverage;
  scanner?: { name: string; version?: string };
  /** What was scanned. `imageId`: the digest of the image's config. */
  subject?: { name?: string; imageId?: string; digests?: string[] };
  /** ISO 8601. */
  createdAt?: string;
  os?: { family: string; name: string; isEndOfLife: boolean };
  /** Whole sentences: what was not looked at, though the report is valid. */
  warnings: string[];
}

/** One report of a tool as it is read. `end` is called after its last byte, and throws `invalid` when what was seen proves nothing. */
export interface ReportVisitor extends Visitor {
  end(): Scan;
}

/** Reads one report of its tool; gives each finding to the sink. All of them count only if `end` returns. */
export type ReportParser = (sink: (finding: Finding) => void) => ReportVisitor;

/** What a report says, or why it says nothing. A report that cannot be trusted is never the same as one without findings. */
export type Parsed = { valid: true; findings: Finding[]; scan: Scan } | { valid: false; reason: string };

/** Each of them is held; with more of them nobody can do anything but look at the scanner's settings. */
const MAX_FINDINGS = 1_000_000;

/**
 * Reads a report as a stream: beside its findings, no more of it than one piece is held. Of the same finding twice one is kept, which
 * counts for both.
 */
export async function parseReport(parser: ReportParser, chunks: AsyncIterable<Uint8Array>): Promise<Parsed> {
  const findings = new Map<string, Finding>();
  const visitor = parser((finding) => {
    const other = findings.get(finding.fingerprint);
    findings.set(finding.fingerprint, other === undefined ? finding : merged(other, finding));
    if (findings.size > MAX_FINDINGS) throw invalid(`has more than ${MAX_FINDINGS} findings`);
  });
  try {
    await readJson(chunks, visitor);
    return { valid: true, scan: visitor.end(), findings: [...findings.values()] };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { valid: false, reason };
  }
}
