import { beforeEach, describe, expect, test } from 'vitest';
import type { Queue } from '../../core/ports.ts';
import { parseRequest } from '../../core/request.ts';
import { freshName, requestOf, runOf } from './samples.ts';

export interface QueueHarness {
  queue: Queue;
  /** The next message that is free to work on; undefined when there is none now. */
  receive(): Promise<{ body: string; done: () => Promise<void> } | undefined>;
  buried(): Promise<{ body: string; reason: string }[]>;
}

/** What every queue does. `make` gives an empty one. */
export function queueContract(name: string, make: () => Promise<QueueHarness>): void {
  describe(`queue: ${name}`, () => {
    let harness: QueueHarness;
    const next = async (): Promise<{ id: string; environment: string; done: () => Promise<void> } | undefined> => {
      const message = await harness.receive();
      if (message === undefined) return undefined;
      const { id, environment } = parseRequest(message.body);
      return { id, environment, done: message.done };
    };
    const drain = async (): Promise<string[]> => {
      const ids: string[] = [];
      for (let message = await next(); message !== undefined; message = await next()) {
        ids.push(message.id);
        await message.done();
      }
      return ids;
    };

    beforeEach(async () => {
      harness = await make();
    });

    test('a request comes out as it went in', async () => {
      const request = requestOf({ reason: 'größe 🚢', plan: true, resumed: 2, delivery: 'd-1', run: runOf(5) });
      await harness.queue.send(request);
      const message = await harness.receive();
      expect(parseRequest(message?.body ?? '')).toEqual(request);
    });

    test('one environment’s requests come in their order, one at a time; another’s do not wait for them', async () => {
      const [a1, a2, a3] = ['a', 'a', 'a'].map(() => requestOf({ environment: 'staging' })) as [never, never, never];
      const b1 = requestOf({ environment: 'production' });
      for (const request of [a1, a2, a3, b1]) await harness.queue.send(request);

      const inWork = [await next(), await next(), await next()];
      expect(inWork.map((message) => message?.id)).toEqual([(a1 as { id: string }).id, b1.id, undefined]);
      await inWork[0]?.done();
      expect(await drain()).toEqual([a2, a3].map(({ id }: { id: string }) => id));
    });

    test('the same request twice is one message; queued again for lack of time it is another', async () => {
      const request = requestOf();
      await harness.queue.send(request);
      await harness.queue.send({ ...request, delivery: freshName('redelivered') });
      await harness.queue.send({ ...request, resumed: 1 });
      await harness.queue.send({ ...request, resumed: 1 });
      const other = requestOf();
      await harness.queue.send(other);
      expect(await drain()).toEqual([request.id, request.id, other.id]);
      await harness.queue.send(request);
      expect(await drain()).toEqual([]);
    });

    test('a body that is buried is kept apart with its reason, and holds nobody up', async () => {
      await harness.queue.bury('{"not": "a request"', 'the body is not JSON');
      const request = requestOf();
      await harness.queue.send(request);
      expect(await drain()).toEqual([request.id]);
      expect(await harness.buried()).toEqual([{ body: '{"not": "a request"', reason: 'the body is not JSON' }]);
    });
  });
}
