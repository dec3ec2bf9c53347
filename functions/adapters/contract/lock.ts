import { beforeEach, describe, expect, test } from 'vitest';
import type { Lock } from '../../core/ports.ts';
import { memoryClock, type MemoryClock } from '../memory/clock.ts';
import { freshName } from './samples.ts';

const TTL = 60_000;

/** What every lock does. `make` gets the clock that the test turns. */
export function lockContract(name: string, make: (clock: MemoryClock) => Promise<Lock> | Lock): void {
  describe(`lock: ${name}`, () => {
    let clock: MemoryClock;
    let lock: Lock;
    let environment: string;
    const take = async (holder: string) => {
      const taken = await lock.acquire(environment, holder, TTL);
      if (!taken.held) throw new Error(`held by ${taken.by.holder}`);
      return taken.lease;
    };

    beforeEach(async () => {
      clock = memoryClock('2026-01-01T00:00:00.000Z');
      lock = await make(clock);
      environment = freshName('env');
    });

    test('the first one gets it, the second one learns who has it and until when', async () => {
      const lease = await take('rel_a');
      expect(lease).toEqual({ environment, holder: 'rel_a', fence: 1, expiresAt: '2026-01-01T00:01:00.000Z' });
      expect(await lock.acquire(environment, 'rel_b', TTL)).toEqual({ held: false, by: lease });
      expect(await lock.holder(environment)).toEqual(lease);
      expect(await lock.holder(freshName('env'))).toBeUndefined();
      expect((await lock.acquire(freshName('env'), 'rel_b', TTL)).held).toBe(true);
    });

    test('of 20 at once one gets it, and the others name it', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => lock.acquire(environment, `rel_${index}`, TTL)),
      );
      const winners = all.flatMap((taken) => (taken.held ? [taken.lease.holder] : []));
      expect(winners).toHaveLength(1);
      expect(new Set(all.flatMap((taken) => (taken.held ? [] : [taken.by.holder])))).toEqual(new Set(winners));
    });

    test('the holder itself renews and keeps its fence, before and after the end of its lease', async () => {
      const first = await take('rel_a');
      await clock.advance(30_000);
      expect(await take('rel_a')).toEqual({ ...first, expiresAt: '2026-01-01T00:01:30.000Z' });
      await clock.advance(10 * TTL);
      expect((await take('rel_a')).fence).toBe(first.fence);
    });

    test('renew makes it longer', async () => {
      const lease = await take('rel_a');
      await clock.advance(40_000);
      expect(await lock.renew(lease, TTL)).toEqual({ ...lease, expiresAt: '2026-01-01T00:01:40.000Z' });
      await clock.advance(40_000);
      expect((await lock.acquire(environment, 'rel_b', TTL)).held).toBe(false);
    });

    test('an expired lease is taken over with a higher fence, and whoever comes back late changes nothing', async () => {
      const old = await take('rel_a');
      await clock.advance(TTL - 1);
      expect((await lock.acquire(environment, 'rel_b', TTL)).held).toBe(false);
      await clock.advance(1);
      expect(await lock.holder(environment)).toBeUndefined();
      const now = await take('rel_b');
      expect(now.fence).toBeGreaterThan(old.fence);

      expect(await lock.renew(old, TTL)).toBeUndefined();
      await lock.release(old);
      expect(await lock.holder(environment)).toEqual(now);
      expect(await lock.acquire(environment, 'rel_a', TTL)).toEqual({ held: false, by: now });
    });

    test('an expired lease is taken over by one of many only', async () => {
      await take('rel_old');
      await clock.advance(TTL);
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => lock.acquire(environment, `rel_${index}`, TTL)),
      );
      expect(all.filter(({ held }) => held)).toHaveLength(1);
    });

    test('let go, it is free at once, and the fence goes on growing', async () => {
      const fences: number[] = [];
      for (const holder of ['rel_a', 'rel_b', 'rel_a']) {
        const lease = await take(holder);
        fences.push(lease.fence);
        await lock.release(lease);
        await lock.release(lease);
        expect(await lock.holder(environment)).toBeUndefined();
      }
      expect(fences).toEqual([1, 2, 3]);
    });

    test('an old lease of the same holder is not the new one', async () => {
      const first = await take('rel_a');
      await lock.release(first);
      const second = await take('rel_a');
      await lock.release(first);
      expect(await lock.renew(first, TTL)).toBeUndefined();
      expect(await lock.holder(environment)).toEqual(second);
    });
  });
}
