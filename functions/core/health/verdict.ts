/**
 * How an object is doing:
 * `Healthy` as it should be · `Progressing` on its way there · `Degraded` failed, or not getting there by itself ·
 * `Suspended` held back by its own setting · `Missing` not there · `Unknown` nothing can be told of it.
 */
export type HealthStatus = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';

export const healthStatuses: readonly HealthStatus[] = [
  'Healthy',
  'Progressing',
  'Degraded',
  'Suspended',
  'Missing',
  'Unknown',
];

export interface Health {
  status: HealthStatus;
  /** One word in PascalCase, as reasons of conditions are. */
  reason: string;
  /** One sentence for people. */
  message: string;
}

export function verdict(status: HealthStatus, reason: string, message: string): Health {
  return { status, reason, message };
}

export function healthy(reason: string, message: string): Health {
  return verdict('Healthy', reason, message);
}

export function progressing(reason: string, message: string): Health {
  return verdict('Progressing', reason, message);
}

export function degraded(reason: string, message: string): Health {
  return verdict('Degraded', reason, message);
}

export function suspended(reason: string, message: string): Health {
  return verdict('Suspended', reason, message);
}

export function unknown(reason: string, message: string): Health {
  return verdict('Unknown', reason, message);
}

/** Controllers write over several lines, and at length. */
const longest = 500;

/** The sentence with what the cluster says after it, on one line: `The image cannot be pulled: not found`. */
export function because(sentence: string, cause: string): string {
  const line = cause.replace(/\s+/g, ' ').trim();
  if (line === '') return `${sentence}.`;
  const short = line.length > longest ? `${line.slice(0, longest)}…` : line;
  return `${sentence}: ${/[.!?…]$/.test(short) ? short : `${short}.`}`;
}

/** `3 replicas`, `1 replica`. */
export function count(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : plural(noun)}`;
}

/** `2 of 3 replicas are`, `1 of 3 replicas is`. */
export function areOf(part: number, whole: number, noun: string): string {
  return `${part} of ${whole} ${plural(noun)} ${part === 1 ? 'is' : 'are'}`;
}

/** `3 replicas are`, `1 replica is`. */
export function are(number: number, noun: string): string {
  return `${count(number, noun)} ${number === 1 ? 'is' : 'are'}`;
}

function plural(noun: string): string {
  return noun.endsWith('s') ? `${noun}es` : `${noun}s`;
}
