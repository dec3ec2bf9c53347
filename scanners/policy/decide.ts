import { rankOf, type Severity } from '../finding.ts';
import type { Baseline } from './baseline.ts';
import { knownOf } from './charge.ts';
import type { DecidedBy, Decision, Judged, Read, ReadReport, SkippedTool } from './decision.ts';
import { endsOfLife } from './end-of-life.ts';
import type { Epss } from './epss.ts';
import { coverageOf, missing } from './expected.ts';
import { groupFindings } from './group.ts';
import { instantText } from './instant.ts';
import { judgeGroup, type Judgement } from './judge.ts';
import type { Kev } from './kev.ts';
import { compareText } from './order.ts';
import { canonical } from './canonical.ts';
import { digestOf } from './policy.ts';
import { categories, type Policy } from './schema.ts';
import { reasonText, skippedText } from './sentence.ts';
import { openShare } from './share.ts';
import { statementsOf, type Statements } from './statement.ts';
import type { Vex } from './vex.ts';
import { waiverIndex } from './waiver.ts';
import { reportWaivers } from './waiver-report.ts';
import { warningsOf } from './warning.ts';

export type { Decision, Read } from './decision.ts';

export interface DecideInput {
  policy: Policy;
  reports: readonly Read[];
  now: Date;
  baseline?: Baseline;
  vex?: readonly Vex[];
  kev?: Kev;
  epss?: Epss;
  /** The reports are a part of those that there are: of what they do not show nothing is known. */
  isPart?: boolean;
}

/**
 * Judges all reports at once. A report that is not valid, or that the policy expects and that is not there, makes the verdict `invalid`,
 * whatever the others say. The order of reports and findings does not matter.
 */
export function decide(input: DecideInput): Decision {
  const { policy, baseline, kev, epss } = input;
  const now = input.now.getTime();
  const reads = input.reports.toSorted((a, b) => compareText(keyOf(a), keyOf(b)));
  const statements = statementsOf(sortedVex(input.vex), policy, now);
  const evidence = { policy, now, baseline, statements, waiversAbout: waiverIndex(policy.waivers) };
  // One group after another: all of them at once would take as much memory as what comes of them.
  const share = openShare();
  const judgements = Array.from(groupFindings(reads), (group) => {
    const judgement = judgeGroup(group, knownOf(group, kev, epss), evidence);
    judgement.judged.outcome = share(judgement.judged.outcome);
    return judgement;
  }).sort((a, b) => compareJudged(a.judged, b.judged));
  const ends = endsOfLife(reads, policy, now);
  const expected = missing(reads, policy);

  const findings = judgements.map(({ judged }) => judged);
  const blocking = judgements.filter(({ judged }) => judged.outcome.blocks);
  const blockingEnds = ends.filter(({ judged }) => judged.outcome.blocks);
  const uses = [...judgements.flatMap(({ waivers }) => waivers), ...ends.flatMap((end) => end.waivers)];
  const isComplete = input.isPart !== true && expected.invalid.length + expected.skipped.length === 0;
  const waivers = reportWaivers(policy, uses, now, isComplete);
  const extra = warningsOf({ policy, now, reads, findings, waivers, baseline, kev, epss, isComplete });
  const invalid = [...expected.invalid, ...extra.invalid];
  const quietEnds = ends.filter(({ judged }) => !judged.outcome.blocks);
  const isBlocked = blocking.length + blockingEnds.length > 0;
  return {
    verdict: invalid.length > 0 ? 'invalid' : isBlocked ? 'block' : 'pass',
    findings,
    counts: countBySeverity(findings),
    blocking: blocking.length,
    endOfLife: ends.map(({ judged }) => judged),
    reasons: [...invalid, ...blocking.map(reasonOf), ...blockingEnds.map(({ sentence }) => sentence)],
    warnings: [
      ...expected.skipped.map(skippedText),
      ...quietEnds.map(({ sentence }) => sentence),
      ...extra.warnings,
      ...statements.warnings,
    ],
    waivers,
    decidedBy: decidedBy(input, reads, expected.skipped, statements),
  };
}

function reasonOf({ judged, notes }: Judgement): string {
  return reasonText(judged, notes);
}

/** A total order: two findings that are not alike in all are never left in the order in which they came. */
function compareJudged(a: Judged, b: Judged): number {
  return (
    Number(b.outcome.blocks) - Number(a.outcome.blocks) ||
    rankOf(a.severity) - rankOf(b.severity) ||
    categories.indexOf(a.category) - categories.indexOf(b.category) ||
    compareText(a.location.path, b.location.path) ||
    (a.location.line ?? 0) - (b.location.line ?? 0) ||
    compareText(a.id, b.id) ||
    compareText(a.fingerprint, b.fingerprint) ||
    compareText(canonical(a), canonical(b))
  );
}

function countBySeverity(findings: readonly Judged[]): Record<Severity, number> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, info: 0, unknown: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

function keyOf({ tool, name, parsed, coverage }: Read): string {
  const said = parsed.valid ? [parsed.scan, parsed.findings.length] : parsed.reason;
  return `${tool} ${name} ${canonical(said)} ${canonical(coverage)}`;
}

function sortedVex(documents: readonly Vex[] = []): Vex[] {
  return documents.toSorted((a, b) => compareText(a.file, b.file) || compareText(canonical(a), canonical(b)));
}

function decidedBy(
  input: DecideInput,
  reads: readonly Read[],
  skipped: SkippedTool[],
  statements: Statements,
): DecidedBy {
  const { policy, now, baseline, vex, kev, epss } = input;
  return {
    at: now.toISOString(),
    policy: { digest: digestOf(policy) },
    reports: reads.map(reportOf),
    skipped,
    ...(baseline === undefined ? {} : { baseline: { ...baseline, fingerprints: baseline.fingerprints.size } }),
    ...(vex === undefined
      ? {}
      : {
          vex: sortedVex(vex).map((document) => ({
            file: document.file,
            id: document.id,
            author: document.author,
            isTrusted: statements.isTrusted(document),
            statements: document.statements.length,
            used: statements.usedOf(document),
          })),
        }),
    ...(kev === undefined
      ? {}
      : {
          kev: {
            file: kev.file,
            version: kev.version,
            released: instantText(kev.releasedAt),
            entries: kev.entries.size,
          },
        }),
    ...(epss === undefined
      ? {}
      : { epss: { file: epss.file, model: epss.model, scored: instantText(epss.scoredAt), scores: epss.scores.size } }),
  };
}

function reportOf(read: Read): ReadReport {
  const { tool, name, parsed } = read;
  if (!parsed.valid) return { tool, name, valid: false };
  const { scanner, subject, createdAt } = parsed.scan;
  return {
    tool,
    name,
    valid: true,
    ...(scanner === undefined ? {} : { scanner }),
    ...(subject === undefined ? {} : { subject }),
    ...(createdAt === undefined ? {} : { createdAt }),
    coverage: coverageOf(read),
    findings: parsed.findings.length,
  };
}
