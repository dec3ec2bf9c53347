import { ReleaseError } from '../../core/errors.ts';
import { authorize } from './authorize.ts';
import type { Connection } from './connection.ts';
import { statusError, unauthorized, unreachable } from './failure.ts';
import { send, targetOf } from './send.ts';

const TRIES = 4;
/** A registry that asks for a longer pause is not waited for. */
const LONGEST_WAIT_MS = 30_000;

export interface Call {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below `/v2/NAME/`, or a URL that the registry has named and `follow` has let pass. */
  to: string | URL;
  /** What is wanted, for errors: `host/name:tag` or `host/name@sha256:…`. */
  about: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** Statuses that are an answer as well as 2xx. */
  also?: readonly number[];
  /** Bytes of the body that are read; 64 KiB unless told otherwise. */
  maxBytes?: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
  /** False when the body is longer than `maxBytes`: it was read no further. */
  complete: boolean;
  /** Where it came from in the end. */
  url: URL;
}

/**
 * Asks the registry, with a token or a password once it wants one. A kept token that is refused is replaced once: after 401, and after
 * 403 if it is from before this connection. Tried again on 429, 5xx and broken connections, those of the token service included.
 * Throws ImageNotFound (404), RegistryUnauthorized (401), ImagePullDenied (403), RegistryRateLimited, RegistryUnreachable and
 * RegistryAnswerInvalid; the signal's reason when that ends it.
 */
export async function ask(connection: Connection, call: Call): Promise<Answer> {
  const { clock, signal, host } = connection;
  for (let tried = 1; ; tried++) {
    const { answer, thrown } = await attempt(connection, call).then(
      (one) => ({ answer: one, thrown: undefined }),
      (error: unknown) => ({ answer: undefined, thrown: error }),
    );
    signal.throwIfAborted();
    if (answer !== undefined && isWanted(answer, call)) return answer;
    const error = answer === undefined ? unreachable(thrown, connection) : statusError(answer, connection, call, host);
    if (!(error instanceof ReleaseError) || !error.retryable || tried === TRIES) throw error;
    // A call that the registry does not understand is not understood better a moment later.
    if (answer !== undefined && answer.status < 500 && answer.status !== 429) throw error;
    const waitMs = Number(error.details['waitMs'] ?? 300 * 2 ** tried);
    if (waitMs > LONGEST_WAIT_MS) throw error;
    await clock.sleep(waitMs, signal);
  }
}

function isWanted({ status }: Answer, { also = [] }: Call): boolean {
  return (status >= 200 && status < 300) || also.includes(status);
}

/** One answer, once authenticated if the registry asks for it. */
async function attempt(connection: Connection, call: Call): Promise<Answer> {
  // Such as the place of an upload at another host: nothing of the credential is for that.
  if (targetOf(connection, call.to).origin !== connection.origin) return send(connection, call, undefined);
  const { tokens } = connection;
  const known = tokens.kept(connection) ?? connection.authorization;
  const isFromBefore = known !== connection.authorization;
  let first = await send(connection, call, known);
  // A token has the rights of when it was made: the one that is missing may be newer.
  const mayBeTooOld = first.status === 403 && isFromBefore && first.url.origin === connection.origin;
  if (first.status !== 401 && !mayBeTooOld) return first;
  if (known !== undefined) {
    tokens.forget(connection, known);
    // Some tell only who comes without one where to get it.
    if (mayBeTooOld || !first.headers.has('www-authenticate')) first = await send(connection, call, undefined);
    if (first.status !== 401) return first;
  }
  const challenge = first.headers.get('www-authenticate') ?? '';
  const authorization = await authorize(challenge, connection, call.about, known);
  const second = await send(connection, call, authorization);
  if (second.status !== 401) {
    connection.authorization = authorization;
    return second;
  }
  tokens.forget(connection, authorization);
  // Nobody but the registry itself has looked at the password then.
  if (authorization.startsWith('Basic ')) throw unauthorized(connection, connection.host);
  return second;
}
