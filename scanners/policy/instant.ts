const day = /^\d{4}-\d{2}-\d{2}$/;
const moment = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export const DAY = 86_400_000;

/**
 * The instant, in milliseconds, that a date or an RFC 3339 time names. A date is 00:00 UTC of that day: what expires on a
 * date is over as that day begins. Undefined for anything else, such as a time without zone or a day that is not in the calendar.
 */
export function instantOf(text: string): number | undefined {
  const date = day.test(text) ? text : moment.exec(text)?.[1];
  if (date === undefined) return undefined;
  // Date.parse takes 30 February for 2 March.
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  return date === text ? midnight : Date.parse(text);
}

/** `2026-11-24T10:00:00Z`; with milliseconds only where there are some. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
