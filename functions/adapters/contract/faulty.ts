import type { IncomingMessage, ServerResponse } from 'node:http';

/** One answer of a server that does not behave: a status with headers and body, silence, or a broken connection. */
export type Fault = { status: number; headers?: Record<string, string>; body?: string | Buffer } | 'hang' | 'reset';

/** Gives the request this fault. */
export function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault === 'hang') return;
  if (fault === 'reset') return void request.socket.destroy();
  response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(fault.body ?? '{}');
}
