import { fingerprintOf } from '../fingerprint.ts';
import type { Decision, EndOfLife, Judged, Outcome } from '../policy/decision.ts';
import { fixOf, invalidReasons, isExcused, nameOf, packageOf, placeOf, titleOf, toolsOf } from './finding-text.ts';
import { plain } from './plain.ts';
import { levelOf, ruleList, type Level, type SarifRule } from './sarif-rule.ts';
import { count, counted } from './sentence.ts';
import { uriOf } from './uri.ts';

export interface SarifOptions {
  /** Of Hawser. */
  version: string;
  /**
   * `decided`: what blocks, and, as suppressed, what somebody's word keeps from blocking. `blocking`: only what blocks; GitHub shows
   * suppressed results as open alerts. `all`: also what is below the threshold.
   */
  include: 'decided' | 'blocking' | 'all';
}

/** GitHub refuses a run with more results. It shows the first 5,000 by severity. */
const MOST_RESULTS = 25_000;
/** GitHub refuses a file above 10 MB as gzip. What is smaller before cannot be larger after, but for a few bytes for each 64 KB. */
const MOST_BYTES = 9_900_000;
/** For all but rules and results; they are bounded. */
const FRAME_BYTES = 300_000;
const NOTES = 100;

interface SarifResult {
  ruleId: string;
  ruleIndex: number;
  level?: Level;
  message: { text: string };
  locations: unknown[];
  partialFingerprints: Record<string, string>;
  suppressions?: { kind: 'external'; status: 'accepted'; justification: string }[];
  properties: Record<string, unknown>;
}

/**
 * The decision as a SARIF 2.1.0 log with one run, for GitHub's code scanning and for other readers. Kept within GitHub's limits
 * (https://docs.github.com/code-security/reference/code-scanning/sarif-files/troubleshoot-sarif-uploads/results-exceed-limit): what blocks
 * goes first, and what is left out is counted in a notification. A verdict of `invalid` is a run that failed: to upload it would
 * close alerts that nobody looked at.
 */
export function sarifLog(decision: Decision, { version, include }: SarifOptions): string {
  const wanted = [...decision.endOfLife, ...decision.findings]
    .filter((one) => include === 'all' || one.outcome.blocks || (include === 'decided' && isExcused(one)))
    .toSorted((a, b) => Number(b.outcome.blocks) - Number(a.outcome.blocks));
  const { rules, indexOf } = ruleList();
  const results: SarifResult[] = [];
  let size = FRAME_BYTES;
  for (const one of wanted) {
    if (results.length >= MOST_RESULTS) break;
    const before = rules.length;
    const result = 'tools' in one ? resultOf(one, rules, indexOf) : systemOf(one, rules, indexOf);
    if (result === undefined) break;
    size += bytesOf(result) + (rules.length > before ? bytesOf(rules.at(-1)) : 0);
    if (size > MOST_BYTES) {
      rules.length = before;
      break;
    }
    results.push(result);
  }
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Hawser', version, rules } },
        invocations: [
          {
            executionSuccessful: decision.verdict !== 'invalid',
            toolExecutionNotifications: [
              ...invalidReasons(decision)
                .slice(0, NOTES)
                .map((reason) => note('error', reason)),
              ...leftOut(wanted.slice(results.length)),
              ...decision.warnings.slice(0, NOTES).map((warning) => note('note', warning)),
            ],
          },
        ],
        results,
        properties: { verdict: decision.verdict, counts: decision.counts, policy: decision.decidedBy.policy.digest },
      },
    ],
  };
  return `${JSON.stringify(log)}\n`;
}

function leftOut(rest: readonly (Judged | EndOfLife)[]): unknown[] {
  if (rest.length === 0) return [];
  const blocking = rest.filter(({ outcome }) => outcome.blocks).length;
  const verb = rest.length === 1 ? 'is' : 'are';
  const text = `${counted(rest.length, 'result')} (${count(blocking)} of what blocks) ${verb} left out: GitHub takes no larger file.`;
  return [note('warning', text)];
}

function note(level: 'error' | 'warning' | 'note', text: string): unknown {
  return { level, message: message(text, 600) };
}

