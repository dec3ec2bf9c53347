import { fail } from '../../core/errors.ts';
import type { Automation, Clock, Machines, NodeState } from '../../core/ports.ts';

export interface MemoryMachinesOptions {
  clock: Clock;
  /** Ids of the instances; each begins stopped. */
  instances: string[];
  /** From start to running, and from stop to stopped. */
  delayMs?: number;
}

interface Instance {
  power: 'stopped' | 'pending' | 'running' | 'stopping' | 'terminated';
  /** When a pending or stopping one has arrived. */
  until: number;
  launchTime: number;
  address: string;
  reason?: string;
  /** Why the start that is under way will end in stopped. */
  doom?: string;
}

export interface MemoryMachines extends Machines {
  /** StopInstances: running goes to stopping, then stopped. */
  stop(instance: string): void;
  terminate(instance: string): void;
  /** The next start ends with this code: one such as `Client.InternalError` after EC2 accepted it, any other at once. */
  failNextStart(code: string): void;
}

/** EC2 and its runbook in memory: starts and stops take their time, and each start gets another address. */
export function memoryMachines({ clock, instances, delayMs = 10_000 }: MemoryMachinesOptions): MemoryMachines {
  const now = (): number => clock.now().getTime();
  const begin = now();
  const all = new Map<string, Instance>(
    instances.map((id) => [id, { power: 'stopped', until: 0, launchTime: begin, address: '' }]),
  );
  const automations = new Map<string, { instance: string; failure?: string }>();
  const faults: string[] = [];
  let starts = 0;

  /** The instance as it is now, after what was due has happened. */
  const instanceOf = (id: string): Instance => {
    const found = all.get(id);
    if (found === undefined)
      throw fail('NodeGone', `There is no instance ${id} in this region and account.`, { instance: id });
    if (now() < found.until) return found;
    if (found.power === 'stopping') found.power = 'stopped';
    if (found.power === 'pending') {
      found.power = found.doom === undefined ? 'running' : 'stopped';
      if (found.doom !== undefined) found.reason = found.doom;
    }
    return found;
  };

  /** What the runbook's StartInstances does; the text of a refusal, if any. */
  const power = (id: string): string | undefined => {
    const found = instanceOf(id);
    if (found.power === 'running' || found.power === 'pending') return undefined;
    if (found.power !== 'stopped')
      return `IncorrectInstanceState: The instance '${id}' is not in a state from which it can be started.`;
    const fault = faults.shift();
    const dooms = fault !== undefined && /^(Client|Server)\./.test(fault);
    if (fault !== undefined && !dooms) return `${fault}: EC2 refused to start ${id}.`;
    starts++;
    const boot = {
      power: 'pending',
      until: now() + delayMs,
      launchTime: now(),
      address: `203.0.113.${starts}`,
    } as const;
    all.set(id, { ...boot, ...(dooms ? { doom: fault } : {}) });
    return undefined;
  };

  return {
    async describe(instance): Promise<NodeState> {
      const { power: state, address, launchTime, reason } = instanceOf(instance);
      return {
        instance,
        power: state,
        launchTime: new Date(launchTime).toISOString(),
        ...(state === 'running' ? { address } : {}),
        ...(reason === undefined ? {} : { reason }),
      };
    },
    async start(instance) {
      const id = `automation-${automations.size + 1}`;
      let failure: string | undefined;
      try {
        failure = power(instance);
      } catch {
        // The runbook begins for any id; that there is no such instance is its failure.
        failure = `InvalidInstanceID.NotFound: The instance ID '${instance}' does not exist`;
      }
      automations.set(id, { instance, ...(failure === undefined ? {} : { failure }) });
      return id;
    },
    async automation(id): Promise<Automation> {
      const found = automations.get(id);
      if (found === undefined)
        throw fail('NodeStartFailed', `There is no automation execution ${id}.`, { automation: id });
      if (found.failure !== undefined) return { id, status: 'failed', failure: found.failure };
      const { power: state } = instanceOf(found.instance);
      if (state === 'pending') return { id, status: 'running' };
      if (state === 'running') return { id, status: 'succeeded' };
      return { id, status: 'failed', failure: `The instance ${found.instance} went to ${state} while it was started.` };
    },
    stop(instance) {
      const found = instanceOf(instance);
      if (found.power !== 'running') return;
      Object.assign(found, { power: 'stopping', until: now() + delayMs, reason: 'Client.UserInitiatedShutdown' });
    },
    terminate: (instance) => void Object.assign(instanceOf(instance), { power: 'terminated' }),
    failNextStart: (code) => void faults.push(code),
  };
}
