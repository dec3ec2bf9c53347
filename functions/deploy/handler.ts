import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { answerResult } from '../core/answer-result.ts';
import { environmentOf } from '../core/config.ts';
import { deploy } from '../core/deploy.ts';
import { describeStatus } from '../core/describe-status.ts';
import { asReleaseError } from '../core/errors.ts';
import { releaseId } from '../core/identity.ts';
import { plainLine } from '../core/plain-line.ts';
import type { Result } from '../core/result.ts';
import { workMessage } from '../core/work-queue.ts';
import { byHandInput } from '../runtime/by-hand-input.ts';
import { handle, withDeadline } from '../runtime/handle.ts';
import { log, sendQueue } from '../runtime/wire.ts';
import { deployPorts } from '../runtime/deploy-ports.ts';

/** What a person gives by hand. `{}` changes nothing. */
export const DeployInput = byHandInput(
  {
    environment: z.string(),
    revision: z.string().regex(/^[0-9a-f]{40}$/, 'a full commit SHA (40 hex digits)'),
    reason: plainLine(200),
    plan: z.boolean(),
    actor: plainLine(64),
    breakGlass: z.boolean(),
  },
  ['environment', 'revision'],
  // Who deploys past the gate answers for it by name.
  { breakGlass: ['actor', 'reason'] },
);

const byHand = handle('deploy', DeployInput, async (input, { signal, id }): Promise<Result> => {
  const ports = deployPorts();
  if (input === undefined) {
    const status = await describeStatus(ports, Object.keys(ports.config.environments));
    return {
      ...status,
      next: [
        'Deploy by hand: {"environment": "production", "revision": "<full commit SHA>", "reason": "why"}. Add "plan": true to see what would change.',
      ],
    };
  }
  environmentOf(ports.config, input.environment);
  const { environment, reason, plan, actor, breakGlass } = input;
  const answer = await deploy(
    ports,
    {
      version: 1,
      id: releaseId({ trigger: 'console', invocation: id, environment }),
      action: 'deploy',
      environment,
      revision: input.revision,
      trigger: 'console',
      actor: actor ?? 'console',
      requestedAt: ports.clock.now().toISOString(),
      ...(reason === undefined ? {} : { reason }),
      ...(plan === undefined ? {} : { plan }),
      ...(breakGlass === undefined ? {} : { breakGlass }),
    },
    { signal, wait: false },
  );
  return answerResult(answer);
});

/** Two ways in: the queue (batches of one, in the order of its environment) and a person. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse | Result> {
  return isQueueEvent(event) ? fromQueue(event, context) : byHand(event, context);
}

/** A message that throws is reported as failed, so that the queue keeps it; all others are done with. */
async function fromQueue(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const failed: SQSBatchResponse['batchItemFailures'] = [];
  for (const record of event.Records) {
    try {
      const answer = await withDeadline(context, ({ signal }) =>
        workMessage(deployPorts, sendQueue(), { id: record.messageId, body: record.body }, signal),
      );
      if (answer !== undefined) log.info('release', { summary: answerResult(answer).summary });
    } catch (thrown) {
      log.error('message failed', { messageId: record.messageId, error: asReleaseError(thrown).message });
      failed.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures: failed };
}

function isQueueEvent(event: unknown): event is SQSEvent {
  if (typeof event !== 'object' || event === null || !('Records' in event) || !Array.isArray(event.Records))
    return false;
  return event.Records.every(
    (record: unknown) =>
      typeof record === 'object' && record !== null && 'eventSource' in record && record.eventSource === 'aws:sqs',
  );
}
