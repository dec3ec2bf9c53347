import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkspace, type Workspace } from '../../host/workspace.ts';
import { createProgress } from '../../setup/progress.mjs';
import { ministackServer } from '../../setup/python.mjs';
import { clientConfig } from '../client.ts';
import { startMinistack, type Ministack } from '../ministack.ts';
import { testFront, type TestFront } from './front.fixture.ts';

let workspace: Workspace;
let ministack: Ministack;
let t: TestFront;

beforeAll(async () => {
  const bin = await ministackServer(createProgress());
  workspace = await openWorkspace();
  ministack = await startMinistack(workspace, { bin, nodeDir: dirname(process.execPath), env: {} });
  t = await testFront({ upstream: ministack.url });
});

afterAll(async () => {
  await t?.close();
  await ministack?.stop();
  await workspace?.close();
});

describe('everything else', () => {
  test('parameters and FIFO queues are those of the emulator', async () => {
    await t.ssm.send(new PutParameterCommand({ Name: '/front/test', Value: 'v1', Type: 'String', Overwrite: true }));
    expect((await t.ssm.send(new GetParameterCommand({ Name: '/front/test' }))).Parameter?.Value).toBe('v1');

    const sqs = new SQSClient(clientConfig(t.front.url));
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'front-test.fifo', Attributes: { FifoQueue: 'true' } }),
    );
    const message = { QueueUrl, MessageBody: 'é'.repeat(50_000), MessageGroupId: 'g', MessageDeduplicationId: 'd' };
    await sqs.send(new SendMessageCommand(message));
    await sqs.send(new SendMessageCommand(message));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages?.map((one) => one.Body)).toEqual([message.MessageBody]);
    sqs.destroy();
    expect(t.front.requests().map(({ service, action }) => `${service} ${action}`)).toEqual([
      'ssm PutParameter',
      'ssm GetParameter',
      'sqs CreateQueue',
      'sqs SendMessage',
      'sqs SendMessage',
      'sqs ReceiveMessage',
    ]);
  });

  test('an emulator that is gone is a 502, not a hang', async () => {
    const dead = await testFront();
    expect((await fetch(dead.front.url)).status).toBe(502);
    await dead.close();
    await expect(fetch(dead.front.url)).rejects.toThrow('fetch failed');
  });

  test('nothing is left after the stop', async () => {
    await ministack.stop();
    expect(await workspace.close()).toEqual([]);
    expect(existsSync(workspace.dir)).toBe(false);
    await expect(fetch(ministack.url)).rejects.toThrow('fetch failed');
  });
});
