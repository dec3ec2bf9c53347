import { fail } from '../../core/errors.ts';
import type { Call } from './call.ts';
import { readChallenges } from './challenge.ts';
import type { Connection } from './connection.ts';
import { denied, statusError, unauthorized } from './failure.ts';
import { isLoopback, leadsInside } from './host.ts';
import { send } from './send.ts';
import { readToken, type Token } from './token.ts';

/**
 * The header that answers a WWW-Authenticate header. `Bearer realm="…",service="…",scope="…"`: a token from the realm (distribution's token
 * flow), asked for without a password when there is none; else `Basic`: the credential itself. `refused`: the header that was sent
 * and not taken. Throws as `ask` does.
 */
export async function authorize(
  header: string,
  connection: Connection,
  about: string,
  refused: string | undefined,
): Promise<string> {
  const challenges = readChallenges(header);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) {
    const url = tokenUrl(bearer.parameters, connection);
    return connection.tokens.obtain(connection, url, refused, () => exchange(url, connection, about));
  }
  if (!challenges.some(({ scheme }) => scheme === 'basic'))
    throw denied(connection, 'a challenge that names no https realm');
  const basic = basicOf(connection);
  if (basic === undefined) throw denied(connection, '401 Unauthorized (no credential)');
  return basic;
}

function basicOf({ credential }: Connection): string | undefined {
  if (credential === undefined) return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
}

/** Asks the token service. */
async function exchange(url: URL, connection: Connection, about: string): Promise<Token> {
  const { host, clock } = connection;
  const basic = basicOf(connection);
  const call: Call = { method: 'GET', to: url, about };
  const askedAt = clock.now();
  const answer = await send(connection, call, basic);
  const who = `the token service of ${host}`;
  if (answer.status === 401 && basic !== undefined) throw unauthorized(connection, who);
  if (answer.status < 200 || answer.status > 299) throw statusError(answer, connection, call, who);
  const token = readToken(answer.body, askedAt);
  if (token === undefined)
    throw fail('RegistryUnreachable', `The token service of ${host} sent no token.`, { registry: host });
  return token;
}

/** Where a token is to be had, with the query that says for what. */
function tokenUrl(parameters: ReadonlyMap<string, string>, connection: Connection): URL {
  const url = URL.parse(parameters.get('realm') ?? '');
  const registry = new URL(connection.origin);
  // The password goes to the realm, so the realm must be one that TLS vouches for, or as near as a registry without TLS itself.
  const isPlain = url?.protocol === 'http:' && isLoopback(url) && registry.protocol === 'http:';
  if (url === null || !(url.protocol === 'https:' || isPlain) || url.username !== '' || url.password !== '')
    throw denied(connection, 'a challenge that names no https realm');
  if (leadsInside(registry, url)) throw denied(connection, 'a challenge whose realm is this machine or link-local');
  const scope =
    connection.actions === 'pull' ? parameters.get('scope') : `repository:${connection.path}:${connection.actions}`;
  for (const [key, value] of [
    ['service', parameters.get('service')],
    ['scope', scope],
  ] as const)
    if (value !== undefined) url.searchParams.set(key, value);
  return url;
}
