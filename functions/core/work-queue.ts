import { environmentOf } from './config.ts';
import { deploy } from './deploy.ts';
import { asReleaseError } from './errors.ts';
import { failureOf } from './failure.ts';
import type { DeployPorts, Ports, Queue } from './ports.ts';
import { parseRequest } from './request.ts';
import type { ReleaseRequest } from './release.ts';
import { rollback } from './rollback.ts';
import type { Answer } from './run-release.ts';

/** One message as it came from the queue. */
export interface Message {
  id: string;
  body: string;
}

/**
 * Works off one message. Resolves when the message is done with, whatever became of the release: a failed deploy is a result,
 * not a reason to try again. Throws only when it could not be worked on at all, so that the queue keeps it. A body that is no
 * request, or one for an environment that is not in the config (any more), goes straight to the dead-letter queue: waiting for
 * its retries would hold up everything behind it in its group.
 */
export async function workMessage(
  ports: () => DeployPorts,
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
  const all = ports();
  try {
    environmentOf(all.config, request.environment);
  } catch (thrown) {
    await abandon(all, request, thrown);
    await queue.bury(message.body, asReleaseError(thrown).message);
    return undefined;
  }
  const run = request.action === 'deploy' ? deploy : rollback;
  return run(all, request, { signal, wait: true });
}

/** A release that was cut off may have its record open, although its environment is gone since. */
async function abandon({ releases, clock }: Ports, request: ReleaseRequest, why: unknown): Promise<void> {
  const release = await releases.get(request.id);
  if (release?.state !== 'open') return;
  await releases.close(release.id, { outcome: 'failed', at: clock.now(), failure: failureOf(asReleaseError(why)) });
}
