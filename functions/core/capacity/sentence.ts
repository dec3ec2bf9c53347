import { fail, type ReleaseError } from '../errors.ts';
import { describeAmount } from './quantity.ts';
import { consumers, type Shortage } from './shortage.ts';

const maxNamed = 4;

/** What is short, in numbers: who asks for how much, what the node has, who holds it, and the difference. */
export function tooSmall(shortage: Shortage, why: 'no room' | 'no room for both'): ReleaseError {
  const { demand, resource, pods, each, room, free, short } = shortage;
  const show = (amount: bigint, round: 'up' | 'down'): string => describeAmount(resource, amount, round);
  const thing = resource === 'pods' ? '' : ` ${resource}`;
  const isMany = pods > 1 && resource !== 'pods';
  const asks = `${show(each * BigInt(pods), 'up')}${resource === 'pods' ? ` more pod${pods === 1 ? '' : 's'}` : thing}`;
  const sizes = isMany ? ` (${pods} pods of ${show(each, 'up')})` : '';
  const what = why === 'no room' ? 'asks for' : 'starts its new pod beside the old one, which asks for';
  const available = free > 0n ? free : 0n;
  const has = show(room.allocatable.get(resource) ?? 0n, 'down');
  const kubectl = `${demand.workload.kind.toLowerCase()}/${demand.workload.metadata.name}`;
  const most = show(available / BigInt(Math.max(1, pods)), 'down');
  const lower =
    resource === 'pods'
      ? `Remove pods that are not needed on ${room.name} (it takes ${has})`
      : `Set resources.requests.${resource} in ${kubectl} to ${most} or less for each pod (now ${show(each, 'up')}), or free ${show(short, 'up')} on ${room.name}`;
  const remedy =
    why === 'no room'
      ? lower
      : `Let the old pod go first: set rollout.surge: auto in k8s/deploy.yaml, or maxSurge: 0 and maxUnavailable: 1 in ${kubectl}. Else: ${lower}`;
  return fail(
    'NodeTooSmall',
    `${demand.subject} ${what} ${asks}${sizes}; node ${room.name} has ${has}, of which ${show(available, 'down')} ` +
      `${available === 1000n && resource === 'pods' ? 'is' : 'are'} free${describeConsumers(shortage)}: ${show(short, 'up')} short.`,
    {
      remedy,
      node: room.name,
      resource,
      requested: show(each, 'up'),
      free: show(available, 'down'),
      short: show(short, 'up'),
    },
  );
}

/** The largest first: what can be lowered or removed with most effect. */
function describeConsumers(shortage: Shortage): string {
  const all = consumers(shortage);
  if (all.length === 0) return '';
  const named = all
    .slice(0, maxNamed)
    .map(([name, amount]) => `${name} (${describeAmount(shortage.resource, amount, 'up')})`);
  const rest = all.length - named.length;
  return ` beside ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
