import type { Connection } from './connection.ts';
import { answerInvalid } from './failure.ts';
import { isLoopback, leadsInside } from './host.ts';

/**
 * The URL that the registry names for what comes next: a redirect, the place of an upload, the next page. `location`: relative to
 * `from`, or whole. Only TLS, or http from one loopback host to another, and never from elsewhere into this machine. Throws
 * RegistryAnswerInvalid; errors name its host alone, as the rest may hold a signature.
 */
export function follow(connection: Connection, about: string, from: URL, location: string | null): URL {
  const url = URL.parse(location ?? '', from.href);
  if (location === null || url === null) throw answerInvalid(connection, about, 'it leads to no URL');
  if (url.username !== '' || url.password !== '')
    throw answerInvalid(connection, about, `it leads to ${url.host} with a password in the URL`);
  const isPlain = url.protocol === 'http:' && isLoopback(url) && isLoopback(from);
  if (url.protocol !== 'https:' && !isPlain)
    throw answerInvalid(connection, about, `it leads to ${url.protocol}//${url.host}, which is not TLS`);
  if (leadsInside(from, url))
    throw answerInvalid(connection, about, `it leads to ${url.host}, which is this machine or link-local`);
  return url;
}
