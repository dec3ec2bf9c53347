import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTurns } from './turns.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function rig() {
  const turns = openTurns();
  const running: (() => void)[] = [];
  let [most, ended] = [0, 0];
  const begin = (signal = never): Promise<void> =>
    turns(async () => {
      await new Promise<void>((resolve) => {
        running.push(resolve);
        most = Math.max(most, running.length);
      });
      ended++;
    }, signal);
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const end = async (at = 0): Promise<void> => {
    running.splice(at, 1)[0]?.();
    await settle();
  };
  return { begin, end, settle, running, most: () => most, ended: () => ended };
}

describe('turns', () => {
  test('a handful of calls runs two at a time', async () => {
    const { begin, end, running, most } = rig();
    const all = Promise.all([1, 2, 3, 4, 5].map(() => begin()));
    while (running.length > 0) await end();
    await all;
    expect(most()).toBe(2);
  });

  test('many calls run eight at a time in the end', async () => {
    const { begin, end, running, most, ended } = rig();
    const all = Promise.all(Array.from({ length: 100 }, () => begin()));
    while (running.length > 0) await end();
    await all;
    expect([most(), ended()]).toEqual([8, 100]);
  });

  test('who waits leaves with the signal, and takes no turn', async () => {
    const { begin, end, settle, running, ended } = rig();
    const first = [begin(), begin()];
    const stop = new AbortController();
    const waiting = begin(stop.signal);
    const last = begin();
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await settle();
    while (running.length > 0) await end();
    await Promise.all([...first, last]);
    expect(ended()).toBe(3);
  });

  test('work that fails hands its turn on', async () => {
    const turns = openTurns();
    const fails = Array.from({ length: 20 }, (_, n) => turns(() => Promise.reject(new Error(String(n))), never));
    const results = await Promise.allSettled(fails);
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
  });

  test('whatever ends in whatever order, all have their turn and never more than eight at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 80 }), async (steps) => {
        const { begin, end, running, most, ended } = rig();
        const begun: Promise<void>[] = [];
        for (const [isBegin, at] of steps) {
          if (isBegin) begun.push(begin());
          else if (running.length > 0) await end(at % running.length);
        }
        while (running.length > 0) await end();
        await Promise.all(begun);
        expect(ended()).toBe(begun.length);
        expect(most()).toBeLessThanOrEqual(8);
      }),
      { numRuns: 50 },
    );
  });
});
