/** A link or a title, at most. */
const LONGEST = 128;
/** A power of two. */
const SLOTS = 4096;

/**
 * Reads texts of ASCII. Of short ones that keep coming, such as keys and severities, it gives the same text each time instead of a new one:
 * it holds so many of those that came last, each in the one place that its bytes allow.
 */
export function openRecall(): (bytes: Buffer, from: number, to: number) => string {
  const texts = Array.from({ length: SLOTS }, () => '');
  return (bytes, from, to) => {
    if (to - from > LONGEST) return bytes.toString('latin1', from, to);
    const slot = slotOf(bytes, from, to);
    const known = texts[slot] as string;
    if (isSame(known, bytes, from, to)) return known;
    const text = bytes.toString('latin1', from, to);
    texts[slot] = text;
    return text;
  };
}

/**
 * By the length, the first byte and the last ones, which differ most. Whoever writes texts that share a place gains nothing: they are
 * read as if there were no memory of them.
 */
function slotOf(bytes: Buffer, from: number, to: number): number {
  let hash = Math.imul((to - from) ^ ((bytes[from] as number) << 8), 0x01000193);
  for (let at = Math.max(from, to - 6); at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function isSame(text: string, bytes: Buffer, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let at = from; at < to; at++) if (text.charCodeAt(at - from) !== bytes[at]) return false;
  return true;
}
