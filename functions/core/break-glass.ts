import { isPlainLine, NOT_PLAIN } from './plain-line.ts';
import type { Log } from './ports.ts';
import type { GateBypassed, ReleaseRequest } from './release.ts';
import type { ReleaseRun } from './run-release.ts';

/** What of a request keeps it from going past the gate. */
interface Lack {
  key: 'trigger' | 'actor' | 'reason';
  problem: string;
}

/** What is missing for a request to go past the gate: only a person may, who answers for it by name and says why. Empty when it may. */
export function unaccountable({
  trigger,
  actor,
  reason,
}: Pick<ReleaseRequest, 'trigger' | 'actor' | 'reason'>): readonly Lack[] {
  return [
    ...(trigger === 'console'
      ? []
      : [{ key: 'trigger' as const, problem: 'breakGlass is for a person (console) only' }]),
    ...(isPlainLine(actor) ? [] : [{ key: 'actor' as const, problem: NOT_PLAIN }]),
    ...(reason === undefined ? [{ key: 'reason' as const, problem: 'is missing; breakGlass needs it' }] : []),
    ...(reason === undefined || isPlainLine(reason) ? [] : [{ key: 'reason' as const, problem: NOT_PLAIN }]),
  ];
}

/** How an image comes to go past the gate: what the note begins with, and the log. */
const words = {
  deploy: { begin: 'THE GATE WAS BYPASSED', message: 'gate bypassed' },
  plan: { begin: 'THE GATE WOULD BE BYPASSED', message: 'gate would be bypassed' },
  rollback: { begin: 'BACK TO AN IMAGE FOR WHICH THE GATE WAS BYPASSED', message: 'back to what bypassed the gate' },
};

/**
 * Says in the log and first in the notes that an image goes past the gate, by whom and why; no other note takes its room. To be called
 * before the write that makes it so: after a crash in between the log has it twice, and neither is ever without it.
 */
export async function tellBypass(
  log: Log,
  { release, alarm }: Pick<ReleaseRun, 'release' | 'alarm'>,
  how: keyof typeof words,
  image: string,
  { by, reason, refusal }: GateBypassed,
): Promise<void> {
  const { begin, message } = words[how];
  log.warn(message, { release: release.id, image, by, reason, code: refusal.code });
  await alarm(`${begin} by ${by}: "${reason}". It says ${refusal.code}: ${refusal.message}`);
}
