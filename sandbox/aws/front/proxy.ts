import { request, type IncomingMessage, type ServerResponse } from 'node:http';

/** Headers that belong to one connection, see RFC 9110 §7.6.1. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
]);

/**
 * Sends a request on to `upstream` as it came, Host included (function URLs are found by it), and its answer back. The body
 * is streamed, unless it was read already.
 */
export function passOn(upstream: string, incoming: IncomingMessage, outgoing: ServerResponse, body?: Buffer): void {
  const { hostname, port } = new URL(upstream);
  const forwarded = request({
    hostname,
    port,
    method: incoming.method,
    path: incoming.url,
    headers: headersOf(incoming, incoming.headers['transfer-encoding']),
    setHost: false,
    agent: false,
  });
  forwarded.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, headersOf(answer));
    answer.pipe(outgoing);
    answer.on('error', () => outgoing.destroy());
  });
  forwarded.on('error', (error) => {
    if (outgoing.headersSent) outgoing.destroy();
    else
      outgoing.writeHead(502, { 'content-type': 'text/plain' }).end(`The emulator does not answer: ${error.message}\n`);
  });
  outgoing.on('close', () => forwarded.destroy());
  if (body) forwarded.end(body);
  else incoming.pipe(forwarded);
}

function headersOf(message: IncomingMessage, transferEncoding?: string): string[] {
  const { rawHeaders: raw } = message;
  const kept = raw.flatMap((name, index) =>
    index % 2 === 0 && !HOP_BY_HOP.has(name.toLowerCase()) ? [name, raw[index + 1] ?? ''] : [],
  );
  return transferEncoding === undefined ? kept : [...kept, 'Transfer-Encoding', transferEncoding];
}
