import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('sleeps, and ends early with the reason of the signal', async () => {
  const before = systemClock.now().getTime();
  await systemClock.sleep(15);
  expect(systemClock.now().getTime()).toBeGreaterThanOrEqual(before + 14);

  const controller = new AbortController();
  const nap = systemClock.sleep(60_000, controller.signal);
  controller.abort(new Error('no time left'));
  await expect(nap).rejects.toThrow('no time left');
  await expect(systemClock.sleep(60_000, controller.signal)).rejects.toThrow('no time left');
});
