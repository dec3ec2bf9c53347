import { beforeEach, describe, expect, test } from 'vitest';
import type { MemoryQueue } from '../adapters/memory/queue.ts';
import { parseConfig } from './config.ts';
import { deploy } from './deploy.ts';
import { fail } from './errors.ts';
import type { ReleaseRequest } from './release.ts';
import { rawConfig } from './testing/config.ts';
import { world } from './testing/world.ts';
import { workMessage } from './work-queue.ts';

const forever = new AbortController().signal;
let w: ReturnType<typeof world>;
let queue: MemoryQueue;
beforeEach(() => {
  w = world();
  queue = w.ports.queue as MemoryQueue;
});

const work = (body: unknown, signal = forever) =>
  workMessage(
    () => w.ports,
    queue,
    { id: 'm-1', body: typeof body === 'string' ? body : JSON.stringify(body) },
    signal,
  );

test('a deploy that fails is a result, not a reason to try again', async () => {
  expect(await work(w.ship('crashes'))).toMatchObject({ kind: 'ended', release: { outcome: 'failed' } });
  expect(queue.buried).toEqual([]);
});

test.each(['', 'not JSON', '{}', 'null', '{"version":1,"id":"rel_1"}'])(
  'a body that is no request is buried with the reason: %s',
  async (body) => {
    let wired = 0;
    const answer = await workMessage(() => (wired++, w.ports), queue, { id: 'm-1', body }, forever);
    expect(answer).toBeUndefined();
    expect(queue.buried).toEqual([
      { body, reason: expect.stringContaining('This is not a release request') as string },
    ]);
    expect(wired).toBe(0);
  },
);

describe('a request for an environment that the config does not have', () => {
  const gone = (): void => {
    const raw = rawConfig();
    const { production } = raw['environments'] as { production: object };
    w.ports.config = parseConfig({ ...raw, environments: { staging: production } });
  };

  test('is buried, and no record is made', async () => {
    const request = w.ship('good');
    gone();
    expect(await work(request)).toBeUndefined();
    expect(queue.buried).toEqual([
      { body: JSON.stringify(request), reason: expect.stringContaining('no environment "production"') as string },
    ]);
    expect(await w.ports.releases.get(request.id)).toBeUndefined();
  });

  test('closes the record that was left open when it was cut off', async () => {
    const request = w.ship('good');
    await deploy(w.ports, request, { signal: AbortSignal.abort(fail('DeadlineReached', 'Late.')), wait: true });
    expect((await w.ports.releases.get(request.id))?.state).toBe('open');
    gone();
    await work({ ...request, resumed: 1 });
    expect(await w.ports.releases.get(request.id)).toMatchObject({
      state: 'closed',
      outcome: 'failed',
      failure: { code: 'InputInvalid' },
    });
  });
});

describe('a rollback from the queue', () => {
  const back = (restores?: string): ReleaseRequest => {
    const { run: _, ...request } = w.ship('good');
    return {
      ...request,
      id: 'rel_back',
      action: 'rollback',
      trigger: 'console',
      ...(restores === undefined ? {} : { restores }),
    };
  };

  test('restores the release that it names', async () => {
    const first = w.ship('good');
    await work(first);
    await work(w.ship('good'));
    const request = { ...back(first.id), revision: first.revision };
    expect(await work(request)).toMatchObject({ kind: 'ended', release: { outcome: 'succeeded', restored: first.id } });
  });

  test.each<[string, string | undefined, string]>([
    ['no release', undefined, 'InputInvalid'],
    ['one that does not exist', 'rel_none', 'ReleaseUnknown'],
  ])('that names %s ends with its record closed: it would fail each time', async (_, restores, code) => {
    expect(await work(back(restores))).toMatchObject({
      kind: 'ended',
      release: { outcome: 'failed', failure: { code } },
    });
  });
});

test('what cannot be worked on at all is thrown, so that the queue keeps it', async () => {
  const error = fail('AwsUnavailable', 'No answer.', { action: 'dynamodb:PutItem' });
  w.ports.releases.open = () => Promise.reject(error);
  await expect(work(w.ship('good'))).rejects.toBe(error);
  await expect(
    workMessage(
      () => {
        throw fail('ConfigInvalid', 'Broken package.');
      },
      queue,
      { id: 'm', body: JSON.stringify(w.ship('good')) },
      forever,
    ),
  ).rejects.toMatchObject({ code: 'ConfigInvalid' });
});
