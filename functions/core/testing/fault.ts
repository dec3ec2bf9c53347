import type { DeployPorts } from '../ports.ts';
import { wrapPorts } from './wrap-ports.ts';

/** Which call of which port fails, e.g. the 2nd of `releases.close`; `lasting`: and all that come after it. */
export interface Fault {
  method: string;
  nth: number;
  lasting: boolean;
}

export interface FaultyPorts {
  ports: DeployPorts;
  /** How often each method was called, as `releases.close`. */
  calls: ReadonlyMap<string, number>;
}

/** The ports, each of whose calls is counted; those that `fault` names throw an error that nobody foresaw. */
export function faulty(ports: DeployPorts, fault?: Fault): FaultyPorts {
  const calls = new Map<string, number>();
  const count = (method: string): void => {
    const nth = (calls.get(method) ?? 0) + 1;
    calls.set(method, nth);
    if (fault?.method !== method) return;
    if (fault.lasting ? nth >= fault.nth : nth === fault.nth) throw new Error(`${method} broke at its call ${nth}`);
  };
  const around = async (name: string, call: () => Promise<unknown>): Promise<unknown> => {
    count(name);
    return call();
  };
  return { calls, ports: wrapPorts(ports, around, () => count('connectCluster')) };
}
