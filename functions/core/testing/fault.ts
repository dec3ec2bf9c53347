import type { Cluster, Ports } from '../ports.ts';

/** Which call of which port fails, e.g. the 2nd of `releases.close`; `lasting`: and all that come after it. */
export interface Fault {
  method: string;
  nth: number;
  lasting: boolean;
}

const wrapped = [
  'releases',
  'lock',
  'queue',
  'machines',
  'addresses',
  'secrets',
  'registry',
  'github',
  'site',
] as const;

export interface FaultyPorts {
  ports: Ports;
  /** How often each method was called, as `releases.close`. */
  calls: ReadonlyMap<string, number>;
}

/** The ports, each of whose calls is counted; those that `fault` names throw an error that nobody foresaw. */
export function faulty(ports: Ports, fault?: Fault): FaultyPorts {
  const calls = new Map<string, number>();
  const count = (method: string): void => {
    const nth = (calls.get(method) ?? 0) + 1;
    calls.set(method, nth);
    if (fault?.method !== method) return;
    if (fault.lasting ? nth >= fault.nth : nth === fault.nth) throw new Error(`${method} broke at its call ${nth}`);
  };
  const wrap = <T extends object>(name: string, port: T): T =>
    Object.fromEntries(
      Object.entries(port).map(([method, call]) => [
        method,
        typeof call === 'function' ? counted(`${name}.${method}`, call as Call, count) : (call as unknown),
      ]),
    ) as T;
  const parts = Object.fromEntries(wrapped.map((name) => [name, wrap(name, ports[name])]));
  return {
    calls,
    ports: {
      ...ports,
      ...(parts as Pick<Ports, (typeof wrapped)[number]>),
      connectCluster: (kubeconfig, address): Cluster => {
        count('connectCluster');
        return wrap('cluster', ports.connectCluster(kubeconfig, address));
      },
    },
  };
}

type Call = (...input: unknown[]) => unknown;

/** A call that fails rejects, as one over the network does; a watch fails at its first event. */
function counted(name: string, call: Call, count: (name: string) => void): Call {
  if (name === 'cluster.watch') {
    return async function* watch(...input) {
      count(name);
      yield* call(...input) as AsyncIterable<unknown>;
    };
  }
  return async (...input) => {
    count(name);
    return call(...input);
  };
}
