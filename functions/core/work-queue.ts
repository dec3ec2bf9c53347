import { deploy } from './deploy.ts';
import { asReleaseError, fail } from './errors.ts';
import type { Ports, Queue } from './ports.ts';
import { parseRequest } from './request.ts';
import type { ReleaseRequest } from './release.ts';
import { rollback, rollbackTarget } from './rollback.ts';
import type { Answer } from './session.ts';

/** One message as it came from the queue. */
export interface Message {
  id: string;
  body: string;
}

/**
 * Works off one message. Resolves when the message is done with, whatever became of the release: a failed deploy is a result,
 * not a reason to try again. Throws only when it could not be worked on at all, so that the queue keeps it. A body that is no
 * request goes straight to the dead-letter queue: waiting for its retries would hold up everything behind it in its group.
 */
export async function workMessage(
  ports: () => Ports,
  queue: Pick<Queue, 'bury'>,
  message: Message,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  let request: ReleaseRequest;
  try {
    request = parseRequest(message.body);
  } catch (thrown) {
    await queue.bury(message.body, asReleaseError(thrown).message);
    return undefined;
  }
  return runRequest(ports(), request, { signal, wait: true });
}

/** Runs a request of either kind. */
export async function runRequest(
  ports: Ports,
  request: ReleaseRequest,
  options: { signal: AbortSignal; wait: boolean },
): Promise<Answer> {
  if (request.action === 'deploy') return deploy(ports, request, options);
  if (request.restores === undefined)
    throw fail('InputInvalid', 'A rollback request names no release to restore.', { function: 'rollback' });
  return rollback(ports, request, await rollbackTarget(ports, request.environment, request.restores), options);
}
