import { createHmac, randomBytes } from 'node:crypto';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientConfig } from '../aws/client.ts';
import { deliver, type DeliverOptions } from '../github/deliver.ts';
import type { Sandbox } from '../sandbox.ts';
import { ship, type Shipped } from '../ship.ts';
import { secretNames } from '../stack.ts';
import {
  announceAndFollow,
  ended,
  expectRevision,
  instanceNow,
  openSandbox,
  REPO,
  sendToQueue,
  tableItems,
} from './fixtures.ts';
import { functionLogs, leaks } from './leaks.ts';

// What the deployed function URL and the queue do with what is wrong, forged or broken.
let sandbox: Sandbox;
let shipped: Shipped;

beforeAll(async () => {
  sandbox = await openSandbox();
  shipped = await ship(sandbox, REPO, { message: 'Open the shop' });
});
afterAll(() => sandbox?.stop());

async function send(
  payload: object | string,
  { secret = sandbox.webhook.secret, headers, ...options }: DeliverOptions & { secret?: string } = {},
): Promise<{ status: number; code: string; body: string; elapsedMs: number }> {
  const { url, host } = sandbox.webhook;
  const answer = await deliver(url, secret, payload, { ...options, headers: { host, ...headers } });
  return { ...answer, code: (JSON.parse(answer.body) as { code: string }).code };
}

/** Another run than the one that may deploy. */
function runOf(change: Partial<Parameters<Sandbox['github']['completeRun']>[0]>): object {
  return sandbox.github.completeRun({ sha: shipped.revision, ...change }).payload;
}

