import { expect, test } from 'vitest';
import { memoryClock } from './clock.ts';

test('stands still until it is turned, then wakes sleepers in the order of their times', async () => {
  const clock = memoryClock('2026-01-01T00:00:00.000Z');
  const woken: string[] = [];
  const nap = async (name: string, ms: number): Promise<void> => {
    await clock.sleep(ms);
    woken.push(`${name} ${clock.now().toISOString().slice(17, 23)}`);
  };
  const naps = [nap('late', 3_000), nap('early', 1_000), nap('never yet', 9_000)];
  await clock.advance(999);
  expect(woken).toEqual([]);
  await clock.advance(4_001);
  expect(woken).toEqual(['early 01.000', 'late 03.000']);
  expect(clock.now().toISOString()).toBe('2026-01-01T00:00:05.000Z');
  await clock.advance(4_000);
  await Promise.all(naps);
});

test('one advance carries a loop through all its naps', async () => {
  const clock = memoryClock();
  let rounds = 0;
  const loop = (async () => {
    while (rounds < 5) {
      await clock.sleep(1_000);
      rounds++;
    }
  })();
  await clock.advance(3_500);
  expect(rounds).toBe(3);
  await clock.advance(2_000);
  await loop;
});

test('a sleeper ends with the reason of its signal, and leaves no trace', async () => {
  const clock = memoryClock();
  const controller = new AbortController();
  const nap = clock.sleep(1_000, controller.signal);
  controller.abort(new Error('no time left'));
  await expect(nap).rejects.toThrow('no time left');
  await expect(clock.sleep(1, controller.signal)).rejects.toThrow('no time left');
  await clock.advance(2_000);
});

test('with auto it turns itself, in the order of the times and not of the calls', async () => {
  const clock = memoryClock('2026-01-01T00:00:00.000Z', { auto: true });
  const woken: string[] = [];
  await Promise.all([
    clock.sleep(60_000).then(() => woken.push('minute')),
    clock.sleep(1_000).then(() => woken.push('second')),
  ]);
  expect(woken).toEqual(['second', 'minute']);
  expect(clock.now().toISOString()).toBe('2026-01-01T00:01:00.000Z');
});
