import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startDaemon, waitUntil } from '../host/daemon.ts';
import { freePort } from '../host/port.ts';
import type { Workspace } from '../host/workspace.ts';
import { createAuthority, issue, type Issued } from './ca.ts';
import { answerTokenRequest, type Account, type Action, type TokenIssuer } from './token.ts';

/** Debian's package `docker-registry` (distribution 2.8). */
const BINARY = '/usr/bin/docker-registry';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Registry {
  /** `ip:port`, the first part of an image reference. */
  readonly host: string;
  /** The sandbox's CA, PEM, and a file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  /** May pull and push: CI's account. */
  readonly push: Credentials;
  /** May only pull: the node's account, as a token with `read:packages`. */
  readonly pull: Credentials;
  /** A valid account without rights on any repository. */
  readonly stranger: Credentials;
  stop(): Promise<void>;
}

/**
 * Starts a registry that behaves as GHCR does for private packages: TLS, a Bearer challenge, a token endpoint.
 * Listens on `address` only (the sandbox's gateway, or 127.0.0.1); what is pushed lives in the workspace.
 */
export async function startRegistry(workspace: Workspace, options: { address: string }): Promise<Registry> {
  const dir = join(workspace.dir, 'registry');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const authority = await createAuthority(`Hawser sandbox ${workspace.slot} CA`);
  const tls = await issue(authority, 'registry', [...new Set([options.address, '127.0.0.1'])]);
  const issuer: TokenIssuer = {
    issuer: 'hawser-sandbox',
    service: 'registry',
    signer: await issue(authority, 'token signer', []),
  };
  const caFile = writeFile(join(dir, 'ca.crt'), authority.pem);
  const accounts = [account('ci', ['pull', 'push']), account('node', ['pull']), account('stranger', [])] as const;
  const endpoint = await startTokenEndpoint(options.address, tls, issuer, accounts);
  const port = await freePort(options.address);
  const config = writeFile(
    join(dir, 'config.yml'),
    JSON.stringify({
      version: '0.1',
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(dir, 'data') }, delete: { enabled: true } },
      http: {
        addr: `${options.address}:${port}`,
        secret: randomBytes(16).toString('hex'),
        tls: {
          certificate: writeFile(join(dir, 'tls.crt'), tls.certificate),
          key: writeFile(join(dir, 'tls.key'), tls.key),
        },
      },
      auth: {
        token: { realm: endpoint.url, service: issuer.service, issuer: issuer.issuer, rootcertbundle: caFile },
      },
    }),
  );
  const daemon = startDaemon(workspace, {
    name: 'registry',
    command: BINARY,
    args: ['serve', config],
    // REGISTRY_* variables override the configuration, so nothing of the user's environment goes in.
    env: { PATH: process.env['PATH'] },
  });
  const stop = async (): Promise<void> => {
    await Promise.all([daemon.stop(), endpoint.close()]);
  };
  const host = `${options.address}:${port}`;
  try {
    await waitUntil('The registry', () => answers(host, authority.pem), { timeoutMs: 15_000, daemon });
  } catch (error) {
    await stop();
    throw error;
  }
  const [push, pull, stranger] = accounts;
  return { host, ca: authority.pem, caFile, push, pull, stranger, stop };
}

function account(username: string, actions: Action[]): Account {
  return { username, password: `pat_${randomBytes(20).toString('hex')}`, actions };
}

function writeFile(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** GET /token?service=&scope= with basic authentication. POST (the OAuth2 variant) is refused, as on GHCR; clients then use GET. */
async function startTokenEndpoint(
  address: string,
  tls: Issued,
  issuer: TokenIssuer,
  accounts: readonly Account[],
): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer({ cert: tls.certificate, key: tls.key }, (req, res) => {
    const url = new URL(req.url ?? '/', 'https://registry');
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    const fail = (status: number, code: string, headers?: Record<string, string>): void =>
      send(status, { errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }, headers);
    if (url.pathname !== '/token') return fail(404, 'NOT_FOUND');
    if (req.method !== 'GET') return fail(405, 'METHOD_NOT_ALLOWED', { allow: 'GET' });
    answerTokenRequest(issuer, accounts, req.headers.authorization, url.searchParams.getAll('scope')).then(
      (answer) => send(answer.status, answer.body),
      () => fail(500, 'INTERNAL_ERROR'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `https://${address}:${port}/token`, close };
}

/** Ready when it challenges: /v2/ without credentials is 401. */
function answers(host: string, ca: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request(`https://${host}/v2/`, { ca, agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 401);
    })
      .on('error', reject)
      .end();
  });
}
