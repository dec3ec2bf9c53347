import * as z from 'zod';

/** Of a token that does not say how long it lives (distribution spec, token authentication). */
const DEFAULT_SECONDS = 60;
/** Tokens are kept no longer, whatever they say: who loses a right is to lose it soon. */
const LONGEST_SECONDS = 300;
/** The clocks of both sides differ a little, and a request takes a moment. */
const MARGIN_SECONDS = 10;
/** RFC 3339. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** What may stand in a header; a platform that finds anything else there repeats it in its error. */
const text = z.string().regex(/^[\x21-\x7e]+$/);
const times = { expires_in: z.unknown().optional(), issued_at: z.unknown().optional() };
const Answer = z.union([z.object({ token: text, ...times }), z.object({ access_token: text, ...times })]);

export interface Token {
  /** The whole `Authorization` header. */
  readonly header: string;
  /** From when on it is not to be used by anybody who does not have it yet; ms since 1970. */
  readonly until: number;
}

/**
 * The token in a token service's answer; undefined when there is none. `askedAt`: when it was asked for. It lives `expires_in` seconds from
 * `issued_at` on, or from `askedAt` on when that is missing or later. A life that is no positive number is none: the token serves who asked.
 */
export function readToken(body: Buffer, askedAt: Date): Token | undefined {
  const answer = Answer.safeParse(parseJson(body.toString()));
  if (!answer.success) return undefined;
  const { expires_in: seconds = DEFAULT_SECONDS, issued_at: issued } = answer.data;
  const life = typeof seconds === 'number' ? Math.min(seconds, LONGEST_SECONDS) - MARGIN_SECONDS : 0;
  const begin = Math.min(momentOf(issued) ?? Infinity, askedAt.getTime());
  const value = 'token' in answer.data ? answer.data.token : answer.data.access_token;
  return { header: `Bearer ${value}`, until: begin + Math.max(0, life) * 1_000 };
}

function momentOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !MOMENT.test(value)) return undefined;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? undefined : moment;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
