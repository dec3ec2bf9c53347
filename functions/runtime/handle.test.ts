import type { Context } from 'aws-lambda';
import { describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { fail } from '../core/errors.ts';
import type { Result } from '../core/result.ts';
import { byHandInput } from './by-hand-input.ts';
import { handle, withDeadline } from './handle.ts';
import { redact, RESERVE_MS } from './wire.ts';

const context = (leftMs = 60_000) => ({ getRemainingTimeInMillis: () => leftMs, awsRequestId: 'inv-1' }) as Context;
const schema = z.strictObject({ environment: z.string().optional(), count: z.number().optional() });
const good: Result = { ok: true, summary: 'Done.', next: [] };

describe('handle', () => {
  test('gives the checked input and the id of the invocation to the work', async () => {
    const seen: unknown[] = [];
    const handler = handle('deploy', schema, async (input, { id }) => (seen.push(input, id), good));
    expect(await handler({ environment: 'production' }, context())).toEqual(good);
    expect(await handler(undefined, context())).toEqual(good);
    expect(seen).toEqual([{ environment: 'production' }, 'inv-1', {}, 'inv-1']);
  });

  test('refuses what it does not know, all of it at once, and does nothing', async () => {
    let ran = false;
    const handler = handle('deploy', schema, async () => ((ran = true), good));
    const answer = await handler({ environment: 1, nope: true, count: 'x' }, context());
    expect(answer).toMatchObject({ ok: false, failure: { code: 'InputInvalid', owner: 'caller' } });
    for (const problem of ['environment: ', 'count: ', 'unknown key nope']) expect(answer.summary).toContain(problem);
    expect(ran).toBe(false);
    expect((await handler('text', context())).summary).toContain('input: ');
  });

  test('what goes wrong is an answer with a hint, never an exception; secrets are hidden in it', async () => {
    redact.learn('hunter2-hunter2');
    const handler = handle('deploy', schema, () =>
      Promise.reject(fail('AccessDenied', 'No: hunter2-hunter2.', { action: 'a:B', resource: 'c' })),
    );
    expect(await handler({}, context())).toMatchObject({
      ok: false,
      summary: 'No: [redacted].',
      next: ['Allow a:B on c in the role of this function (serverless.yml).'],
      failure: { code: 'AccessDenied', docs: 'docs/errors.md#accessdenied' },
    });
    const odd = handle('deploy', schema, () => Promise.reject(new TypeError('x is undefined')));
    expect(await odd({}, context())).toMatchObject({ ok: false, failure: { code: 'Unexpected' } });
  });
});

describe('withDeadline', () => {
  test('ends the signal with DeadlineReached, while there is still time to write that down', async () => {
    vi.useFakeTimers();
    try {
      const call = withDeadline(
        context(60_000),
        ({ signal }) =>
          new Promise<unknown>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason))),
      );
      await vi.advanceTimersByTimeAsync(60_000 - RESERVE_MS - 1);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(await call).toMatchObject({ code: 'DeadlineReached', retryable: true });
    } finally {
      vi.useRealTimers();
    }
  });

  test('leaves no timer behind, whatever the work does', async () => {
    vi.useFakeTimers();
    try {
      await withDeadline(context(), async () => 'done');
      await withDeadline(context(), () => Promise.reject(new Error('no'))).catch(() => undefined);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('byHandInput', () => {
  const input = byHandInput({ environment: z.string(), revision: z.string(), plan: z.boolean() }, [
    'environment',
    'revision',
  ]);

  test('{} asks for nothing', () => {
    expect(input.parse({})).toBeUndefined();
  });

  test('one key is a wish, and a wish must be whole', () => {
    expect(input.parse({ environment: 'a', revision: 'b' })).toEqual({ environment: 'a', revision: 'b' });
    const problems = input
      .safeParse({ plan: true })
      .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    expect(problems).toEqual(['environment is missing', 'revision is missing']);
  });

  test.each([
    { environment: 'a', revision: 'b', plan: 'yes' },
    { environment: 'a', revision: 'b', wipe: true },
    [],
    'x',
    null,
  ])('refuses %j', (value) => {
    expect(input.safeParse(value).success).toBe(false);
  });
});
