import { randomBytes } from 'node:crypto';
import { awsError } from './error.ts';
import { passesFilters } from './filter.ts';
import { text, texts, type Query } from './query.ts';
import type { Answer, Xml } from './xml.ts';

interface ElasticIp {
  allocationId: string;
  publicIp: string;
  association?: { id: string; instanceId: string };
}

/** What the addresses need to know of the instance that they are associated with. */
export interface Host {
  id: string;
  state(): string;
}

export interface Addresses {
  /** The Elastic IP of the instance: kept over stop and start until somebody disassociates it. */
  of(instanceId: string): string | undefined;
  readonly describe: (query: Query) => Answer;
  readonly allocate: () => Answer;
  readonly associate: (query: Query) => Answer;
  readonly disassociate: (query: Query) => Answer;
  readonly release: (query: Query) => Answer;
}

/**
 * Elastic IPs. Where EC2 moves the address of a running instance at once, this refuses with UnsupportedOperation: the
 * computer behind it gets its address when it boots, and an address that does not answer would be a lie.
 */
export function createAddresses(host: Host, nextPublicIp: () => string): Addresses {
  const all: ElasticIp[] = [];

  const find = (query: Query): ElasticIp => {
    const id = text(query, 'AllocationId');
    const found = all.find((address) => address.allocationId === id || address.publicIp === text(query, 'PublicIp'));
    if (found) return found;
    throw awsError('InvalidAllocationID.NotFound', `The allocation ID '${id ?? ''}' does not exist`);
  };

  const mustNotRun = (): void => {
    if (['stopped', 'terminated'].includes(host.state())) return;
    throw awsError('UnsupportedOperation', 'This sandbox changes the address of a stopped instance only.');
  };

  return {
    of: (instanceId) => all.find((address) => address.association?.instanceId === instanceId)?.publicIp,
    describe(query) {
      const [ids, ips] = [texts(query, 'AllocationId'), texts(query, 'PublicIp')];
      for (const id of ids) if (!all.some((address) => address.allocationId === id)) find({ AllocationId: id });
      const shown = all.filter(
        (address) =>
          (ids.length === 0 || ids.includes(address.allocationId)) &&
          (ips.length === 0 || ips.includes(address.publicIp)) &&
          passesFilters(query, fieldsOf(address)),
      );
      return { addressesSet: shown.map(view) };
    },
    allocate() {
      const address = { allocationId: `eipalloc-${hex()}`, publicIp: nextPublicIp() };
      all.push(address);
      return { ...address, domain: 'vpc', publicIpv4Pool: 'amazon', networkBorderGroup: 'us-east-1' };
    },
    associate(query) {
      const address = find(query);
      mustNotRun();
      const other = all.find((one) => one !== address && one.association?.instanceId === host.id);
      if (other && text(query, 'AllowReassociation') === 'false')
        throw awsError('Resource.AlreadyAssociated', `resource ${host.id} is already associated`);
      if (other) delete other.association;
      address.association = { id: `eipassoc-${hex()}`, instanceId: host.id };
      return { return: true, associationId: address.association.id };
    },
    disassociate(query) {
      const id = text(query, 'AssociationId');
      const address = all.find(
        (one) => one.association && (one.association.id === id || one.publicIp === text(query, 'PublicIp')),
      );
      if (!address) throw awsError('InvalidAssociationID.NotFound', `The association ID '${id ?? ''}' does not exist`);
      mustNotRun();
      delete address.association;
      return { return: true };
    },
    release(query) {
      const address = find(query);
      if (address.association) throw awsError('InvalidIPAddress.InUse', `Address ${address.publicIp} is in use.`);
      all.splice(all.indexOf(address), 1);
      return { return: true };
    },
  };
}

function view(address: ElasticIp): Xml {
  return {
    publicIp: address.publicIp,
    allocationId: address.allocationId,
    domain: 'vpc',
    instanceId: address.association?.instanceId,
    associationId: address.association?.id,
  };
}

function fieldsOf(address: ElasticIp): (name: string) => string[] | undefined {
  const values: Record<string, (string | undefined)[]> = {
    'allocation-id': [address.allocationId],
    'public-ip': [address.publicIp],
    'instance-id': [address.association?.instanceId],
    'association-id': [address.association?.id],
    domain: ['vpc'],
  };
  return (name) => values[name]?.filter((value) => value !== undefined);
}

function hex(): string {
  return randomBytes(9).toString('hex').slice(0, 17);
}
