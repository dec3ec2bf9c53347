import { Webhooks, type EmitterWebhookEvent } from '@octokit/webhooks';
import * as fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { memoryClock } from '../adapters/memory/clock.ts';
import type { WorkflowRunEvent } from '../core/admit.ts';
import { testConfig } from '../core/testing/config.ts';
import { receive } from './receive.ts';

/** Whether our receiver takes the signature for good: everything but 401 comes after it. */
async function accepts(secret: string, body: string, signature: string): Promise<boolean> {
  const unused = (): never => {
    throw new Error('not asked for');
  };
  const reply = await receive(
    {
      config: testConfig,
      secrets: { read: unused, write: unused, versions: () => Promise.resolve([secret]) },
      queue: { send: () => Promise.resolve() },
      clock: memoryClock(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
    { method: 'POST', headers: { 'x-hub-signature-256': signature }, body: Buffer.from(body) },
  );
  return reply.status !== 401;
}

describe('beside GitHub’s own library', () => {
  it('reads only fields that GitHub describes for a completed run', () => {
    expectTypeOf<EmitterWebhookEvent<'workflow_run.completed'>['payload']>().toExtend<WorkflowRunEvent>();
  });

  it('takes every signature that the library makes, and none for another body or secret', async () => {
    // Printable only: HMAC pads a short key with zero bytes, so a secret and the same with a zero byte behind it are one.
    const text = fc.string({ minLength: 1, unit: 'grapheme-ascii' });
    await fc.assert(
      fc.asyncProperty(text, text, text, async (secret, body, other) => {
        const signature = await new Webhooks({ secret }).sign(body);
        expect(await accepts(secret, body, signature)).toBe(true);
        expect(await accepts(secret, other, signature)).toBe(other === body);
        expect(await accepts(other, body, signature)).toBe(other === secret);
      }),
    );
  });
});
