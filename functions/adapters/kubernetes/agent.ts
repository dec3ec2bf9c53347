import { Agent } from 'node:https';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Kubeconfig } from '../../core/ports.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** Each watch holds one connection, a few calls run beside them; a small node must not pay for more handshakes. */
const MAX_CONNECTIONS = 16;
/** The API server ends an idle connection after 90 s: this end is to be first, so that no call meets one that is just being closed. */
const IDLE_MS = 60_000;
const PROBE_MS = 15_000;

/** The one Agent of a cluster. */
export interface Connections {
  agent: Agent;
  close(): void;
}

/** TLS as the kubeconfig wants it. The same that the official client makes of it, and nothing that the environment could change. */
export function tlsOptions({ ca, credential, tlsServerName }: Kubeconfig) {
  return {
    ca,
    ...(credential.kind === 'certificate' ? { cert: credential.certificate, key: credential.key } : {}),
    servername: tlsServerName,
    // Without it, NODE_TLS_REJECT_UNAUTHORIZED in the environment would decide.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  } as const;
}

/** The headers that carry the credential; a client certificate needs none. */
export function credentialHeaders({ credential }: Kubeconfig): Record<string, string> {
  return credential.kind === 'token' ? { Authorization: `Bearer ${credential.token}` } : {};
}

/**
 * Connects at the first call. Certificates are verified against the embedded CA and for `tlsServerName` only; nothing of a request
 * is written before that is done.
 */
export function openConnections(kubeconfig: Kubeconfig, { host, port }: { host: string; port: number }): Connections {
  const { ca, cert, key, minVersion, ...verified } = { cert: undefined, key: undefined, ...tlsOptions(kubeconfig) };
  let secureContext: SecureContext | undefined;
  const opening = new Set<TLSSocket>();
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS });
  // Node.js would hand out a connection before its certificate is verified, and takes the name in the URL for the one to verify.
  agent.createConnection = (_, done) => {
    secureContext ??= createSecureContext({ ca, cert, key, minVersion });
    const socket = connect({ host, port, secureContext, ...verified });
    opening.add(socket);
    const end = (error: Error | null): void => {
      if (!opening.delete(socket)) return;
      clearTimeout(timer);
      if (error === null) socket.setTimeout(IDLE_MS).off('error', end).off('close', closed);
      done?.(error, socket);
    };
    const closed = (): void => end(Object.assign(new Error('closed while connecting'), { code: 'ECONNRESET' }));
    const timer = setTimeout(() => socket.destroy(timedOut()), CONNECT_TIMEOUT_MS);
    socket.setNoDelay(true).setKeepAlive(true, PROBE_MS);
    socket
      .once('secureConnect', () => end(null))
      .on('error', end)
      .on('close', closed);
    return undefined;
  };
  return {
    agent,
    close() {
      agent.destroy();
      for (const socket of opening) socket.destroy();
    },
  };
}

function timedOut(): Error {
  return Object.assign(new Error(`not connected after ${CONNECT_TIMEOUT_MS} ms`), { code: 'ETIMEDOUT' });
}
