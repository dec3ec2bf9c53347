/** Calls at once to begin with, and at most. */
const [FEW, MANY] = [2, 8];
/** Calls that had to wait for each one more at once. */
const WAITS = 4;

/** Runs the work when it is its turn. Rejects with the signal's reason when that ends first. */
export type Turns = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * Lets only two calls run at once, and more only while others wait: each call at once wants a connection of its own, and for a handful
 * of calls the handshakes cost more, on both sides, than waiting for a connection that is open. Hundreds of calls soon have eight.
 */
export function openTurns(): Turns {
  let [running, waits] = [0, 0];
  const queue = new Set<() => void>();
  const width = (): number => Math.min(MANY, FEW + Math.floor(waits / WAITS));

  return async (work, signal) => {
    signal.throwIfAborted();
    if (running >= width()) waits++;
    if (running < width()) running++;
    else await turn(queue, signal);
    try {
      return await work();
    } finally {
      const [next] = queue;
      if (next === undefined) running--;
      else next();
    }
  };
}

/** Resolves when one that ends hands its turn over. */
async function turn(queue: Set<() => void>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const leave = (): void => {
      queue.delete(take);
      reject(signal.reason as Error);
    };
    const take = (): void => {
      queue.delete(take);
      signal.removeEventListener('abort', leave);
      resolve();
    };
    queue.add(take);
    signal.addEventListener('abort', leave, { once: true });
  });
}
