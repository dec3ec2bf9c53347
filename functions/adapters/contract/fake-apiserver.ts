import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthority, issue } from '../../../sandbox/host/certificate.ts';
import type { Kubeconfig } from '../../core/ports.ts';

export interface FakeApiServer {
  readonly kubeconfig: Kubeconfig;
  /** `METHOD path?query` of every request so far. */
  readonly requests: string[];
  /** Answers the requests to come, one each; the last one answers all that follow. */
  answer(...answers: Answering[]): void;
  close(): Promise<void>;
}

export type Answering = (response: ServerResponse, request: IncomingMessage) => void;

/** An HTTPS server that does what API servers do on bad days, which a good one cannot be made to do. */
export async function startFakeApiServer(): Promise<FakeApiServer> {
  const authority = await createAuthority('fake-ca');
  const { certificate: cert, key } = await issue(authority, 'kube-apiserver', ['kubernetes']);
  const requests: string[] = [];
  let script: Answering[] = [];
  const server: Server = createServer({ cert, key }, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const next = script.length > 1 ? script.shift() : script[0];
    request.resume().on('end', () => next?.(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credential = { kind: 'token', token: 'fake-token' } as const;
  return {
    kubeconfig: { server: `https://127.0.0.1:${port}`, ca: authority.pem, tlsServerName: 'kubernetes', credential },
    requests,
    answer(...answers) {
      requests.length = 0;
      script = answers;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function sends(status: number, body: unknown, headers: Record<string, string> = {}): Answering {
  return (response) => void response.writeHead(status, headers).end(JSON.stringify(body));
}

/** Answers with a Status. */
export function refuses(code: number, reason: string, message: string): Answering {
  return sends(code, { kind: 'Status', apiVersion: 'v1', code, reason, message });
}

/** Answers a watch with these events, then leaves the connection open, or ends it. */
export function streams(events: readonly object[], { ends = false } = {}): Answering {
  return (response) => {
    response.writeHead(200);
    response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (ends) response.end();
    else response.flushHeaders();
  };
}

/** Breaks the connection in place of an answer. */
export const breaks: Answering = (response) => void response.socket?.destroy();

/** Never answers. */
export const hangs: Answering = () => undefined;
