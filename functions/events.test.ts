import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LambdaFunctionURLEvent, SQSEvent } from 'aws-lambda';
import { describe, expect, it, test } from 'vitest';
import type * as z from 'zod';
import { memoryClock } from './adapters/memory/clock.ts';
import { functionNames } from './build.ts';
import { NOT_PLAIN } from './core/plain-line.ts';
import { parseRequest } from './core/request.ts';
import type { ReleaseRequest } from './core/release.ts';
import { DeployInput } from './deploy/handler.ts';
import { DriftInput } from './drift/handler.ts';
import { RollbackInput } from './rollback/handler.ts';
import { readConfig } from './runtime/read-config.ts';
import { StatusInput } from './status/handler.ts';
import { receive } from './webhook/receive.ts';

const root = import.meta.dirname;
const config = readConfig(join(root, '..', 'k8s', 'deploy.yaml'));

/** The secret that the sample webhook is signed with; docs/cli.md names it. */
const SECRET = 'the webhook secret of this example';

function eventsOf(name: string): Map<string, unknown> {
  const folder = join(root, name, 'events');
  return new Map(readdirSync(folder).map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8'))]));
}

const event = (name: string, file: string): unknown => eventsOf(name).get(file);

describe('the events that people copy into the AWS console', () => {
  test.each<[string, z.ZodType, string[]]>([
    ['deploy', DeployInput, ['break-glass.json', 'empty.json', 'plan.json', 'production.json']],
    ['rollback', RollbackInput, ['empty.json', 'rollback-to.json', 'rollback.json']],
    ['drift', DriftInput, ['drift-all.json', 'drift.json', 'empty.json']],
    ['status', StatusInput, ['empty.json', 'status-release.json', 'status.json']],
  ])('are inputs that %s accepts, for environments that the sample config has', (name, schema, files) => {
    const events = eventsOf(name);
    expect([...events.keys()].filter((file) => file !== 'sqs.json').toSorted()).toEqual(files);
    for (const file of files) {
      const input = events.get(file) as { environment?: string };
      expect({ file, ...schema.safeParse(input) }).toMatchObject({ file, success: true });
      const { environment = 'production' } = input;
      expect(Object.keys(config.environments)).toContain(environment);
      expect(schema.safeParse({ ...input, environmnt: 'production' }).success).toBe(false);
    }
  });

  it('empty.json asks deploy and rollback for nothing', () => {
    expect(DeployInput.parse(event('deploy', 'empty.json'))).toBeUndefined();
    expect(RollbackInput.parse(event('rollback', 'empty.json'))).toBeUndefined();
  });

  it('break-glass needs a person and a reason, and what is missing is told at once', () => {
    const whole = event('deploy', 'break-glass.json') as Record<string, unknown>;
    const problems = (change: object): string[] =>
      DeployInput.safeParse({ ...whole, ...change }).error?.issues.map(
        ({ path, message }) => `${path.join('.')} ${message}`,
      ) ?? [];
    const needs = ['actor', 'reason'].map((key) => `${key} is missing; breakGlass needs it`);
    expect(problems({ actor: undefined, reason: '  ' })).toEqual([`reason ${NOT_PLAIN}`, needs[0]]);
    expect(problems({ actor: '\u3164', reason: 'down\u202e' })).toEqual(
      expect.arrayContaining([`actor ${NOT_PLAIN}`, `reason ${NOT_PLAIN}`]),
    );
    expect(problems({ actor: undefined, reason: undefined, revision: undefined })).toEqual([
      'revision is missing',
      ...needs,
    ]);
    expect(problems({ breakGlass: false, actor: undefined, reason: undefined })).toEqual([]);
  });

  test.each([
    ['deploy', DeployInput, 'production.json'],
    ['rollback', RollbackInput, 'rollback.json'],
  ])('%s takes no name and no reason that does not read as it is', (name, schema, file) => {
    const whole = event(name, file) as Record<string, unknown>;
    for (const text of ['', ' ', '\u200b', 'ana\nGATE PASSED', 'ana\u202e'])
      for (const key of ['actor', 'reason'])
        expect({ key, text, ...schema.safeParse({ ...whole, [key]: text }) }).toMatchObject({ success: false });
  });

  it('there is at least one for each function', () => {
    expect(functionNames.map((name) => eventsOf(name).size > 0)).toEqual(functionNames.map(() => true));
  });

  it('the webhook event is signed, admitted by the sample config, and queues what deploy/events/sqs.json carries', async () => {
    const {
      headers,
      body = '',
      isBase64Encoded,
      requestContext,
    } = event('webhook', 'webhook-workflow-run.json') as LambdaFunctionURLEvent;
    const queued: ReleaseRequest[] = [];
    const unused = (): Promise<never> => Promise.reject(new Error('not used'));
    const reply = await receive(
      {
        config: () => config,
        secrets: { read: unused, write: unused, versions: () => Promise.resolve([SECRET]) },
        queue: { send: (request) => Promise.resolve(void queued.push(request)) },
        clock: memoryClock(new Date('2026-11-24T10:03:12Z')),
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      },
      {
        method: requestContext.http.method,
        headers,
        body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
      },
    );
    expect(reply).toMatchObject({ status: 202, body: { code: 'Queued' } });
    const { Records } = event('deploy', 'sqs.json') as SQSEvent;
    expect(Records.map((record) => parseRequest(record.body))).toEqual(queued);
    expect(Records.map(({ eventSource }) => eventSource)).toEqual(['aws:sqs']);
  });
});

test('a handler can be imported without any environment', () => {
  const imports = functionNames.map((name) => `await import(${JSON.stringify(join(root, name, 'handler.ts'))});`);
  const args = ['--input-type=module', '--eval', imports.join('\n')];
  expect(execFileSync(process.execPath, args, { env: {}, encoding: 'utf8' })).toBe('');
}, 30_000);
