import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';

export interface DeliverOptions {
  /** Default `workflow_run`. */
  event?: string;
  /** X-GitHub-Delivery. Default: a new GUID; a redelivery has that of the first. */
  deliveryId?: string;
  /** Replaces headers by name (lower case); `undefined` leaves one out. `host` reaches a virtual host at 127.0.0.1. */
  headers?: Record<string, string | undefined>;
}

export interface Delivered {
  status: number;
  body: string;
  deliveryId: string;
  /** Milliseconds from the first byte sent to the last one received. */
  elapsedMs: number;
}

/** GitHub gives up on a receiver after ten seconds. */
const TIMEOUT_MS = 10_000;

/**
 * Sends a webhook as GitHub does: JSON, signed over the very bytes (X-Hub-Signature-256). An object is serialised here;
 * a string goes as it is. By node:http, since fetch does not let a caller choose the Host header.
 */
export function deliver(
  url: string,
  secret: string,
  payload: object | string,
  options: DeliverOptions = {},
): Promise<Delivered> {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const deliveryId = options.deliveryId ?? randomUUID();
  const headers: Record<string, string | undefined> = {
    accept: '*/*',
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    'user-agent': 'GitHub-Hookshot/8d33975',
    'x-github-delivery': deliveryId,
    'x-github-event': options.event ?? 'workflow_run',
    'x-github-hook-id': '481516234',
    'x-github-hook-installation-target-id': '701234567',
    'x-github-hook-installation-target-type': 'repository',
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(bytes).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`,
    ...options.headers,
  };
  const sent = Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers: Object.fromEntries(sent), agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, body, deliveryId, elapsedMs: performance.now() - started });
      });
    });
    outgoing.setTimeout(TIMEOUT_MS, () =>
      outgoing.destroy(new Error(`No answer from ${url} in ${TIMEOUT_MS / 1000} s.`)),
    );
    outgoing.on('error', reject).end(bytes);
  });
}
