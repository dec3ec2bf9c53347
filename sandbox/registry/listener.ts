import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CertifiedKey } from '../host/certificate.ts';
import { answerTokenRequest, type Account, type TokenIssuer } from './token.ts';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTPS server on a free port of the address. `host`: `ip:port`. */
export async function startHttps(
  address: string,
  tls: CertifiedKey,
  listener: Listener,
): Promise<{ host: string; close(): Promise<void> }> {
  const server = createServer({ cert: tls.certificate, key: tls.key }, listener);
  // Clients end idle connections. A server that does so, too, may end one just when the next request is on its way.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host: `${address}:${port}`, close };
}

/** GET /token?service=&scope= with basic authentication. POST (the OAuth2 variant) is refused, as on GHCR; clients then use GET. */
export function tokenListener(issuer: TokenIssuer, accounts: readonly Account[]): Listener {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'https://registry');
    if (url.pathname !== '/token') return sendError(response, 404, 'NOT_FOUND');
    if (request.method !== 'GET') return sendError(response, 405, 'METHOD_NOT_ALLOWED', { allow: 'GET' });
    answerTokenRequest(issuer, accounts, request.headers.authorization, url.searchParams.getAll('scope')).then(
      (answer) => sendJson(response, answer.status, answer.body),
      () => sendError(response, 500, 'INTERNAL_ERROR'),
    );
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** An error as the distribution spec shapes it: a code, and the code again as a sentence. */
export function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  headers?: Record<string, string>,
): void {
  sendJson(response, status, { errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }, headers);
}
