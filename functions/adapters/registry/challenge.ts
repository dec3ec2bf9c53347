import * as z from 'zod';
import { fail } from '../../core/errors.ts';
import type { Connection } from './connection.ts';
import { denied, statusError, unauthorized } from './failure.ts';
import type { Call } from './call.ts';
import { isLoopback } from './redirect.ts';
import { send } from './send.ts';

const Token = z.union([z.object({ token: z.string() }), z.object({ access_token: z.string() })]);

/**
 * The header that answers a challenge. `Bearer realm="…",service="…",scope="…"`: a token from the realm (distribution's token flow),
 * asked for without a password when there is none; `Basic`: the credential itself. Throws as `ask` does.
 */
export async function answerChallenge(challenge: string, connection: Connection, about: string): Promise<string> {
  const { credential, host } = connection;
  const basic =
    credential === undefined
      ? undefined
      : `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
  if (/^basic/i.test(challenge)) {
    if (basic === undefined) throw denied(connection, '401 Unauthorized (no credential)');
    return basic;
  }
  const call: Call = { method: 'GET', to: realmOf(challenge, connection), about };
  const answer = await send(connection, call, basic);
  const who = `the token service of ${host}`;
  if (answer.status === 401 && basic !== undefined) throw unauthorized(connection, who);
  if (answer.status < 200 || answer.status > 299) throw statusError(answer, connection, call, who);
  const token = Token.safeParse(parseJson(answer.body.toString()));
  if (!token.success)
    throw fail('RegistryUnreachable', `The token service of ${host} sent no token.`, { registry: host });
  return `Bearer ${'token' in token.data ? token.data.token : token.data.access_token}`;
}

/** Where a token is to be had, with the query that says for what. */
function realmOf(challenge: string, connection: Connection): URL {
  const parameters = new Map(
    Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, key, value]) => [key ?? '', value ?? '']),
  );
  const url = URL.parse(parameters.get('realm') ?? '');
  // The password goes to the realm, so the realm must be one that TLS vouches for, or as near as a registry without TLS itself.
  const isPlain = url?.protocol === 'http:' && isLoopback(url) && connection.origin.startsWith('http:');
  if (url === null || !(url.protocol === 'https:' || isPlain) || url.username !== '' || url.password !== '')
    throw denied(connection, 'a challenge that names no https realm');
  const scope =
    connection.actions === 'pull' ? parameters.get('scope') : `repository:${connection.path}:${connection.actions}`;
  for (const [key, value] of [
    ['service', parameters.get('service')],
    ['scope', scope],
  ] as const)
    if (value !== undefined) url.searchParams.set(key, value);
  return url;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
