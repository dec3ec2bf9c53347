import { at, isRecord, listAt, textAt } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import { amountsAt, most, ONE, plus, sum, type Amounts } from './amounts.ts';

/** What the LimitRanges of a namespace give to containers that ask for nothing. */
export interface ContainerDefaults {
  requests: Amounts;
  limits: Amounts;
}

const noDefaults: ContainerDefaults = { requests: new Map(), limits: new Map() };

/** The container defaults of these LimitRanges; of several that set the same, one counts, as in the API server. */
export function containerDefaults(limitRanges: readonly Manifest[]): ContainerDefaults {
  const items = limitRanges
    .flatMap((range) => listAt(range, 'spec', 'limits'))
    .filter((item) => textAt(item, 'type') === 'Container');
  return {
    requests: new Map(items.flatMap((item) => [...amountsAt(item, 'defaultRequest')])),
    limits: new Map(items.flatMap((item) => [...amountsAt(item, 'default')])),
  };
}

/** Whether a LimitRange could change what this pod asks for. */
export function hasUnsetRequests(spec: unknown): boolean {
  const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
  return containers.some((container) => {
    const asked = new Map([
      ...amountsAt(container, 'resources', 'limits'),
      ...amountsAt(container, 'resources', 'requests'),
    ]);
    return !asked.has('cpu') || !asked.has('memory');
  });
}

/**
 * What a pod of this spec takes of its node, by the scheduler's sums (k8s.io/component-helpers/resource): the larger of all containers
 * together and of each init container with the sidecars that run by then; what the pod as a whole asks for goes before its
 * containers' sum; then the overhead, and one pod of the node's number. Never throws, whatever the spec holds.
 */
export function podRequest(spec: unknown, defaults: ContainerDefaults = noDefaults): Amounts {
  const asks = (container: unknown): Amounts => containerRequest(container, defaults);
  let sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of listAt(spec, 'initContainers')) {
    const isSidecar = textAt(container, 'restartPolicy') === 'Always';
    if (isSidecar) sidecars = plus(sidecars, asks(container));
    starting = most(starting, isSidecar ? sidecars : plus(sidecars, asks(container)));
  }
  const running = plus(sidecars, sum(listAt(spec, 'containers').map(asks)));
  const containers = most(starting, running);
  const whole = isRecord(at(spec, 'resources')) ? podLevel(spec, containers) : containers;
  return new Map([...plus(whole, amountsAt(spec, 'overhead')), ['pods', ONE]]);
}

/** Requests of the pod as a whole; a limit alone is a request where no container asks for any. Only these can be set so. */
function podLevel(spec: unknown, containers: Amounts): Amounts {
  const own = ([name]: [string, bigint]): boolean => /^(cpu|memory|hugepages-.+)$/.test(name);
  const limits = [...amountsAt(spec, 'resources', 'limits')].filter(own);
  const requests = [...amountsAt(spec, 'resources', 'requests')].filter(own);
  return new Map([...limits, ...containers, ...requests]);
}

/** A limit without a request is the request, too; only then the namespace's defaults count. */
function containerRequest(container: unknown, defaults: ContainerDefaults): Amounts {
  const limits = amountsAt(container, 'resources', 'limits');
  const asked = new Map([...limits, ...amountsAt(container, 'resources', 'requests')]);
  return new Map([...defaults.limits, ...defaults.requests, ...asked]);
}

/** Ports of the node itself that the pod takes, as `TCP 0.0.0.0:80`. With hostNetwork every port is one. */
export function hostPorts(spec: unknown): string[] {
  const isOnHost = at(spec, 'hostNetwork') === true;
  // Of the init containers only sidecars hold their ports.
  const sidecars = listAt(spec, 'initContainers').filter((one) => textAt(one, 'restartPolicy') === 'Always');
  return [...listAt(spec, 'containers'), ...sidecars].flatMap((container) =>
    listAt(container, 'ports').flatMap((port) => {
      const number = at(port, 'hostPort') ?? (isOnHost ? at(port, 'containerPort') : undefined);
      if (typeof number !== 'number' || number === 0) return [];
      return [`${textAt(port, 'protocol') || 'TCP'} ${textAt(port, 'hostIP') || '0.0.0.0'}:${number}`];
    }),
  );
}

/** Whether two host ports cannot be held at once: the same number and protocol, on the same or on all addresses. */
export function clashes(a: string, b: string): boolean {
  const parts = (port: string): { protocol: string; address: string; number: string } => {
    const [, protocol = '', address = '', number = ''] = /^(\S+) (.*):(\d+)$/.exec(port) ?? [];
    return { protocol, address: /^(::|0\.0\.0\.0)$/.test(address) ? '' : address, number };
  };
  const [one, other] = [parts(a), parts(b)];
  const sameAddress = one.address === other.address || one.address === '' || other.address === '';
  return one.protocol === other.protocol && one.number === other.number && sameAddress;
}
