import type { Finding, Severity } from '../finding.ts';
import type { Coverage, Parsed } from '../report.ts';
import type { KevEntry } from './kev.ts';
import type { Waiver } from './schema.ts';

/** One report as it was read. */
export interface Read {
  tool: string;
  /** Of the file, for messages. */
  name: string;
  parsed: Parsed;
  /** What the run of the scanner is known to have covered; counts only where the report itself says nothing. */
  coverage?: Coverage;
}

/** What the reports and the policy come to. The same for the same reports in any order. */
export interface Decision {
  /** `invalid`: nothing can be said, so nothing may be deployed. */
  verdict: 'pass' | 'block' | 'invalid';
  /** Each weakness once, whatever number of tools found it: those that block first, then from the worst. */
  findings: Judged[];
  /** Of `findings`. */
  counts: Record<Severity, number>;
  /** How many of `findings` block. */
  blocking: number;
  /** Images whose operating system gets no more updates. */
  endOfLife: EndOfLife[];
  /** One whole sentence for each reason why it is not `pass`. */
  reasons: string[];
  /** Whole sentences: what does not block and should be known. */
  warnings: string[];
  waivers: WaiverReport;
  decidedBy: DecidedBy;
}

/** One weakness. The fields of the finding are those of one sighting, with the highest severity, all aliases and a fix if any tool knows one. */
export interface Judged extends Finding {
  /** Each tool's own. More than one of the same tool: it is there in several places. */
  tools: Sighting[];
  outcome: Outcome;
  kev?: KevEntry;
  epss?: number;
}

export interface Sighting {
  tool: string;
  id: string;
  severity: Severity;
  path: string;
  fingerprint: string;
  suppressed?: Finding['suppressed'];
}

export interface Outcome {
  blocks: boolean;
  /** What decided. */
  by:
    | 'secret'
    | 'threshold'
    | 'unknown'
    | 'kev'
    | 'epss'
    | 'eol'
    // What keeps it from blocking.
    | 'waiver'
    | 'vex'
    | 'baseline'
    | 'suppressed'
    // What would not block anyway.
    | 'belowThreshold'
    | 'unfixed'
    | 'unrated';
  /** The setting of the policy that decided. */
  rule: string;
  /** A sentence for people. */
  why: string;
}

export interface EndOfLife {
  /** As a waiver names it: `end-of-life:debian-10`. */
  id: string;
  tool: string;
  subject: string;
  outcome: Outcome;
}

export interface WaiverReport {
  /** Those that keep a finding from blocking. */
  used: WaiverState[];
  expired: WaiverState[];
  /** Those that keep none from blocking, or not yet. Where a report is missing, nobody knows of the first. */
  unused: WaiverState[];
  /** Those that last longer than the policy allows: they do not count for those findings. */
  tooLong: WaiverState[];
  endingSoon: WaiverState[];
}

export interface WaiverState {
  waiver: Waiver;
  /** Fingerprints of the findings that it is about. */
  findings: string[];
  /** A sentence for people. */
  note: string;
}

/** All that the decision rests on. */
export interface DecidedBy {
  /** ISO 8601. */
  at: string;
  policy: { digest: string };
  reports: ReadReport[];
  /** Tools of the policy that had no report and may do without one, by name. Nothing is known of what they would find. */
  skipped: SkippedTool[];
  baseline?: { file: string; commit: string; made: string; fingerprints: number };
  vex?: { file: string; id: string; author: string; isTrusted: boolean; statements: number; used: number }[];
  kev?: { file: string; version: string; released: string; entries: number };
  epss?: { file: string; model: string; scored: string; scores: number };
}

export interface SkippedTool {
  tool: string;
  /** Why it may have none, in the words of the policy (`tools.<name>.optional`), on one line. */
  why: string;
}

export interface ReadReport {
  tool: string;
  name: string;
  valid: boolean;
  scanner?: { name: string; version?: string };
  subject?: { name?: string; imageId?: string; digests?: string[] };
  createdAt?: string;
  /** With what the run is known to have covered. */
  coverage?: Coverage;
  findings?: number;
}
