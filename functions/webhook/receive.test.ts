import { randomUUID } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { memoryClock } from '../adapters/memory/clock.ts';
import type { ReleaseRequest } from '../core/release.ts';
import { testConfig } from '../core/testing/config.ts';
import { workflowRun } from '../core/testing/workflow-run.ts';
import { MAX_BODY_BYTES, receive, type Received, type WebhookPorts } from './receive.ts';

const CURRENT = 'the secret of this month';
const PREVIOUS = 'the secret of last month';

let queued: ReleaseRequest[];
let lines: string[];
let reads: { fresh: boolean }[];
let stored: string[];

beforeEach(() => {
  [queued, lines, reads, stored] = [[], [], [], [CURRENT, PREVIOUS]];
});

function ports(change: Partial<WebhookPorts> = {}): WebhookPorts {
  const record = (message: string, fields?: object): void => void lines.push(JSON.stringify({ message, ...fields }));
  return {
    config: testConfig,
    secrets: {
      read: () => Promise.reject(new Error('the webhook reads versions only')),
      write: () => Promise.reject(new Error('the webhook writes nothing')),
      versions: (_, options) => {
        reads.push({ fresh: options?.fresh ?? false });
        return Promise.resolve(stored);
      },
    },
    queue: { send: (request) => Promise.resolve(void queued.push(request)) },
    clock: memoryClock(new Date('2026-11-24T10:01:00Z')),
    log: { info: record, warn: record, error: record },
    ...change,
  };
}

async function delivery(
  payload: unknown = workflowRun(),
  options: { secret?: string; headers?: Record<string, string | undefined>; raw?: string } = {},
): Promise<Received> {
  const text = options.raw ?? JSON.stringify(payload);
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'workflow_run',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': await sign(options.secret ?? CURRENT, text),
      ...options.headers,
    },
    body: Buffer.from(text),
  };
}

describe('receive', () => {
  it('queues the release of a signed delivery and answers 202 with its id', async () => {
    const reply = await receive(ports(), await delivery());
    expect(reply).toMatchObject({ status: 202, body: { code: 'Queued', releases: [queued[0]?.id] } });
    expect(queued).toHaveLength(1);
  });

  it('accepts the previous secret while a rotation is under way', async () => {
    expect((await receive(ports(), await delivery(undefined, { secret: PREVIOUS }))).status).toBe(202);
  });

  it('asks the secret store once more before it refuses, so that a rotation is seen at once', async () => {
    const rotated = ports({
      secrets: {
        ...ports().secrets,
        versions: (_, options) => Promise.resolve(options?.fresh === true ? ['brand new'] : [CURRENT]),
      },
    });
    expect((await receive(rotated, await delivery(undefined, { secret: 'brand new' }))).status).toBe(202);
  });

  test.each<[string, Record<string, string | undefined>]>([
    ['no signature', { 'x-hub-signature-256': undefined }],
    ['an empty signature', { 'x-hub-signature-256': '' }],
    ['a signature of another secret', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['a SHA-1 signature only', { 'x-hub-signature-256': undefined, 'x-hub-signature': `sha1=${'0'.repeat(40)}` }],
    ['a signature in upper case', { 'x-hub-signature-256': `sha256=${'A'.repeat(64)}` }],
  ])('answers 401 to %s and queues nothing', async (_, headers) => {
    expect((await receive(ports(), await delivery(undefined, { headers }))).status).toBe(401);
    expect(queued).toEqual([]);
  });

  it('answers 401 when one byte of the body was changed, whatever the body is', async () => {
    const request = await delivery();
    request.body[20] = (request.body[20] ?? 0) ^ 1;
    expect((await receive(ports(), request)).status).toBe(401);
  });

  it('answers 401 to bytes that are no UTF-8, whose text could be signed with other bytes', async () => {
    const request = await delivery();
    expect(
      (await receive(ports(), { ...request, body: Buffer.concat([request.body, Buffer.from([0xff])]) })).status,
    ).toBe(401);
  });

  it('accepts no empty secret, current or previous', async () => {
    stored = ['', ''];
    const forged = await delivery(undefined, { headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } });
    expect((await receive(ports(), forged)).status).toBe(401);
  });

  it('verifies a body with characters beyond ASCII', async () => {
    expect((await receive(ports(), await delivery({ ...workflowRun(), note: 'Käse — 🧀' }))).status).toBe(202);
  });

  test.each<[number, string, Parameters<typeof delivery>[1] & object, unknown?]>([
    [415, 'form encoding', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    [415, 'a type that only begins like JSON', { headers: { 'content-type': 'application/jsonp' } }],
    [400, 'text that is no JSON', { raw: '{"action": ' }],
    [400, 'JSON of another shape', { raw: '{"action": "completed"}' }],
    [400, 'a missing event header', { headers: { 'x-github-event': undefined } }],
    [200, 'a ping', { headers: { 'x-github-event': 'ping' } }],
    [202, 'another event', { headers: { 'x-github-event': 'push' } }],
  ])('answers %i to %s and queues nothing', async (status, _, options) => {
    expect((await receive(ports(), await delivery(undefined, options))).status).toBe(status);
    expect(queued).toEqual([]);
  });

  it('answers 202 with the reason code when there is nothing to deploy', async () => {
    const reply = await receive(ports(), await delivery(workflowRun({ conclusion: 'failure' })));
    expect(reply).toMatchObject({ status: 202, body: { code: 'RunNotSuccessful' } });
  });

  it('answers 413 before it looks at the signature', async () => {
    const request = { method: 'POST', headers: {}, body: Buffer.alloc(MAX_BODY_BYTES + 1, 32) };
    expect((await receive(ports(), request)).status).toBe(413);
    expect(reads).toEqual([]);
  });

  it('answers 5xx when the queue did not take the release, so that the delivery shows as failed', async () => {
    const down = ports({ queue: { send: () => Promise.reject(new Error('SQS is down')) } });
    expect((await receive(down, await delivery())).status).toBe(503);
  });

  it('puts neither secret nor signature into the log', async () => {
    const request = await delivery();
    await receive(ports(), request);
    await receive(
      ports(),
      await delivery(undefined, { headers: { 'x-hub-signature-256': `sha256=${'1'.repeat(64)}` } }),
    );
    const text = lines.join('\n');
    for (const secret of [CURRENT, PREVIOUS, request.headers['x-hub-signature-256'] ?? ''])
      expect(text).not.toContain(secret);
  });
});
