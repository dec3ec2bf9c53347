import type { Clock } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import type { Token } from './token.ts';

/** A process has one repository and one credential, and another one after a rotation. */
const MOST = 16;

/**
 * The tokens that are still good, in memory only. What is kept for a registry, a repository, a scope and a credential is for nobody
 * else: `Connection.identity` tells them apart.
 */
export interface Tokens {
  /** The header that is still good for such a connection. */
  kept(connection: Connection): string | undefined;
  /**
   * The header for this URL of a token service: the kept one, that of an exchange which is under way, or that of `exchange`. `refused`: the
   * header that the registry does not take; it is not given out again. Throws as `exchange` does, and the connection's signal's reason.
   */
  obtain(
    connection: Connection,
    url: URL,
    refused: string | undefined,
    exchange: () => Promise<Token>,
  ): Promise<string>;
  /** Forgets the header, unless there is a newer one by now. */
  forget(connection: Connection, header: string): void;
}

export function tokenStore(clock: Clock): Tokens {
  const tokens = new Map<string, Token & { url: string }>();
  const underWay = new Map<string, Promise<string>>();

  /** Whatever is past its life goes, whoever's it is. */
  const current = (identity: string): (Token & { url: string }) | undefined => {
    const now = clock.now().getTime();
    for (const [key, { until }] of tokens) if (until <= now) tokens.delete(key);
    return tokens.get(identity);
  };

  const forget = ({ identity }: Connection, header: string): void => {
    if (tokens.get(identity)?.header === header) tokens.delete(identity);
  };

  const keep = (identity: string, url: string, token: Token): void => {
    tokens.delete(identity);
    if (token.until <= clock.now().getTime()) return;
    tokens.set(identity, { ...token, url });
    const [oldest] = tokens.keys();
    if (tokens.size > MOST && oldest !== undefined) tokens.delete(oldest);
  };

  return {
    kept: ({ identity }) => current(identity)?.header,
    forget,
    obtain: async (connection, { href }, refused, exchange) => {
      const { identity, signal } = connection;
      const kept = current(identity);
      if (kept?.url === href && kept.header !== refused) return kept.header;
      const place = `${identity} ${href}`;
      const running = underWay.get(place);
      if (running !== undefined) {
        // It may fail for reasons of its own, such as the end of its caller's time.
        const theirs = await untilAborted(
          running.catch(() => undefined),
          signal,
        );
        if (theirs !== undefined && theirs !== refused) return theirs;
      }
      const ours = exchange().then((token) => {
        keep(identity, href, token);
        return token.header;
      });
      underWay.set(place, ours);
      try {
        return await ours;
      } finally {
        if (underWay.get(place) === ours) underWay.delete(place);
      }
    },
  };
}

/** What it comes to, unless the signal ends the waiting before. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const ended = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', ended, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', ended);
  }
}
