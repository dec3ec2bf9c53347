import * as z from 'zod';
import { UNSEEN } from './unseen.ts';

/** A letter or a digit that is seen; fillers such as U+3164 count as letters. */
const SAYS_SOMETHING = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u;
const unseen = new RegExp(UNSEEN, 'u');

/** What is wrong with text that is no plain line, behind the name of its field. */
export const NOT_PLAIN =
  'must have a letter or digit in it, and no control or invisible characters but those that join or vary visible ones';

/**
 * Whether text names a person or a reason: it says something, and reads in a record, a terminal and on GitHub as it is. The one rule for
 * such text, whichever way it comes in.
 */
export function isPlainLine(text: string): boolean {
  return SAYS_SOMETHING.test(text) && !unseen.test(text);
}

/** The schema of such text, of at most `longest` UTF-16 units. */
export function plainLine(longest: number): z.ZodString {
  return z.string().max(longest).refine(isPlainLine, NOT_PLAIN);
}
