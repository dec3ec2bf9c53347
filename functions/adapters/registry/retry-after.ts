/** IMF-fixdate, the only form of a date that is sent today (RFC 9110, section 5.6.7); Date.parse takes almost anything for one. */
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** Enough to be too long for everybody. */
const LONGEST_MS = 24 * 60 * 60 * 1_000;

/**
 * How long a Retry-After header asks to wait, in ms: seconds or a date (RFC 9110, section 10.2.3), a day at most. Undefined when it says
 * nothing: it is missing or malformed, asks for no time at all, or names a moment that has passed.
 */
export function readRetryAfter(header: string | null, now: Date): number | undefined {
  const text = header?.trim() ?? '';
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : DATE.test(text) ? Date.parse(text) - now.getTime() : 0;
  return waitMs > 0 ? Math.min(waitMs, LONGEST_MS) : undefined;
}
