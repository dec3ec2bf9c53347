import { verifyWithFallback } from '@octokit/webhooks-methods';
import type { Config } from '../core/config.ts';
import { admitDelivery } from '../core/delivery.ts';
import { asReleaseError, ReleaseError } from '../core/errors.ts';
import type { Clock, Log, Queue, Secrets } from '../core/ports.ts';

/** A request as it came: the body's bytes untouched, header names in lower case. */
export interface Received {
  method: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Buffer;
}

export interface Reply {
  status: 200 | 202 | 400 | 401 | 405 | 413 | 415 | 500 | 503;
  body: { code: string; message: string; releases?: string[] };
}

export interface WebhookPorts {
  config: () => Config;
  secrets: Secrets;
  queue: Pick<Queue, 'send'>;
  clock: Clock;
  log: Log;
}

/** GitHub's payloads for a workflow run are about 20 KB. GitHub itself sends none over 25 MB, a function URL takes 6 MB. */
export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Answers one delivery: verify the signature over the raw bytes, then parse, admit, enqueue, and only then 202. Nothing is
 * parsed before its signature is right. 5xx only when an admitted release could not be queued, so that GitHub shows the
 * delivery as failed and it can be sent again; what is not interesting is a 202 with a reason code, never a 4xx.
 */
export async function receive(ports: WebhookPorts, request: Received): Promise<Reply> {
  if (request.method !== 'POST') return reply(405, 'MethodNotAllowed', 'Webhooks are sent with POST.');
  if (request.body.byteLength > MAX_BODY_BYTES)
    return reply(413, 'PayloadTooLarge', `The body is larger than ${MAX_BODY_BYTES} bytes.`);
  const config = ports.config();
  if (!(await isSigned(ports.secrets, config.webhook.secret, request))) {
    return reply(
      401,
      'SignatureInvalid',
      'The header X-Hub-Signature-256 is missing or was not made with this secret.',
    );
  }
  if (!isJson(request.headers['content-type'])) {
    return reply(415, 'NotJson', 'Set the content type of the webhook to application/json.');
  }
  const json = parseJson(request.body);
  if (json === undefined) return reply(400, 'PayloadInvalid', 'The body is not JSON.');
  return dispatch(ports, config, request.headers, json);
}

async function dispatch(
  ports: WebhookPorts,
  config: Config,
  headers: Received['headers'],
  json: unknown,
): Promise<Reply> {
  const { 'x-github-delivery': delivery } = headers;
  const admission = admissionOf(headers, json, config, ports.clock.now().toISOString());
  if (admission instanceof ReleaseError) return reply(400, 'PayloadInvalid', admission.message);
  if (!admission.admitted) {
    ports.log.info('not admitted', { delivery, code: admission.code, reason: admission.reason });
    return reply(admission.code === 'Ping' ? 200 : 202, admission.code, `Nothing to deploy: ${admission.reason}.`);
  }
  const sent = await Promise.allSettled(admission.requests.map((release) => ports.queue.send(release)));
  const failed = sent.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    // A redelivery sends all of them again; the ids keep the ones that were queued from running twice.
    ports.log.error('not queued', { delivery, error: asReleaseError(failed.reason).message });
    return reply(503, 'NotQueued', 'The release could not be queued. Redeliver this webhook.');
  }
  const ids = admission.requests.map(({ id }) => id);
  ports.log.info('queued', { delivery, releases: ids });
  return { status: 202, body: { code: 'Queued', message: 'The release is queued.', releases: ids } };
}

/** What is no payload of GitHub's is the sender's mistake: an answer, not a failure of this function. */
function admissionOf(headers: Received['headers'], json: unknown, config: Config, now: string) {
  try {
    return admitDelivery(headers, json, config, now);
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'PayloadInvalid') return error;
    throw error;
  }
}

/** Current and previous secret are accepted; when neither fits, they are read once more, past the cache: one was just rotated. */
async function isSigned(secrets: Secrets, name: string, request: Received): Promise<boolean> {
  const signature = request.headers['x-hub-signature-256'];
  // What no signature of the right form goes with costs no call to the secret store.
  if (signature === undefined || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false;
  const text = request.body.toString('utf8');
  // The library signs text. GitHub sends UTF-8; bytes that are none would change on the way, so they cannot be verified.
  if (!Buffer.from(text, 'utf8').equals(request.body) || text === '') return false;
  for (const fresh of [false, true]) {
    const [current, ...others] = (await secrets.versions(name, { fresh })).filter((secret) => secret !== '');
    if (current !== undefined && (await verifyWithFallback(current, text, signature, others)) === true) return true;
  }
  return false;
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType ?? '');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function reply(status: Reply['status'], code: string, message: string): Reply {
  return { status, body: { code, message } };
}
