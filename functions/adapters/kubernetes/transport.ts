import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kubeconfig } from '../../core/ports.ts';
import { credentialHeaders, openConnections } from './agent.ts';
import { isSchemaError } from './status.ts';
import { connectionFault, unreachable, type Endpoint } from './faults.ts';
import { openTurns } from './turns.ts';

/** Milliseconds and bytes. The defaults fit a small node on the other side of the ocean; tests shorten them. */
export interface Limits {
  /** One attempt of a call, to the end of its body. */
  callMs: number;
  /** Attempts of one call, the first included. */
  attempts: number;
  /** Wait before the second attempt; doubles with each, with full jitter. */
  backoffMs: number;
  /** The longest wait before another attempt, whatever Retry-After says. */
  longestWaitMs: number;
  /** A larger answer is refused, before it can exhaust the function's memory. */
  maxBytes: number;
  /** A watch that is silent for so long is opened again: the other end may have lost its power. */
  idleMs: number;
  /** Failures of a watch in a row, until it gives up. */
  watchAttempts: number;
}

export const defaultLimits: Limits = {
  callMs: 15_000,
  attempts: 5,
  backoffMs: 200,
  longestWaitMs: 5_000,
  maxBytes: 32 * 1024 * 1024,
  idleMs: 90_000,
  watchAttempts: 20,
};

export interface Call {
  method: 'GET' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
  /** One attempt only: for those who ask again by themselves, and for what must not happen twice. */
  once?: boolean;
  maxBytes?: number;
}

export interface Answer {
  status: number;
  text: string;
}

/** HTTP to one API server over one Agent. */
export interface Transport {
  readonly endpoint: Endpoint;
  readonly limits: Limits;
  /**
   * The answer, 2xx or not. 429, 5xx and broken connections are tried again, unless it is to be sent `once`: reads, server-side
   * applies, deletes and guarded patches are the same when they come twice, even if only the answer to the first got lost.
   */
  call(call: Call, signal: AbortSignal): Promise<Answer>;
  /** The body as it comes. Not tried again. A status that is not 2xx comes with its whole text. */
  stream(call: Call, signal: AbortSignal): Promise<{ status: number; body: AsyncIterable<Buffer> } | Answer>;
  close(): Promise<void>;
}

/** Opens nothing yet: the first call connects. */
export function openTransport(kubeconfig: Kubeconfig, address: string, limits: Limits = defaultLimits): Transport {
  // The stored host is ignored: it is stale after each boot, and a secret must not choose where credentials go.
  const place = { host: address, port: Number(new URL(kubeconfig.server).port || '443') };
  const { tlsServerName, secret } = kubeconfig;
  const endpoint: Endpoint = { address: hostOf(place), tlsServerName, secret };
  const { agent, close } = openConnections(kubeconfig, place);
  const turns = openTurns();

  /** Resolves with the head of the answer. The limits of a whole call and of a silent watch are kept by the signal. */
  async function send(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers = {
      host: endpoint.address,
      accept: 'application/json',
      'user-agent': 'hawser',
      ...credentialHeaders(kubeconfig),
      ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
      ...(body === undefined ? {} : { 'content-length': body.length }),
    };
    const { method, path, query } = call;
    return new Promise((resolve, reject) => {
      request({ agent, ...place, method, path: path + search(query), headers, signal })
        .on('response', resolve)
        .on('error', reject)
        .end(body);
    });
  }

  async function attempt(call: Call, signal: AbortSignal): Promise<Answer & { retryAfter: string | undefined }> {
    const timeout = AbortSignal.timeout(limits.callMs);
    try {
      const response = await send(call, AbortSignal.any([signal, timeout]));
      const text = await readAll(response, call.maxBytes ?? limits.maxBytes, endpoint);
      return { status: statusOf(response), text, retryAfter: response.headers['retry-after'] };
    } catch (thrown) {
      signal.throwIfAborted();
      if (timeout.aborted)
        throw unreachable(endpoint, `did not answer in ${limits.callMs / 1000} s`, 'timeout', thrown);
      throw connectionFault(thrown, endpoint);
    }
  }

  return {
    endpoint,
    limits,
    async call(call, signal) {
      for (let tried = 1; ; tried++) {
        const last = call.once === true || tried >= limits.attempts;
        const result = await turns(() => attempt(call, signal), signal).catch((error: unknown) => {
          if (last || (error as { code?: unknown }).code !== 'ApiServerUnreachable') throw error;
          return undefined;
        });
        if (result !== undefined && (last || !isPassing(result))) return result;
        await sleep(waitBefore(tried, result?.retryAfter, limits), undefined, { signal }).catch(() => undefined);
        signal.throwIfAborted();
      }
    },
    async stream(call, signal) {
      try {
        const response = await send(call, signal);
        const status = statusOf(response);
        if (status === 200) return { status, body: response };
        return { status, text: await readAll(response, limits.maxBytes, endpoint) };
      } catch (thrown) {
        signal.throwIfAborted();
        throw connectionFault(thrown, endpoint);
      }
    },
    async close() {
      close();
    },
  };
}

/** Too many requests, or a failure of the server's own: the same call may well succeed a moment later. */
function isPassing({ status, text }: Answer): boolean {
  return status === 429 || (status >= 500 && !isSchemaError(text));
}

/** How long to wait after `tried` attempts: as long as the server asks, or else with exponential backoff and full jitter. */
function waitBefore(tried: number, retryAfter: string | undefined, limits: Limits): number {
  if (retryAfter === undefined) return backoff(tried, limits);
  // Seconds from API servers; a proxy may send a date.
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return ms >= 0 ? Math.min(ms, limits.longestWaitMs) : backoff(tried, limits);
}

export function backoff(tried: number, { backoffMs, longestWaitMs }: Limits): number {
  return Math.random() * Math.min(backoffMs * 2 ** (tried - 1), longestWaitMs);
}

function hostOf({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function statusOf({ statusCode }: IncomingMessage): number {
  return statusCode ?? 0;
}

function search(query: Call['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as [string, string]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

async function readAll(body: AsyncIterable<Buffer>, maxBytes: number, endpoint: Endpoint): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop destroys the body, and with it the connection that would go on sending.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw unreachable(endpoint, `sent more than ${maxBytes} bytes in one answer`, 'too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}