test.each<{ what: string; send: () => ReturnType<typeof send>; expected: [number, string] }>([
  {
    what: 'a missing signature',
    send: () => send(shipped.payload, { headers: { 'x-hub-signature-256': undefined } }),
    expected: [401, 'SignatureInvalid'],
  },
  {
    what: "a signature by somebody else's secret",
    send: () => send(shipped.payload, { secret: 'guessed' }),
    expected: [401, 'SignatureInvalid'],
  },
  {
    what: 'the signature of another body',
    send: () => send(shipped.payload, { headers: { 'x-hub-signature-256': signature('{}') } }),
    expected: [401, 'SignatureInvalid'],
  },
  {
    what: 'the old SHA-1 signature alone',
    send: () => {
      const sha1 = createHmac('sha1', sandbox.webhook.secret).update(JSON.stringify(shipped.payload)).digest('hex');
      return send(shipped.payload, {
        headers: { 'x-hub-signature': `sha1=${sha1}`, 'x-hub-signature-256': undefined },
      });
    },
    expected: [401, 'SignatureInvalid'],
  },
  {
    what: "a form, GitHub's default content type",
    send: () =>
      send(`payload=${encodeURIComponent(JSON.stringify(shipped.payload))}`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    expected: [415, 'NotJson'],
  },
  {
    what: 'JSON that was cut off',
    send: () => send(JSON.stringify(shipped.payload).slice(0, -20)),
    expected: [400, 'PayloadInvalid'],
  },
  { what: 'JSON of another shape', send: () => send({ action: 'completed' }), expected: [400, 'PayloadInvalid'] },
  {
    what: 'more than 1 MB',
    send: () => send({ ...shipped.payload, padding: 'x'.repeat(1024 * 1024) }),
    expected: [413, 'PayloadTooLarge'],
  },
  {
    what: 'a ping',
    send: () => send({ zen: 'Keep it logically awesome.' }, { event: 'ping' }),
    expected: [200, 'Ping'],
  },
  {
    what: 'another event',
    send: () => send({ action: 'created' }, { event: 'star' }),
    expected: [202, 'EventIgnored'],
  },
  {
    what: 'a run of a pull request',
    send: () => send(runOf({ event: 'pull_request' })),
    expected: [202, 'TriggerNotAllowed'],
  },
  { what: 'a failed run', send: () => send(runOf({ conclusion: 'failure' })), expected: [202, 'RunNotSuccessful'] },
  { what: 'a run on another branch', send: () => send(runOf({ branch: 'topic' })), expected: [202, 'BranchOther'] },
  { what: 'a run of a fork', send: () => send(runOf({ fork: 'mallory/shop' })), expected: [202, 'RunFromFork'] },
])('$what is answered $expected', async ({ send: sendIt, expected }) => {
  const { status, code } = await sendIt();
  expect([status, code]).toEqual(expected);
});

test('none of it left a trace or woke the node', async () => {
  expect(await tableItems(sandbox)).toEqual({});
  expect((await instanceNow(sandbox)).state).toBe('stopped');
  expect(sandbox.github.deployments()).toEqual([]);
  expect(await deadLetters(0)).toEqual([]);
});

test('what is no request on the queue is buried with its reason, and the release behind it goes through', async () => {
  const request = {
    version: 1,
    id: 'rel_by_nobody',
    action: 'deploy',
    environment: 'production',
    revision: shipped.revision,
    trigger: 'console',
    actor: 'mallory',
    requestedAt: new Date().toISOString(),
  };
  const malformed = [
    'not JSON',
    JSON.stringify({ ...request, revision: 'main' }),
    JSON.stringify({ ...request, action: 'destroy' }),
    JSON.stringify({ ...request, environment: 'nowhere' }),
  ];
  for (const body of malformed) await sendToQueue(sandbox, body);
  const { answer } = await announceAndFollow(sandbox, shipped);
  expect(ended(answer)).toMatch(/^succeeded: /);
  await expectRevision((await instanceNow(sandbox)).address, shipped.revision);

  const buried = await deadLetters(malformed.length);
  expect(buried.map(({ body }) => body).sort()).toEqual(malformed.toSorted());
  // The queue's own redrive, hours later, would give no reason.
  expect(buried.map(({ reason }) => reason).sort()).toEqual([
    expect.stringContaining('"nowhere"'),
    expect.stringContaining('action: '),
    expect.stringContaining('revision: a full commit SHA'),
    expect.stringContaining('the body is not JSON'),
  ]);
  expect(Object.keys(await tableItems(sandbox)).join()).not.toContain('rel_by_nobody');
});

test('while the webhook secret is rotated, deliveries signed with the old and the new one both pass', async () => {
  const fresh = randomBytes(24).toString('hex');
  const client = new SecretsManagerClient(clientConfig(sandbox.aws.endpoint));
  await client.send(new PutSecretValueCommand({ SecretId: secretNames.webhook, SecretString: fresh }));
  client.destroy();
  for (const secret of [sandbox.webhook.secret, fresh, sandbox.webhook.secret]) {
    const { status, code } = await send(shipped.payload, { secret });
    expect([status, code]).toEqual([202, 'Queued']);
  }
  expect((await send(shipped.payload, { secret: 'guessed' })).status).toBe(401);
});

test('no secret is in a log, a record or on GitHub', async () => {
  expect(await leaks(sandbox)).toEqual([]);
  const { webhook, deploy } = await functionLogs(sandbox);
  expect(webhook).toContain('"code":"RunFromFork"');
  expect(deploy).toContain('"phase":"verify"');
});

function signature(body: string): string {
  return `sha256=${createHmac('sha256', sandbox.webhook.secret).update(body).digest('hex')}`;
}

interface DeadLetter {
  body: string;
  reason: string;
}

/** Takes what is in the dead-letter queue until there are `count`, for ten seconds at most. */
async function deadLetters(count: number): Promise<DeadLetter[]> {
  const sqs = new SQSClient(clientConfig(sandbox.aws.endpoint));
  const found: DeadLetter[] = [];
  const end = Date.now() + 10_000;
  try {
    do {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: sandbox.outputs['DeployDeadLettersUrl'],
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        }),
      );
      found.push(
        ...Messages.map(({ Body = '', MessageAttributes }) => ({
          body: Body,
          reason: MessageAttributes?.['reason']?.StringValue ?? '',
        })),
      );
    } while (found.length < count && Date.now() < end);
    return found;
  } finally {
    sqs.destroy();
  }
}
