import type { Clock } from '../../core/ports.ts';

export interface MemoryClock extends Clock {
  /** Turns the clock on. Sleepers wake in the order of their times, each before the next later one. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  due: number;
  wake: () => void;
}

/**
 * A clock that stands still until it is turned. With `auto` it turns itself: as soon as nothing else is to do in this
 * turn of the event loop, it jumps to the time of the next sleeper, so that a wait of minutes costs nothing.
 */
export function memoryClock(
  start: Date | string = '2026-01-01T00:00:00.000Z',
  options: { auto?: boolean } = {},
): MemoryClock {
  let now = new Date(start).getTime();
  const sleepers = new Set<Sleeper>();

  const next = (): Sleeper | undefined => [...sleepers].reduce<Sleeper | undefined>(earlier, undefined);
  const wakeNext = (until: number): boolean => {
    const sleeper = next();
    if (sleeper === undefined || sleeper.due > until) return false;
    now = Math.max(now, sleeper.due);
    sleepers.delete(sleeper);
    sleeper.wake();
    return true;
  };

  return {
    now: () => new Date(now),
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const aborted = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper: Sleeper = {
          due: now + Math.max(0, ms),
          wake: () => {
            signal?.removeEventListener('abort', aborted);
            resolve();
          },
        };
        signal?.addEventListener('abort', aborted, { once: true });
        sleepers.add(sleeper);
        if (options.auto) setImmediate(() => wakeNext(Infinity));
      });
    },
    async advance(ms) {
      const target = now + ms;
      await settle();
      while (wakeNext(target)) await settle();
      now = target;
    },
  };
}

/** The first of two at the same time: a Set keeps the order in which they went to sleep. */
function earlier(a: Sleeper | undefined, b: Sleeper): Sleeper {
  return a === undefined || b.due < a.due ? b : a;
}

/** Lets everything run that waits for nothing but promises. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
