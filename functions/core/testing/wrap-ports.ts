import type { Cluster, DeployPorts } from '../ports.ts';

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

type Call = (...input: unknown[]) => unknown;

/** Stands between a caller and a port: `name` is `releases.close`; what it returns or throws is what the caller gets. */
export type Around = (name: string, call: () => Promise<unknown>, input: readonly unknown[]) => Promise<unknown>;

/** The ports with every call going through `around`; a watch does so once, before its first event. */
export function wrapPorts(ports: DeployPorts, around: Around, onConnect: () => void = () => undefined): DeployPorts {
  const wrap = <T extends object>(name: string, port: T): T =>
    Object.fromEntries(
      Object.entries(port).map(([method, call]) => [
        method,
        typeof call === 'function' ? through(`${name}.${method}`, call as Call, around) : (call as unknown),
      ]),
    ) as T;
  const parts = Object.fromEntries(wrapped.map((name) => [name, wrap(name, ports[name])]));
  return {
    ...ports,
    ...(parts as Pick<DeployPorts, (typeof wrapped)[number]>),
    connectCluster: (kubeconfig, address): Cluster => {
      onConnect();
      return wrap('cluster', ports.connectCluster(kubeconfig, address));
    },
  };
}

function through(name: string, call: Call, around: Around): Call {
  if (name === 'cluster.watch') {
    return async function* watch(...input) {
      await around(name, async () => undefined, input);
      yield* call(...input) as AsyncIterable<unknown>;
    };
  }
  return (...input) => around(name, async () => call(...input), input);
}
