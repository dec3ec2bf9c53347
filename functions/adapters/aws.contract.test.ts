import { dirname } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clientConfig } from '../../sandbox/aws/client.ts';
import { startFront, type Front } from '../../sandbox/aws/front/front.ts';
import { startMinistack, type Ministack } from '../../sandbox/aws/ministack.ts';
import { openWorkspace, type Workspace } from '../../sandbox/host/workspace.ts';
import { createProgress } from '../../sandbox/setup/progress.mjs';
import { ministackServer } from '../../sandbox/setup/python.mjs';
import { addresses } from './addresses.ts';
import { addressesContract } from './contract/addresses.ts';
import { lockContract } from './contract/lock.ts';
import { machinesContract, type MachinesHarness } from './contract/machines.ts';
import { queueContract } from './contract/queue.ts';
import { releasesContract } from './contract/releases.ts';
import { at, deployment, freshName, requestOf, runOf } from './contract/samples.ts';
import { secretsContract } from './contract/secrets.ts';
import { watchedHardware, type WatchedHardware } from './contract/watched-hardware.ts';
import { lock } from './lock.ts';
import { machines } from './machines.ts';
import { memoryClock } from './memory/clock.ts';
import { queue } from './queue.ts';
import { releases } from './releases.ts';
import { secrets } from './secrets.ts';

const table = 'releases';
let workspace: Workspace;
let ministack: Ministack;
let dynamo: DynamoDBClient;
let sqs: SQSClient;
let secretsManager: SecretsManagerClient;
let ssm: SSMClient;

beforeAll(async () => {
  const bin = await ministackServer(createProgress());
  workspace = await openWorkspace();
  ministack = await startMinistack(workspace, { bin, nodeDir: dirname(process.execPath), env: {} });
  const config = clientConfig(ministack.url);
  dynamo = new DynamoDBClient(config);
  sqs = new SQSClient(config);
  secretsManager = new SecretsManagerClient(config);
  ssm = new SSMClient(config);
  await createTable();
});

afterAll(async () => {
  for (const client of [dynamo, sqs, secretsManager, ssm]) client?.destroy();
  await ministack?.stop();
  const left = await workspace?.close();
  if (left?.length) throw new Error(`left behind: ${left.join(', ')}`);
});

