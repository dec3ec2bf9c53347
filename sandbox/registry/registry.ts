import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { startDaemon, waitUntil } from '../host/daemon.ts';
import { freePort } from '../host/port.ts';
import type { Workspace } from '../host/workspace.ts';
import { createIdentity } from './identity.ts';
import { startHttps, tokenListener } from './listener.ts';

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
  const { authority, tls, issuer, accounts } = await createIdentity(workspace, options.address);
  const caFile = writeFile(join(dir, 'ca.crt'), authority.pem);
  const endpoint = await startHttps(options.address, tls, tokenListener(issuer, Object.values(accounts)));
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
        token: {
          realm: `https://${endpoint.host}/token`,
          service: issuer.service,
          issuer: issuer.issuer,
          rootcertbundle: caFile,
        },
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
    await waitUntil('The registry', () => answers(host, authority.pem), { timeoutMs: 60_000, daemon });
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, ca: authority.pem, caFile, ...accounts, stop };
}

function writeFile(path: string, text: string): string {
  writeFileSync(path, text, { mode: 0o600 });
  return path;
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
