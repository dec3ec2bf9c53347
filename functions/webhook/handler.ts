import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { systemClock } from '../adapters/clock.ts';
import { asReleaseError } from '../core/errors.ts';
import { config, log, secretStore, sendQueue } from '../runtime/wire.ts';
import { receive, type Received, type Reply } from './receive.ts';

/** The function URL that GitHub's webhook points to. */
export async function handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  return answer(await settle(event));
}

async function settle(event: LambdaFunctionURLEvent): Promise<Reply> {
  try {
    return await receive(
      {
        config,
        secrets: secretStore(),
        queue: { send: (request) => sendQueue().send(request) },
        clock: systemClock,
        log,
      },
      received(event),
    );
  } catch (thrown) {
    const error = asReleaseError(thrown);
    log.error('webhook failed', { code: error.code, error: error.message });
    return { status: 500, body: { code: error.code, message: error.message } };
  }
}

/** Bodies come base64-encoded unless their content type is text; the signature is over the bytes before that. */
function received(event: LambdaFunctionURLEvent): Received {
  const headers = Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  return { method: event.requestContext.http.method, headers, body };
}

function answer({ status, body }: Reply): LambdaFunctionURLResult {
  return { statusCode: status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
