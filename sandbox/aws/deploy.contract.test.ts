import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive, type ProcessId } from '../host/process.ts';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { createProgress } from '../setup/progress.mjs';
import { ministackServer } from '../setup/python.mjs';
import { clientConfig } from './client.ts';
import { invoke } from './console.ts';
import { deployStack, type Outputs } from './deploy.ts';
import { startAws, type Aws } from './start.ts';

const NODE_MODULES = join(import.meta.dirname, '../../node_modules');
const LOOK = 'probe-dev-look';

let workspace: Workspace;
let aws: Aws;
let outputs: Outputs;
let said = '';

beforeAll(async () => {
  const ministackBin = await ministackServer(createProgress());
  workspace = await openWorkspace();
  aws = await startAws(workspace, {
    ministackBin,
    nodeDir: dirname(process.execPath),
    lambdaEnv: { PROBE_EXTRA: 'inherited' },
    nextPublicIp: () => '203.0.113.7',
    hardware: { powerOn: async () => undefined, powerOff: async () => undefined },
  });
  outputs = await deployStack({
    endpoint: aws.endpoint,
    repo: await project(),
    env: { PROBE_OWN: 'from the deploy' },
    onOutput: (text) => (said += text),
  });
});

afterAll(async () => {
  await aws?.stop();
  await workspace?.close();
});

/** The fixture's project with its bundle, in the workspace: an ES module, as the real functions are. */
async function project(): Promise<string> {
  const repo = join(workspace.dir, 'probe');
  cpSync(join(import.meta.dirname, 'fixtures/probe'), repo, { recursive: true });
  symlinkSync(NODE_MODULES, join(repo, 'node_modules'));
  writeFileSync(join(repo, 'package.json'), '{"type":"module"}');
  const outfile = join(repo, 'probe.mjs');
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [join(repo, 'probe.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: require },
  });
  writeFileSync(join(repo, 'probe.zip'), zipSync({ 'probe.mjs': readFileSync(outfile) }));
  return repo;
}

async function look(payload: object): Promise<Record<string, unknown>> {
  const { payload: seen } = await invoke(aws.endpoint, LOOK, payload);
  return seen as Record<string, unknown>;
}

async function tableKeys(): Promise<string[]> {
  const client = new DynamoDBClient(clientConfig(aws.endpoint));
  const { Items } = await client.send(new ScanCommand({ TableName: outputs['TableName'] }));
  client.destroy();
  return (Items ?? []).map((item) => item['pk']?.S ?? '');
}

describe('a deployed stack', () => {
  test('tells its outputs and its progress', () => {
    expect(outputs['LookLambdaFunctionUrl']).toMatch(/^https:\/\/[a-z0-9]+\.lambda-url\.us-east-1\.on\.aws\/$/);
    expect(outputs['DeadLettersUrl']).toMatch(/\/probe-dead\.fifo$/);
    expect(said).toContain('Service deployed to stack probe-dev');
  });

  test('functions run on Node 24 and reach EC2 by the one endpoint', async () => {
    expect(await look({})).toMatchObject({
      node: process.version,
      endpoint: aws.endpoint,
      extra: 'inherited',
      own: 'from the deploy',
      states: ['stopped'],
    });
    const { remaining } = await look({});
    expect(remaining).toBeGreaterThan(800_000);
    expect(remaining).toBeLessThanOrEqual(900_000);
  });

  test('a function URL answers by its host name through the front', async () => {
    const { hostname } = new URL(outputs['LookLambdaFunctionUrl'] ?? '');
    const headers = { host: hostname, 'content-type': 'application/json' };
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const asked = request(`${aws.endpoint}/hook`, { method: 'POST', headers }, (response) => {
        response
          .toArray()
          .then(
            (parts) => resolve({ status: response.statusCode, body: Buffer.concat(parts as Buffer[]).toString() }),
            reject,
          );
      });
      asked.on('error', reject).end('{"a": 1}');
    });
    expect(answer).toEqual({ status: 202, body: '/hook {"a": 1}' });
  });

  test('an error of the function is told with its log', async () => {
    const failed = await invoke(aws.endpoint, LOOK, { fail: 'as asked' });
    expect(failed).toMatchObject({ functionError: 'Unhandled', payload: { errorMessage: 'as asked' } });
    expect(failed.log).toContain('Error: as asked');
  });

  test('messages go from a function through the queue in order, and the bad one to the dead letters', async () => {
    for (const send of ['one', 'bad', 'two']) await look({ send });
    await expect
      .poll(tableKeys, { timeout: 50_000 })
      .toEqual(expect.arrayContaining(['one 1', 'bad 1', 'bad 2', 'two 1']));
    const sqs = new SQSClient(clientConfig(aws.endpoint));
    const receive = new ReceiveMessageCommand({ QueueUrl: outputs['DeadLettersUrl'], WaitTimeSeconds: 10 });
    const { Messages } = await sqs.send(receive);
    sqs.destroy();
    expect(Messages?.map((one) => one.Body)).toEqual(['bad']);
  });

  test('an asynchronous invoke and the schedule arrive', async () => {
    const lambda = new LambdaClient(clientConfig(aws.endpoint));
    const Payload = JSON.stringify({ send: 'async' });
    await lambda.send(new InvokeCommand({ FunctionName: LOOK, InvocationType: 'Event', Payload }));
    lambda.destroy();
    await expect.poll(tableKeys, { timeout: 30_000 }).toContain('async 1');
    await expect.poll(tableKeys, { timeout: 120_000, interval: 500 }).toContain('tick 1');
  }, 180_000);
});

test('killing the emulator ends its functions; the ledger ends one that blocks', async () => {
  const waiting = await look({});
  // The first of the two gets the process that is there already, so the second must not overtake it.
  const asked = (): number => aws.requests().filter((one) => one.service === 'lambda').length;
  const before = asked();
  const waits = invoke(aws.endpoint, LOOK, { wait: 60_000 });
  waits.catch(() => undefined);
  await expect.poll(asked, { timeout: 30_000, interval: 100 }).toBe(before + 1);
  const gone = Promise.allSettled([waits, invoke(aws.endpoint, LOOK, { block: 60_000 })]);
  await expect.poll(() => lambdas().length, { timeout: 30_000 }).toBe(3);
  const emulator = ledger().find((entry) => entry.what === 'ministack');
  process.kill(emulator?.pid ?? 0, 'SIGKILL');
  expect((await gone).map((one) => one.status)).toEqual(['rejected', 'rejected']);
  await expect.poll(() => lambdas().length, { timeout: 30_000 }).toBe(1);
  const [blocked] = lambdas();
  expect(blocked?.pid).not.toBe(waiting['pid']);

  await aws.stop();
  expect(await workspace.close()).toEqual([]);
  expect(blocked && isAlive(blocked)).toBe(false);
  expect(existsSync(workspace.dir)).toBe(false);
});

type Entry = ProcessId & { kind: string; what: string };

function ledger(): Entry[] {
  const lines = readFileSync(join(workspace.dir, 'ledger.jsonl'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
}

function lambdas(): Entry[] {
  return ledger().filter((entry) => entry.what === 'lambda' && isAlive(entry));
}