function resultOf(
  finding: Judged,
  rules: readonly SarifRule[],
  indexOf: ReturnType<typeof ruleList>['indexOf'],
): SarifResult | undefined {
  const { category, severity, score, outcome, fingerprint, location } = finding;
  const level = levelOf(severity, outcome.blocks);
  const name = nameOf(finding);
  const title = message(titleOf(finding) ?? name, 160).text;
  const index = indexOf({ name, title, category, severity, score, level });
  const rule = index === undefined ? undefined : rules[index];
  if (index === undefined || rule === undefined) return undefined;
  return {
    ruleId: rule.id,
    ruleIndex: index,
    ...(level === undefined ? {} : { level }),
    message: message(textOf(finding), 700),
    locations: locationOf(location.path, location.line),
    partialFingerprints: prints(fingerprint),
    ...suppressionsOf(outcome),
    properties: {
      // A rule cannot say it: GitHub refuses a word there.
      ...(level === undefined ? { 'security-severity': 'unknown' } : {}),
      severity,
      category,
      tools: toolsOf(finding),
      rule: plain(outcome.rule, 120),
      // Full SHAs only, as other readers take it.
      ...(location.commit !== undefined && /^[0-9a-f]{40,64}$/u.test(location.commit)
        ? { commit: location.commit }
        : {}),
    },
  };
}

function systemOf(
  { id, tool, subject, outcome }: EndOfLife,
  rules: readonly SarifRule[],
  indexOf: ReturnType<typeof ruleList>['indexOf'],
): SarifResult | undefined {
  const level = levelOf('high', outcome.blocks);
  const title = 'The operating system of an image gets no more updates.';
  const name = plain(id, 100);
  const index = indexOf({ name, title, category: 'misconfiguration', severity: 'high', score: undefined, level });
  const rule = index === undefined ? undefined : rules[index];
  if (index === undefined || rule === undefined) return undefined;
  return {
    ruleId: rule.id,
    ruleIndex: index,
    ...(level === undefined ? {} : { level }),
    message: message(`${name} of ${plain(subject, 160)} gets no more updates. ${outcome.why}`, 700),
    locations: locationOf(subject, undefined),
    partialFingerprints: prints(fingerprintOf('output/end-of-life', id, subject)),
    ...suppressionsOf(outcome),
    properties: { category: 'misconfiguration', tools: plain(tool, 80), rule: plain(outcome.rule, 120) },
  };
}

/** The first sentence says most: GitHub shows no more of it where room is short. */
function textOf(finding: Judged): string {
  const what = packageOf(finding);
  const fix = fixOf(finding);
  const to = fix === undefined ? '' : 'words' in fix ? ` (${fix.words})` : ` (fixed in ${fix.version})`;
  const title = titleOf(finding);
  const first = `${nameOf(finding)}${what === undefined ? '' : ` in ${what}${to}`} at ${placeOf(finding)}`;
  return `${title === undefined ? '' : `${title}: `}${first}. ${finding.outcome.why}`;
}

/** A text in which nothing is a link (section 3.11.6). */
function message(text: string, length: number): { text: string } {
  const line = plain(text, length).replaceAll('](', '] (');
  return { text: line === '' ? 'unnamed' : line };
}

function suppressionsOf(outcome: Outcome): Pick<SarifResult, 'suppressions'> {
  if (!isExcused({ outcome })) return {};
  const { text: justification } = message(`${outcome.why} (${outcome.rule})`, 600);
  return { suppressions: [{ kind: 'external', status: 'accepted', justification }] };
}

/** GitHub tells alerts apart by `primaryLocationLineHash` only. */
function prints(fingerprint: string): Record<string, string> {
  return { primaryLocationLineHash: fingerprint, 'hawser/v1': fingerprint };
}

function locationOf(path: string, line: number | undefined): unknown[] {
  const region = line === undefined || line < 1 ? {} : { region: { startLine: line, startColumn: 1, endLine: line } };
  return [{ physicalLocation: { artifactLocation: { uri: uriOf(path) }, ...region } }];
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
