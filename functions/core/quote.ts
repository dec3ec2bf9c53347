import { UNSEEN } from './unseen.ts';

/** What nobody has given a meaning that all readers share, besides what is not seen. */
const unfit = new RegExp(String.raw`${UNSEEN}|[\p{Co}\p{Cn}]`, 'gu');

/**
 * What a stranger wrote, as it may stand in a sentence: on one line, without characters that act on a terminal, hide, or turn the
 * direction of writing, and with at most `most` of the others. Never ends in half of a character.
 */
export function quote(text: string, most: number): string {
  const line = text.replaceAll(unfit, '?');
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
