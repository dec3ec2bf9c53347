import { fail } from '../errors.ts';
import type { Clock, Lease, Lock } from '../ports.ts';
import type { Say } from './step.ts';

/** A lease outlives two missed renewals; after a crash the next release waits this long at most. */
export const LEASE_MS = 60_000;
const RENEW_MS = 20_000;
const RETRY_MS = 2_000;

/** Waits for the lock of the environment, until `signal` ends. Tells who holds it meanwhile. */
export async function takeLock(
  ports: { lock: Lock; clock: Clock },
  environment: string,
  release: string,
  say: Say,
  signal: AbortSignal,
): Promise<Lease> {
  for (;;) {
    const taken = await ports.lock.acquire(environment, release, LEASE_MS);
    if (taken.held) return taken.lease;
    say(
      `waiting for release ${taken.by.holder}, which holds ${environment} until ${taken.by.expiresAt} unless it renews`,
    );
    await ports.clock.sleep(RETRY_MS, signal);
  }
}

/**
 * Renews the lease for as long as `work` runs, and hands it a signal that ends when the lease is lost or `signal` ends.
 * The lease is let go at the end, whatever happened.
 */
export async function holdLock<T>(
  ports: { lock: Lock; clock: Clock },
  lease: Lease,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const done = new AbortController();
  const renewal = renewUntil(ports, lease, AbortSignal.any([done.signal, signal]), lost);
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    done.abort();
    await renewal;
    // What cannot be let go expires by itself; the work's own end matters more.
    await ports.lock.release(lease).catch(() => undefined);
  }
}

async function renewUntil(
  ports: { lock: Lock; clock: Clock },
  lease: Lease,
  end: AbortSignal,
  lost: AbortController,
): Promise<void> {
  while (!end.aborted) {
    try {
      await ports.clock.sleep(RENEW_MS, end);
    } catch {
      return;
    }
    // A failed renewal is tried again: the lease has time for two more before it expires.
    const renewed = await ports.lock.renew(lease, LEASE_MS).catch(() => lease);
    if (renewed !== undefined) continue;
    lost.abort(
      fail('LockLost', `Release ${lease.holder} lost the lock of ${lease.environment} to another release.`, {
        environment: lease.environment,
      }),
    );
    return;
  }
}
