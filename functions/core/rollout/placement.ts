import type { ErrorCode } from '../errors.ts';
import { oneLine } from './look.ts';

/** Why the scheduler places a pod nowhere, by one of its rules. */
export interface Misplaced {
  code: ErrorCode;
  /** What the scheduler's text does not say. */
  more: string;
  fix: string;
  details?: { node?: string };
  /** It ends by itself: the node starts, a volume is made. */
  passes?: boolean;
  /** Nothing in the cluster changes it by itself. */
  stands?: boolean;
}

/** What comes after "preemption:" is only that nobody could be pushed out. */
export function wordsOf(message: string): string {
  return oneLine(
    message
      .replace(/\.?\s*(?:no new claims to deallocate, )?preemption: .*$/s, '')
      .replace(/\.?\s*no new claims to deallocate,?\s*$/, '')
      // What the preemption says of a pod whose claims are the matter.
      .replace(/\. not found$/, ''),
  );
}
