import { fail, type Details } from '../errors.ts';
import { describeEvent, eventTime, eventsOf } from './event.ts';
import { failureOf } from '../failure.ts';
import type { Manifest } from '../kubernetes.ts';
import { linesToKeep } from './kept-lines.ts';
import { tellingLine, wordOf } from './log-words.ts';
import { oneLine, type Trouble } from './look.ts';
import { nameOf } from './pull-trouble.ts';
import { redactText } from './redaction.ts';
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
  const subjects = [observation.workload, ...(replicaSet === undefined ? [] : [replicaSet]), ...newPods(observation)];
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
  const logs = linesToKeep(lines);
  const told = withLogs(verdict, logs);
  const facts = { secret: verdict.details['pullSecret'] ?? 'the pull secret', ...defaults, ...safe(told.details) };
  const error = fail(told.code, redactText(told.message), facts);
  return failureOf(error, { subject: told.subject, events: eventLines(subjects, events), logs });
}

/** Facts that are the cluster's texts may hold a secret; commands that we wrote hold placeholders only. */
function safe(details: Details): Details {
  const texts = ['reason', 'answer', 'image', 'suggestion', 'probe'];
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      texts.includes(name) && typeof value === 'string' ? redactText(value) : value,
    ]),
  );
}

/** For hints whose facts a verdict does not know. */
const defaults: Details = {
  fix: 'See the events and the log lines of this failure.',
  platform: 'kubectl get nodes -L kubernetes.io/arch',
  webhookNamespace: 'NAMESPACE',
  node: 'NODE',
};

/** The log has the cause in the app's own words, unless the sentence has it already. */
function withLogs(verdict: FailedVerdict, logs: readonly string[]): FailedVerdict {
  const { code, message, details } = verdict;
  if (code !== 'ContainerCrashing' && code !== 'JobFailed') return verdict;
  const sentence = message.replace(/\.$/, '');
  if (code === 'ContainerCrashing' && logs.some((line) => /exec format error/i.test(line))) {
    const why = 'exec format error: the image is built for another CPU architecture than the node has';
    const image = nameOf(String(details['image'] ?? 'IMAGE'));
    return {
      ...verdict,
      code: 'ImagePlatformMismatch',
      message: `${sentence}: ${why}.`,
      details: { ...details, image },
    };
  }
  const line = oneLine(tellingLine(logs) ?? '');
  if (line === '') return verdict;
  const isLast = line === oneLine(logs.at(-1) ?? '');
  const quote = message.includes(line) ? '' : `; its ${isLast ? 'last log line' : 'log'}: ${line}`;
  const word = wordOf(logs);
  const isNew = word !== undefined && !message.includes(word.means);
  return {
    ...verdict,
    message: `${sentence}${quote}${isNew ? ` (${word.means})` : ''}.`,
    details: word === undefined ? details : { ...details, fix: word.fix },
  };
}

/** Events of these objects, warnings and the rest, newest last. */
function eventLines(subjects: readonly Manifest[], all: readonly Manifest[]): string[] {
  const events = new Set(subjects.flatMap((subject) => eventsOf(all, subject)));
  const inOrder = [...events].sort((a, b) => eventTime(a) - eventTime(b));
  return linesToKeep(inOrder.map(describeEvent));
}
