import { unreachable, type Endpoint } from './faults.ts';
import { readStatus, refused, type Asked } from './status.ts';
import type { Answer } from './transport.ts';

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Passes a 2xx answer; throws what any other one means. */
export function accept(answer: Answer, asked: Asked, endpoint: Endpoint): void {
  if (isSuccess(answer)) return;
  const refusal = readStatus(answer.status, answer.text);
  throw refusal === undefined ? notApiServer(answer, asked, endpoint) : refused(refusal, asked, endpoint);
}

/** A body that is no JSON, or an error that is no Status: something else answers on the port, or k3s is only half up. */
export function notApiServer({ status }: Answer, { verb, resource }: Asked, endpoint: Endpoint) {
  return unreachable(
    endpoint,
    `answered ${status} to ${verb} ${resource}, and not as an API server does`,
    String(status),
  );
}

export function json(answer: Answer, asked: Asked, endpoint: Endpoint): unknown {
  try {
    return JSON.parse(answer.text) as unknown;
  } catch {
    throw notApiServer(answer, asked, endpoint);
  }
}
