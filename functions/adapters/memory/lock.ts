import type { Clock, Lease, Lock } from '../../core/ports.ts';

/** The locks in memory. A lock that was let go keeps its fence. */
export function memoryLock({ clock }: { clock: Clock }): Lock {
  const locks = new Map<string, { fence: number; lease?: Lease }>();

  const held = (environment: string): Lease | undefined => locks.get(environment)?.lease;
  const isLive = (lease: Lease): boolean => new Date(lease.expiresAt) > clock.now();
  const isOurs = (lease: Lease): boolean => {
    const current = held(lease.environment);
    return current?.holder === lease.holder && current.fence === lease.fence;
  };
  const store = (environment: string, holder: string, fence: number, ttlMs: number): Lease => {
    const expiresAt = new Date(clock.now().getTime() + ttlMs).toISOString();
    const lease = { environment, holder, fence, expiresAt };
    locks.set(environment, { fence, lease });
    return { ...lease };
  };

  return {
    async acquire(environment, holder, ttlMs) {
      const current = held(environment);
      if (current?.holder === holder) return { held: true, lease: store(environment, holder, current.fence, ttlMs) };
      if (current !== undefined && isLive(current)) return { held: false, by: { ...current } };
      const fence = (locks.get(environment)?.fence ?? 0) + 1;
      return { held: true, lease: store(environment, holder, fence, ttlMs) };
    },
    async renew(lease, ttlMs) {
      return isOurs(lease) ? store(lease.environment, lease.holder, lease.fence, ttlMs) : undefined;
    },
    async release(lease) {
      if (isOurs(lease)) locks.set(lease.environment, { fence: lease.fence });
    },
    async holder(environment) {
      const current = held(environment);
      return current !== undefined && isLive(current) ? { ...current } : undefined;
    },
  };
}
