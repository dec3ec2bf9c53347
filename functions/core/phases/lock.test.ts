import { beforeEach, describe, expect, test } from 'vitest';
import { memoryClock, type MemoryClock } from '../../adapters/memory/clock.ts';
import { memoryLock } from '../../adapters/memory/lock.ts';
import type { Lease, Lock } from '../ports.ts';
import { holdLock, LEASE_MS, takeLock } from './lock.ts';

const forever = new AbortController().signal;
let clock: MemoryClock;
let lock: Lock;

beforeEach(() => {
  clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
  lock = memoryLock({ clock });
});

async function taken(holder: string): Promise<Lease> {
  return takeLock({ lock, clock }, 'production', holder, () => undefined, forever);
}

describe('takeLock', () => {
  test('tells whom it waits for, and gets the lock when it is let go', async () => {
    const first = await taken('rel_a');
    const said: string[] = [];
    const second = takeLock({ lock, clock }, 'production', 'rel_b', (text) => void said.push(text), forever);
    await clock.sleep(10_000);
    await lock.release(first);
    expect(await second).toMatchObject({ holder: 'rel_b', fence: 2 });
    expect(said[0]).toContain('waiting for release rel_a, which holds production until 2026-01-01T00:01:00.000Z');
    expect(clock.now().getTime() - Date.UTC(2026, 0, 1)).toBeLessThan(LEASE_MS);
  });

  test('takes over from a holder that died', async () => {
    await taken('rel_dead');
    expect(await taken('rel_b')).toMatchObject({ holder: 'rel_b', fence: 2 });
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + LEASE_MS);
  });

  test('ends with the signal, with its reason', async () => {
    await taken('rel_a');
    const reason = new Error('the time is up');
    const call = takeLock({ lock, clock }, 'production', 'rel_b', () => undefined, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
  });
});

describe('holdLock', () => {
  const hold = <T>(
    lease: Lease,
    work: (signal: AbortSignal) => Promise<T>,
    signal = forever,
    port: Lock = lock,
  ): Promise<T> => holdLock({ lock: port, clock }, lease, signal, work);

  test('keeps the lock for as long as the work takes, and lets it go at once after it', async () => {
    const lease = await taken('rel_a');
    const held = await hold(lease, async () => {
      for (let minute = 0; minute < 10; minute++) await clock.sleep(60_000);
      return lock.holder('production');
    });
    expect(held?.holder).toBe('rel_a');
    expect(await lock.holder('production')).toBeUndefined();
  });

  test('lets it go when the work fails, and throws what the work threw', async () => {
    const error = new Error('apply failed');
    await expect(hold(await taken('rel_a'), () => Promise.reject(error))).rejects.toBe(error);
    expect(await lock.holder('production')).toBeUndefined();
  });

  test('a lock that cannot be let go hides neither the result nor the error of the work', async () => {
    const broken: Lock = { ...lock, release: () => Promise.reject(new Error('no answer')) };
    expect(await hold(await taken('rel_a'), async () => 'done', forever, broken)).toBe('done');
    const error = new Error('apply failed');
    await expect(hold(await taken('rel_a'), () => Promise.reject(error), forever, broken)).rejects.toBe(error);
  });

  test('who lost it to another release is told by the signal, and does not let go the other’s', async () => {
    const lease = await taken('rel_a');
    const reason = await hold(lease, async (signal) => {
      await lock.release(lease);
      await taken('rel_b');
      await clock.sleep(LEASE_MS, signal).catch(() => undefined);
      return signal.reason as unknown;
    });
    expect(reason).toMatchObject({
      code: 'LockLost',
      message: 'Release rel_a lost the lock of production to another release.',
    });
    expect((await lock.holder('production'))?.holder).toBe('rel_b');
  });

  test('one renewal that fails is no loss: the next one comes before the lease ends', async () => {
    let times = 0;
    const shaky: Lock = {
      ...lock,
      renew: (...input) => (++times === 1 ? Promise.reject(new Error('no answer')) : lock.renew(...input)),
    };
    const ended = await hold(
      await taken('rel_a'),
      async (signal) => {
        await clock.sleep(3 * LEASE_MS);
        return [signal.aborted, (await lock.holder('production'))?.holder];
      },
      forever,
      shaky,
    );
    expect(ended).toEqual([false, 'rel_a']);
    expect(times).toBeGreaterThan(2);
  });

  test('the work’s signal ends with the time, with its reason', async () => {
    const time = new AbortController();
    const reason = new Error('the time is up');
    const seen = await hold(
      await taken('rel_a'),
      async (signal) => {
        time.abort(reason);
        return signal.reason as unknown;
      },
      time.signal,
    );
    expect(seen).toBe(reason);
  });
});
