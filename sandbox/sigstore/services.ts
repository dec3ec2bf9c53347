import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
// Past the package's entry, which would load a library that takes over node:http in the whole process.
import { fulcioHandler, initializeCA, initializeCTLog } from '@sigstore/mock/dist/fulcio/index.js';
import { initializeTLog, rekorHandler } from '@sigstore/mock/dist/rekor/index.js';
import { initializeTSA, tsaHandler } from '@sigstore/mock/dist/timestamp/index.js';
import type { Keys } from './certificates.ts';

/** The log's name in what it signs. */
export const REKOR_URL = 'https://rekor.sandbox.invalid';

export interface ServiceKeys {
  ca: Keys;
  tsa: Keys;
  /** Without them there is no log: neither of certificates nor of signatures. */
  logs?: { certificates: Keys; signatures: Keys };
}

export interface Services {
  /** Base URLs of all at a time that is theirs for the request, and as if it were now. */
  at(clock: Date): { fulcio: string; rekor: string; tsa: string };
  close(): Promise<void>;
}

type Handler = ReturnType<typeof fulcioHandler>;

/** Fulcio, Rekor and a timestamp authority on 127.0.0.1, as @sigstore/sign asks them. The path says what time it is for them. */
export async function startServices(keys: ServiceKeys): Promise<Services> {
  const server = createServer((request, response) => {
    // A client that reuses a connection just as its idle time here ends has its request reset, and @sigstore/sign asks only once.
    response.setHeader('connection', 'close');
    respond(keys, request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ message: String(error) }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    at(clock) {
      // In whole seconds, as real timestamps are: @sigstore/core reads no fraction that ends in 0.
      const base = `${url}/${Math.floor(clock.getTime() / 1_000) * 1_000}`;
      // This client takes a base URL only if it has no path.
      return { fulcio: base, rekor: base, tsa: `${base}/api/v1/timestamp` };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(keys: ServiceKeys, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, time, path] = /^\/(\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
  const handlers = await handlersAt(keys, new Date(Number(time)));
  const handler = handlers.find((one) => one.path === path);
  if (handler === undefined) return void response.writeHead(404).end();
  const body = Buffer.concat((await request.toArray()) as Buffer[]);
  const { statusCode, response: answer, contentType = 'text/plain' } = await handler.fn(body.toString());
  const bytes =
    typeof answer === 'string' ? answer : new Uint8Array(answer.buffer, answer.byteOffset, answer.byteLength);
  response.writeHead(statusCode, { 'content-type': contentType }).end(bytes);
}

/** Made anew for each request, since each may have another time; they keep nothing but their keys. */
async function handlersAt({ ca, tsa, logs }: ServiceKeys, clock: Date): Promise<Handler[]> {
  const ctLog = logs === undefined ? undefined : await initializeCTLog(logs.certificates, clock);
  return [
    fulcioHandler(await initializeCA(ca, ctLog, clock)),
    tsaHandler(await initializeTSA(tsa, clock)),
    ...(logs === undefined ? [] : [rekorHandler(await initializeTLog(REKOR_URL, logs.signatures, clock))]),
  ];
}
