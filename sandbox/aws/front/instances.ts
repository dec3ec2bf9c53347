import { awsError } from './error.ts';
import type { Addresses } from './addresses.ts';
import { passesFilters, type Fields } from './filter.ts';
import { STATE_CODES, type InstanceState } from './lifecycle.ts';
import type { Change, Machine } from './machine.ts';
import { texts, text, structures, type Query } from './query.ts';
import { ACCOUNT, VPC, type SecurityGroup } from './security-group.ts';
import type { Answer, Xml } from './xml.ts';

export interface InstancesOptions {
  machine: Machine;
  addresses: Addresses;
  securityGroup: SecurityGroup;
  tags: Record<string, string>;
}

export interface Instances {
  /** Fails unless each id that the request names is one that exists: Malformed before NotFound, as EC2. */
  readonly check: (query: Query) => void;
  readonly describe: (query: Query) => Answer;
  readonly describeStatus: (query: Query) => Answer;
  readonly createTags: (query: Query) => Answer;
  readonly describeTags: (query: Query) => Answer;
}

const SUBNET = 'subnet-0f1e2d3c4b5a69788';
const PRIVATE_IP = '10.0.0.10';
const ZONE = 'us-east-1a';

/** DescribeInstances and its like over the sandbox's one instance. */
export function createInstances({ machine, addresses, securityGroup, tags }: InstancesOptions): Instances {
  const publicIp = (): string | undefined => addresses.of(machine.id) ?? machine.bootIp();

  const fields: Fields = (name) => {
    if (name.startsWith('tag:')) return [tags[name.slice(4)] ?? []].flat();
    const ip = publicIp();
    const values: Record<string, string[]> = {
      'instance-id': [machine.id],
      'instance-state-name': [machine.life().state],
      'instance-state-code': [String(STATE_CODES[machine.life().state])],
      'tag-key': Object.keys(tags),
      'ip-address': ip === undefined ? [] : [ip],
      'private-ip-address': [PRIVATE_IP],
      'vpc-id': [VPC],
      'instance.group-id': [securityGroup.id],
    };
    return values[name];
  };

  const tagSet = (): Xml => Object.entries(tags).map(([key, value]) => ({ key, value }));

  return {
    check(query) {
      const ids = texts(query, 'InstanceId');
      for (const id of ids)
        if (!/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id))
          throw awsError('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
      const unknown = ids.filter((id) => id !== machine.id);
      if (unknown.length === 1)
        throw awsError('InvalidInstanceID.NotFound', `The instance ID '${unknown[0]}' does not exist`);
      if (unknown.length > 1)
        throw awsError('InvalidInstanceID.NotFound', `The instance IDs '${unknown.join(', ')}' do not exist`);
    },
    describe(query) {
      if (!passesFilters(query, fields)) return { reservationSet: [] };
      const { state, launchTime, stateReason, transitionReason } = machine.life();
      const gone = state === 'terminated';
      const ip = publicIp();
      const group = { groupId: securityGroup.id, groupName: securityGroup.name };
      const association = ip === undefined ? undefined : { publicIp: ip, ipOwnerId: 'amazon' };
      const network = {
        networkInterfaceId: 'eni-01234567890abcdef',
        subnetId: SUBNET,
        vpcId: VPC,
        ownerId: ACCOUNT,
        status: 'in-use',
        privateIpAddress: PRIVATE_IP,
        association,
        groupSet: [group],
      };
      const instance = {
        instanceId: machine.id,
        imageId: 'ami-0123456789abcdef0',
        instanceState: stateView(state),
        privateDnsName: gone ? undefined : 'ip-10-0-0-10.ec2.internal',
        reason: transitionReason,
        amiLaunchIndex: 0,
        instanceType: 't3.micro',
        launchTime: new Date(launchTime).toISOString(),
        placement: { availabilityZone: ZONE, tenancy: 'default' },
        monitoring: { state: 'disabled' },
        ...(gone ? {} : { subnetId: SUBNET, vpcId: VPC, privateIpAddress: PRIVATE_IP, ipAddress: ip }),
        groupSet: gone ? [] : [group],
        networkInterfaceSet: gone ? [] : [network],
        stateReason,
        architecture: 'x86_64',
        rootDeviceType: 'ebs',
        rootDeviceName: '/dev/xvda',
        virtualizationType: 'hvm',
        hypervisor: 'xen',
        tagSet: tagSet(),
      };
      return {
        reservationSet: [
          { reservationId: 'r-0123456789abcdef0', ownerId: ACCOUNT, groupSet: [], instancesSet: [instance] },
        ],
      };
    },
    describeStatus(query) {
      const { state } = machine.life();
      const shown = state === 'running' || text(query, 'IncludeAllInstances') === 'true';
      if (!shown || !passesFilters(query, fields)) return { instanceStatusSet: [] };
      const status = machine.status();
      const check = {
        status,
        details: [{ name: 'reachability', status: status === 'ok' ? 'passed' : status }],
      };
      const one = {
        instanceId: machine.id,
        availabilityZone: ZONE,
        instanceState: stateView(state),
        systemStatus: check,
        instanceStatus: check,
      };
      return { instanceStatusSet: [one] };
    },
    createTags(query) {
      for (const tag of structures(query, 'Tag')) tags[text(tag, 'Key') ?? ''] = text(tag, 'Value') ?? '';
      return { return: true };
    },
    describeTags(query) {
      const shown = Object.entries(tags).filter(([key, value]) =>
        passesFilters(
          query,
          (name) => ({ key: [key], value: [value], 'resource-id': [machine.id], 'resource-type': ['instance'] })[name],
        ),
      );
      const view = ([key, value]: [string, string]): Xml => ({
        key,
        value,
        resourceId: machine.id,
        resourceType: 'instance',
      });
      return { tagSet: shown.map(view) };
    },
  };
}

/** The `instancesSet` that StartInstances, StopInstances and TerminateInstances answer. */
export function changeView({ instanceId, previous, current }: Change): Answer {
  const item = { instanceId, currentState: stateView(current), previousState: stateView(previous) };
  return { instancesSet: [item] };
}

function stateView(state: InstanceState): Xml {
  return { code: STATE_CODES[state], name: state };
}
