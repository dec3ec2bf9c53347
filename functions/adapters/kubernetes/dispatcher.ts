import type { RequestOptions } from 'node:https';
import { Agent, buildConnector } from 'undici';
import type { Kubeconfig } from '../../core/ports.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Each watch holds one connection, a few calls run beside them; a small node must not pay for more handshakes. */
const MAX_CONNECTIONS = 16;

export interface Access {
  agent: Agent;
  headers: Record<string, string>;
}

/**
 * The one Agent of a cluster and the headers that carry the credential. Certificates are verified against the embedded CA
 * and for `tlsServerName` only; nothing of a request is written before that is done.
 */
export async function openAccess(kubeconfig: Kubeconfig): Promise<Access> {
  const { ca, cert, key, servername, headers } = await connectionOptions(kubeconfig);
  const connector = buildConnector({
    ca,
    cert,
    key,
    // Without it, NODE_TLS_REJECT_UNAUTHORIZED in the environment would decide.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    allowH2: false,
    timeout: CONNECT_TIMEOUT_MS,
    keepAliveInitialDelay: 15_000,
  });
  const agent = new Agent({
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 60_000,
    // undici would prefer the name in the URL to the name that the certificate must carry.
    connect: (options, callback) => connector({ ...options, servername }, callback),
  });
  return { agent, headers };
}

interface ConnectionOptions {
  ca: Buffer;
  cert?: Buffer;
  key?: Buffer;
  servername: string;
  headers: Record<string, string>;
}

/**
 * KubeConfig knows what a kubeconfig means for TLS and headers. It is given vetted data only, so none of its programs,
 * files and proxies can come into play. Its own import costs 0.2 s, bundled: it is loaded when a cluster is really used.
 */
async function connectionOptions(kubeconfig: Kubeconfig): Promise<ConnectionOptions> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const { credential } = kubeconfig;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: 'cluster',
      server: kubeconfig.server,
      caData: base64(kubeconfig.ca),
      tlsServerName: kubeconfig.tlsServerName,
      skipTLSVerify: false,
    },
    credential.kind === 'token'
      ? { name: 'user', token: credential.token }
      : { name: 'user', certData: base64(credential.certificate), keyData: base64(credential.key) },
  );
  const options: RequestOptions & { servername?: string } = {};
  await config.applyToHTTPSOptions(options);
  return options as unknown as ConnectionOptions;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
