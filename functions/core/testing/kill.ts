import type { DeployPorts } from '../ports.ts';
import { wrapPorts } from './wrap-ports.ts';

/** Where the process dies: at its nth call of any port, before the call is made or after it has taken effect. */
export interface Death {
  nth: number;
  when: 'before' | 'after';
}

export interface MortalPorts {
  ports: DeployPorts;
  /** Resolves when the process is dead. */
  died: Promise<void>;
  /** The calls so far, by name, in order. */
  calls: readonly string[];
}

/** The ports of a process that is killed: from then on no call of its is made, and none returns, so that nothing is tidied up. */
export function mortal(ports: DeployPorts, death?: Death): MortalPorts {
  const calls: string[] = [];
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  let isDead = false;
  const forever = new Promise<never>(() => undefined);
  const kill = (): Promise<never> => {
    isDead = true;
    die();
    return forever;
  };
  const around = async (name: string, call: () => Promise<unknown>): Promise<unknown> => {
    if (isDead) return forever;
    calls.push(name);
    const isLast = calls.length === death?.nth;
    if (isLast && death.when === 'before') return kill();
    const answer = await call();
    if (isDead) return forever;
    return isLast ? kill() : answer;
  };
  const clock: DeployPorts['clock'] = {
    now: () => ports.clock.now(),
    sleep: (ms, signal) => (isDead ? forever : ports.clock.sleep(ms, signal)),
  };
  return { ports: { ...wrapPorts(ports, around), clock }, died, calls };
}
