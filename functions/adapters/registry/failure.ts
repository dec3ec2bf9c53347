import { fail, type ReleaseError } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import type { Answer, Call } from './call.ts';
import type { Connection } from './connection.ts';
import { readRetryAfter } from './retry-after.ts';

/** Of what a registry says, and of a problem that quotes what it sent; the rest is cut off. */
const LONGEST_WORDS = 200;
const LONGEST_PROBLEM = 400;

/** An answer that is none to the call. `who`: the registry, or its token service, which knows nothing of images. */
export function statusError(answer: Answer, connection: Connection, call: Call, who: string): ReleaseError {
  const { status, headers } = answer;
  const { host: registry, clock } = connection;
  const { about } = call;
  const words = wordsOf(answer, call);
  if (status === 404 && who === registry)
    return fail('ImageNotFound', `${registry} has no ${about}${words}.`, { image: about });
  if (status === 401 || status === 403) return denied(connection, `${status} from ${who}${words}`);
  const waitMs = readRetryAfter(headers.get('retry-after'), clock.now());
  const details = { registry, ...(waitMs === undefined ? {} : { waitMs }) };
  if (status === 429) return fail('RegistryRateLimited', `${who} lets Hawser wait with ${about}: 429.`, details);
  return fail('RegistryUnreachable', `${who} answered ${status} for ${about}${words}.`, details);
}

/** The name and password themselves are refused; of what they may pull nothing is said yet. */
export function unauthorized({ host: registry, secret }: Connection, who: string): ReleaseError {
  return fail('RegistryUnauthorized', `${who} does not accept the credential in ${secret}: 401.`, { secret, registry });
}

export function denied({ host, image, secret, actions }: Connection, why: string): ReleaseError {
  const what = actions === 'pull' ? 'pull' : 'push to';
  return fail('ImagePullDenied', `${host} does not let Hawser ${what} ${image}: ${why}.`, { secret, image });
}

/** It answered, and what it sent cannot be used. `problem` ends the sentence that begins with the registry and what it was asked for. */
export function answerInvalid({ host: registry }: Connection, about: string, problem: string): ReleaseError {
  const why = quote(problem, LONGEST_PROBLEM);
  return fail('RegistryAnswerInvalid', `What ${registry} sent for ${about} cannot be used: ${why}.`, { registry });
}

/** A failure of the network as an error that can be told; anything else as it is. */
export function unreachable(error: unknown, { host: registry }: Connection): unknown {
  if (!(error instanceof TypeError) && !(error instanceof Error && error.name === 'TimeoutError')) return error;
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return fail('RegistryUnreachable', `${registry} did not answer: ${cause}.`, { registry }, error);
}

/**
 * Why a write was refused, in the words of the registry (distribution spec, "Error codes"). A read needs no more than its status, and
 * nothing of what a stranger sends then gets into a record.
 */
function wordsOf({ body }: Answer, { method }: Call): string {
  if (method !== 'POST' && method !== 'PUT') return '';
  try {
    const { errors } = JSON.parse(body.toString()) as { errors: { code: unknown; message: unknown }[] };
    const text = errors.map(({ code, message }) => `${String(code)} ${String(message)}`).join(', ');
    return ` (${quote(text, LONGEST_WORDS)})`;
  } catch {
    return '';
  }
}
