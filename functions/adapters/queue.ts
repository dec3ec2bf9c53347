import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from '../core/ports.ts';
import { messageKey } from '../core/request.ts';
import { calling } from './aws-errors.ts';

export interface QueueOptions {
  client: SQSClient;
  /** Of the FIFO queue that the deploy function reads. */
  url: string;
  /** Of its dead-letter queue, FIFO too. */
  deadLetterUrl: string;
}

/** The requests, in Amazon SQS: the environment is the message group, so SQS keeps the order within one. */
export function queue({ client, url, deadLetterUrl }: QueueOptions): Queue {
  const send = (input: { url: string; body: string; group: string; once: string; reason?: string }) =>
    calling(
      { action: 'sqs:SendMessage', resource: input.url },
      client.send(
        new SendMessageCommand({
          QueueUrl: input.url,
          MessageBody: input.body,
          MessageGroupId: input.group,
          MessageDeduplicationId: createHash('sha256').update(input.once).digest('hex'),
          ...(input.reason === undefined
            ? {}
            : { MessageAttributes: { reason: { DataType: 'String', StringValue: printable(input.reason) } } }),
        }),
      ),
    );
  return {
    async send(request) {
      await send({ url, body: JSON.stringify(request), group: request.environment, once: messageKey(request) });
    },
    async bury(body, reason) {
      await send({ url: deadLetterUrl, body, group: 'buried', once: body, reason });
    },
  };
}

/** SQS refuses characters that XML 1.0 cannot carry, and an empty value. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that must go
  return text.replace(/[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd]/g, '?').slice(0, 1_024) || '?';
}
