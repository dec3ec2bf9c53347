import { fail, type Details, type ErrorCode } from '../errors.ts';
import { describeEvent, eventTime, eventsOf } from './event.ts';
import { failureOf } from '../failure.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, type Trouble } from './look.ts';
import { maskText } from '../diff/mask.ts';
import type { Failure } from '../release.ts';
import {
  judge,
  newPods,
  newReplicaSet,
  verdictAtDeadline,
  verdictOf,
  type FailedVerdict,
  type Observation,
} from './rollout.ts';

const maxLines = 20;
const maxLineLength = 400;

/**
 * Why the rollout failed, as a release keeps it: one code, one sentence with the subject and the cause as the cluster tells
 * it, a hint, and the evidence: events (newest last) and the last log lines, both bounded. `timedOut`: no doom was seen, so
 * the cause is what it still waited on. `facts` fill hints that the cluster cannot: `secret`, the name of the pull secret.
 * Never throws.
 */
export function diagnose(
  observation: Observation,
  evidence: { logs?: readonly string[]; timedOut?: boolean; facts?: Details } = {},
): Failure {
  const judged = judge(observation);
  const verdict = judged.state === 'failed' && evidence.timedOut !== true ? judged : verdictAtDeadline(observation);
  const replicaSet = newReplicaSet(observation);
  const subjects = [observation.deployment, ...(replicaSet === undefined ? [] : [replicaSet]), ...newPods(observation)];
  const details = { ...evidence.facts, ...verdict.details };
  return withEvidence({ ...verdict, details }, subjects, observation.events, evidence.logs ?? []);
}

/** The same for a trouble of a pod that stands alone, with the events of `subjects`. */
export function failureOfTrouble(
  trouble: Trouble,
  subjects: readonly Manifest[],
  events: readonly Manifest[],
  logs: readonly string[],
): Failure {
  return withEvidence(verdictOf(trouble), subjects, events, logs);
}

function withEvidence(
  verdict: FailedVerdict,
  subjects: readonly Manifest[],
  events: readonly Manifest[],
  lines: readonly string[],
): Failure {
  const logs = boundedLines(lines);
  const message = maskText(withLogs(verdict.code, verdict.message, logs));
  const error = fail(verdict.code, message, { secret: 'the pull secret', ...verdict.details });
  return failureOf(error, { subject: verdict.subject, events: eventLines(subjects, events), logs });
}

/** The last log line is the cause in the app's own words, unless the sentence has it already. */
function withLogs(code: ErrorCode, message: string, logs: readonly string[]): string {
  if (code !== 'ContainerCrashing') return message;
  const foreign = logs.find((line) => /exec format error/i.test(line));
  const last = oneLine(foreign ?? logs.findLast((line) => line.trim() !== '') ?? '');
  const sentence = message.replace(/\.$/, '');
  if (foreign !== undefined && !/exec format error/i.test(message)) {
    return `${sentence}: exec format error: the image is built for another CPU architecture than the node has.`;
  }
  return last === '' || message.includes(last) ? message : `${sentence}; its last log line: ${last}.`;
}

/** The last lines, without the secrets that can be told by their shape, each cut to a length that a record can hold. */
function boundedLines(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-maxLines)
    .map(maskText)
    .map((line) => (line.length <= maxLineLength ? line : `${line.slice(0, maxLineLength - 1)}…`));
}

/** Events of these objects, warnings and the rest, newest last. */
function eventLines(subjects: readonly Manifest[], all: readonly Manifest[]): string[] {
  const events = new Set(subjects.flatMap((subject) => eventsOf(all, subject)));
  const inOrder = [...events].sort((a, b) => eventTime(a) - eventTime(b));
  return boundedLines(inOrder.map(describeEvent));
}
