import type { Condition } from './condition.ts';
import { because, degraded, healthy, progressing, suspended, type Health, type HealthStatus } from './verdict.ts';
import { judgeSentence, judgeWord } from './word.ts';

/** A verdict from conditions. */
export interface Judged {
  health: Health;
  /** `guess`: a False that tells neither that it failed nor that it is under way. `weak`: from types that nobody knows. */
  certainty: 'sure' | 'guess' | 'weak';
}

/** What one condition says that is to hold: by its status, its severity, its reason and, where that says nothing, its sentence. */
export function judgeOne(condition: Condition): Judged {
  const { type, severity, message } = condition;
  if (condition.status === 'True') return sure(met(condition));
  const sentence = because(
    `The condition ${type} does not hold${condition.status === 'Unknown' ? ' yet' : ''}`,
    message,
  );
  const reason = condition.reason || `Not${type}`;
  if (condition.status === 'Unknown') return sure(progressing(reason, sentence));
  const heard = hear(condition);
  if (severity === 'Info' || heard === 'Progressing') return sure(progressing(reason, sentence));
  if (severity === 'Error' || heard === 'Degraded') return sure(degraded(reason, sentence));
  if (heard === 'Suspended') return sure(suspended(reason, sentence));
  // Available is false while Pods start. A Ready that is false without a word has not been worked on.
  const isSilent = condition.reason === '' && message === '';
  const status: HealthStatus = type.endsWith('Available') || isSilent || severity !== '' ? 'Progressing' : 'Degraded';
  return { health: { status, reason, message: sentence }, certainty: 'guess' };
}

/** What its reason says of a condition that does not hold, or else its message. */
function hear({ type, reason, message }: Condition): HealthStatus | undefined {
  // `NotReady` and `MinimumReplicasUnavailable` say again that it is False, and no more.
  const isEcho = /^(Minimum)?.*(NotReady|NotAvailable|Unavailable|NotHealthy)$/.test(reason);
  const word = isEcho ? undefined : judgeWord(reason);
  if (word === 'Degraded' || word === 'Progressing' || word === 'Suspended') return word;
  if (word === 'Missing') return 'Degraded';
  const sentence = judgeSentence(message);
  if (sentence !== undefined) return sentence;
  return isEcho && type !== reason ? 'Progressing' : undefined;
}

export function met(condition: Condition): Health {
  return healthy(reasonOf(condition), because(`The condition ${condition.type} holds`, condition.message));
}

export function reasonOf({ reason, type }: Condition): string {
  return /^\w+$/.test(reason) ? reason : type;
}

export function sure(health: Health): Judged {
  return { health, certainty: 'sure' };
}
