import { setTimeout as sleep } from 'node:timers/promises';

export interface ShutdownTimes {
  drainMs: number;
  deadlineMs: number;
}

/**
 * Waits `drainMs` with the port still open, since proxies go on sending for a moment after readiness turned,
 * then closes the port and lets the requests that run come to their end.
 * Resolves to true when all did, false when `deadlineMs` (counted from the call) passed first.
 */
export async function shutDown(app: { close(): PromiseLike<unknown> }, times: ShutdownTimes): Promise<boolean> {
  const deadline = sleep(times.deadlineMs, false, { ref: false });
  const closed = (async () => {
    await sleep(times.drainMs);
    await app.close();
    return true;
  })();
  return Promise.race([closed, deadline]);
}
