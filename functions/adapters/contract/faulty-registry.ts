import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { misbehave, type Fault } from './faulty.ts';

export type Answer = Fault | ((request: IncomingMessage, response: ServerResponse) => void);

export interface FaultyRegistry {
  /** `127.0.0.1:port`. */
  host: string;
  /** By `METHOD /path?query`, or by `METHOD /path` whatever the query is. Of several the last one stays. Everything else is 404. */
  answers: Map<string, Answer[]>;
  asked: { call: string; authorization: string | undefined; body: string }[];
  /** Forgets its answers and what it was asked. */
  reset(): void;
  stop(): void;
}

/** A registry on this machine that answers as it is told to: with TLS if there is a certificate, else with plain http. */
export async function startFaultyRegistry(tls?: { certificate: string; key: string }): Promise<FaultyRegistry> {
  const answers: FaultyRegistry['answers'] = new Map();
  const asked: FaultyRegistry['asked'] = [];
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = `${request.method} ${request.url}`;
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    asked.push({ call, authorization: request.headers.authorization, body });
    const queue = answers.get(call) ?? answers.get(call.split('?')[0] ?? '') ?? [];
    const answer = (queue.length > 1 ? queue.shift() : queue[0]) ?? { status: 404 };
    if (typeof answer === 'function') answer(request, response);
    else misbehave(answer, request, response);
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void =>
    void listener(request, response).catch(() => request.socket.destroy());
  const server =
    tls === undefined ? createPlainServer(handle) : createServer({ cert: tls.certificate, key: tls.key }, handle);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    asked,
    reset: () => {
      answers.clear();
      asked.length = 0;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