/** As serverless.yml describes it. */
async function createTable(): Promise<void> {
  await dynamo.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'environment', 'openedAt'].map((name) => ({
        AttributeName: name,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byEnvironment',
          KeySchema: [
            { AttributeName: 'environment', KeyType: 'HASH' },
            { AttributeName: 'openedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
}

async function createSecret(name: string, value: string): Promise<void> {
  await secretsManager.send(new CreateSecretCommand({ Name: name, SecretString: value }));
}

releasesContract('DynamoDB', () => releases({ client: dynamo, table }));
lockContract('DynamoDB', (clock) => lock({ client: dynamo, table, clock }));

secretsContract('Secrets Manager', async (clock, name, value) => {
  await createSecret(name, value);
  return secrets({ client: secretsManager, clock });
});

addressesContract('SSM and Secrets Manager', async () => {
  const store = secrets({ client: secretsManager, clock: memoryClock() });
  return {
    addresses: addresses({ ssm, secrets: store }),
    secrets: store,
    store: createSecret,
    parameter: async (name) => (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value,
  };
});

queueContract('SQS', async () => {
  const create = async (prefix: string): Promise<string> => {
    const made = await sqs.send(
      new CreateQueueCommand({ QueueName: `${freshName(prefix)}.fifo`, Attributes: { FifoQueue: 'true' } }),
    );
    return made.QueueUrl ?? '';
  };
  const [url, deadLetterUrl] = [await create('releases'), await create('dead')];
  const receive = async (from: string) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 1, MessageAttributeNames: ['All'] }),
    );
    return Messages[0];
  };
  return {
    queue: queue({ client: sqs, url, deadLetterUrl }),
    async receive() {
      const message = await receive(url);
      if (message === undefined) return undefined;
      const done = async (): Promise<void> => {
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
      };
      return { body: message.Body ?? '', done };
    },
    async buried() {
      const message = await receive(deadLetterUrl);
      if (message === undefined) return [];
      return [{ body: message.Body ?? '', reason: message.MessageAttributes?.['reason']?.StringValue ?? '' }];
    },
  };
});

describe('EC2 and SSM Automation', () => {
  const instance = 'i-0123456789abcdef0';
  let front: Front | undefined;
  let clients: { ec2: EC2Client; ssm: SSMClient } | undefined;
  let node: WatchedHardware | undefined;

  afterEach(async () => {
    clients?.ec2.destroy();
    clients?.ssm.destroy();
    node?.release();
    await front?.stop();
  });

  const make = async (): Promise<MachinesHarness> => {
    let host = 10;
    const watched = (node = watchedHardware());
    const started = await startFront({
      upstream: () => ministack.url,
      instanceId: instance,
      openPorts: [],
      nextPublicIp: () => `203.0.113.${host++}`,
      delays: { pendingMs: 0, stoppingMs: 0, statusChecksMs: 30 },
      hardware: watched.hardware,
    });
    front = started;
    const config = { ...clientConfig(started.url), maxAttempts: 1 };
    const { ec2, ssm: automation } = (clients = { ec2: new EC2Client(config), ssm: new SSMClient(config) });
    const ours = machines({ ec2, ssm: automation });
    return {
      machines: { ...ours, describe: (id) => watched.look(() => ours.describe(id)) },
      instance,
      pause: () => new Promise((resolve) => setTimeout(resolve, 15)),
      stop: async () => void (await ec2.send(new StopInstancesCommand({ InstanceIds: [instance] }))),
      failNextStart: (code) => started.faults.next('StartInstances', code),
    };
  };

  machinesContract('SSM Automation', make);

  test.each([
    ['UnauthorizedOperation', 'AccessDenied'],
    ['RequestLimitExceeded', 'ThrottledByAws'],
    ['InvalidInstanceID.Malformed', 'NodeGone'],
    ['InternalError', 'AwsUnavailable'],
  ])('EC2’s %s, as the SDK brings it, is %s', async (fault, code) => {
    const { machines: ours } = await make();
    front?.faults.next('DescribeInstances', fault);
    await expect(ours.describe(instance)).rejects.toMatchObject({
      code,
      details: { action: 'ec2:DescribeInstances', resource: instance, awsCode: fault },
    });
    expect((await ours.describe(instance)).power).toBe('stopped');
  });

  test('an AWS that does not answer can be tried again', async () => {
    const { machines: ours } = await make();
    await front?.stop();
    await expect(ours.describe(instance)).rejects.toMatchObject({ code: 'AwsUnavailable', retryable: true });
  });
});

describe('what expires from the table', () => {
  const KEEP = 90 * 24 * 3_600;
  const expiry = async (release: string, sk = 'release'): Promise<number | undefined> => {
    const { Item } = await dynamo.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: `release#${release}` }, sk: { S: sk } } }),
    );
    if (Item === undefined) throw new Error(`no item ${release} ${sk}`);
    return Item['expiresAt']?.N === undefined ? undefined : Number(Item['expiresAt'].N);
  };

  test('a release that failed, with its objects, 90 days after its end; an open one never', async () => {
    const store = releases({ client: dynamo, table });
    const { release } = await store.open(requestOf({ environment: freshName('env') }), at(0));
    await store.saveObjects(release.id, [deployment('shop')]);
    expect([await expiry(release.id), await expiry(release.id, 'objects')]).toEqual([undefined, undefined]);
    await store.close(release.id, { outcome: 'failed', at: at(60) });
    const end = at(60).getTime() / 1_000 + KEEP;
    expect([await expiry(release.id), await expiry(release.id, 'objects')]).toEqual([end, end]);
  });

  test('the last good release and its objects only once another takes its place', async () => {
    const store = releases({ client: dynamo, table });
    const environment = freshName('env');
    const good = async (number: number, when: Date): Promise<string> => {
      const { release } = await store.open(requestOf({ environment, run: runOf(number) }), when);
      await store.update(release.id, { image: 'registry.test/shop@sha256:aa' });
      await store.saveObjects(release.id, [deployment('shop')]);
      await store.close(release.id, { outcome: 'succeeded', at: when });
      return release.id;
    };
    const both = async (id: string) => [await expiry(id), await expiry(id, 'objects')];
    const first = await good(2, at(0));
    const older = await good(1, at(10));
    expect(await both(first)).toEqual([undefined, undefined]);
    expect(await both(older)).toEqual(Array.from({ length: 2 }, () => at(10).getTime() / 1_000 + KEEP));
    const second = await good(3, at(20));
    expect(await both(second)).toEqual([undefined, undefined]);
    expect(await both(first)).toEqual(Array.from({ length: 2 }, () => at(20).getTime() / 1_000 + KEEP));
    expect(await store.objects(first)).toEqual([deployment('shop')]);
  });

  test('the lock never: a lock that is deleted would begin its fence anew', async () => {
    const environment = freshName('env');
    const taken = await lock({ client: dynamo, table, clock: memoryClock() }).acquire(environment, 'rel_a', 1_000);
    expect(taken.held).toBe(true);
    const { Item } = await dynamo.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: `lock#${environment}` }, sk: { S: 'lock' } } }),
    );
    expect(Object.keys(Item ?? {}).sort()).toEqual(['fence', 'holder', 'pk', 'sk', 'until']);
  });
});

describe('the cache of secrets', () => {
  test('a value is kept for a minute, unless it is asked for freshly', async () => {
    const clock = memoryClock();
    const name = freshName('shop/webhook');
    await createSecret(name, 'first');
    const store = secrets({ client: secretsManager, clock });
    expect(await store.read(name)).toBe('first');
    await secretsManager.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'second' }));
    await clock.advance(59_999);
    expect(await store.read(name)).toBe('first');
    await clock.advance(1);
    expect(await store.read(name)).toBe('second');
    await secretsManager.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'third' }));
    expect(await store.versions(name, { fresh: true })).toEqual(['third', 'second']);
    expect(await store.read(name, { fresh: true })).toBe('third');
    expect(await store.read(name)).toBe('third');
  });

  test('a failure is not kept', async () => {
    const name = freshName('shop/later');
    const store = secrets({ client: secretsManager, clock: memoryClock() });
    await expect(store.versions(name)).rejects.toMatchObject({ code: 'SecretMissing' });
    await createSecret(name, 'here');
    expect(await store.versions(name)).toEqual(['here']);
  });

  test('binary, and scheduled for deletion', async () => {
    const store = secrets({ client: secretsManager, clock: memoryClock() });
    const binary = freshName('shop/binary');
    await secretsManager.send(new CreateSecretCommand({ Name: binary, SecretBinary: Buffer.from([0, 1, 2]) }));
    await expect(store.read(binary)).rejects.toMatchObject({ code: 'SecretInvalid' });
    const going = freshName('shop/going');
    await createSecret(going, 'canary-value');
    await secretsManager.send(new DeleteSecretCommand({ SecretId: going }));
    await expect(store.read(going)).rejects.toMatchObject({
      code: 'SecretMissing',
      message: expect.stringContaining('deletion'),
    });
  });
});
