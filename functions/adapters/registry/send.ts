import type { Answer, Call } from './call.ts';
import type { Connection } from './connection.ts';
import { answerInvalid, denied } from './failure.ts';
import { isLoopback } from './host.ts';
import { follow } from './redirect.ts';

const REDIRECTS = 5;
const MAX_BYTES = 64 * 1024;

/** Where the call goes. */
export function targetOf({ origin, path }: Connection, to: string | URL): URL {
  return typeof to === 'string' ? new URL(`/v2/${path}/${to}`, origin) : to;
}

/**
 * One request, and its answer with the beginning of the body. Redirects are followed here, as the platform's fetch would go from https to
 * http: at most five, by the rules of `follow`. `authorization` is for the target's own origin: once it is left, the header is gone,
 * and a 401 from elsewhere is the end, since its challenge would choose where the password goes.
 */
export async function send(connection: Connection, call: Call, authorization: string | undefined): Promise<Answer> {
  // One for all of it: a server that leads on and on, or sends a byte at a time, gets no longer.
  const signal = AbortSignal.any([connection.signal, AbortSignal.timeout(connection.timeoutMs)]);
  let { response, url } = await begin(connection, call, authorization, signal);
  const { origin } = url;
  let allowed = authorization;
  for (let followed = 0; leadsOn(response, call); followed++) {
    await response.body?.cancel();
    if (followed === REDIRECTS) throw answerInvalid(connection, call.about, `it leads on more than ${REDIRECTS} times`);
    const next = follow(connection, call.about, url, response.headers.get('location'));
    if (next.origin !== origin) allowed = undefined;
    url = next;
    response = await request(connection, call, url, allowed, signal);
    if (response.status === 401 && url.origin !== origin) throw denied(connection, `401 from ${url.host}`);
  }
  return { status: response.status, headers: response.headers, url, ...(await read(response, call.maxBytes)) };
}

/**
 * The first request. Always with TLS, but for a registry on this machine that answers without: then that is where it is from now on.
 * The port must be named, so that both ways lead to the same server.
 */
async function begin(connection: Connection, call: Call, authorization: string | undefined, signal: AbortSignal) {
  const url = targetOf(connection, call.to);
  try {
    return { url, response: await request(connection, call, url, authorization, signal) };
  } catch (error) {
    // Another call may have found it out meanwhile.
    const isOurs = url.host === new URL(connection.origin).host && url.protocol === 'https:';
    if (!isOurs || !isLoopback(url) || url.port === '' || !speaksNoTls(error)) throw error;
    connection.origin = `http://${url.host}`;
    const plain = new URL(`${url.pathname}${url.search}`, connection.origin);
    return { url: plain, response: await request(connection, call, plain, authorization, signal) };
  }
}

function request(
  { fetch }: Connection,
  { method, headers, body }: Call,
  url: URL,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(url.href, {
    method,
    redirect: 'manual',
    headers: { 'user-agent': 'hawser', ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    signal,
  });
}

/** OpenSSL's word for bytes that are no TLS record, such as `HTTP/1.1 400 Bad Request`. A bad certificate is something else. */
function speaksNoTls(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_SSL_WRONG_VERSION_NUMBER';
}

/** What is written goes elsewhere only where the method stays the same. */
function leadsOn({ status }: Response, { method }: Call): boolean {
  if (status === 307 || status === 308) return true;
  return (method === 'GET' || method === 'HEAD') && (status === 301 || status === 302 || status === 303);
}

async function read(response: Response, maxBytes = MAX_BYTES): Promise<{ body: Buffer; complete: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the transfer.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return { body: Buffer.concat(chunks), complete: false };
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks), complete: true };
}
