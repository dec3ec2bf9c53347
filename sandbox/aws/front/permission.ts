import { isIPv4, isIPv6 } from 'node:net';
import { awsError } from './error.ts';
import { structures, text, type Query } from './query.ts';
import type { Xml } from './xml.ts';

/** One rule of a security group: one protocol, one port range, one peer. */
export interface Permission {
  protocol: string;
  /** -1 for all. */
  from: number;
  to: number;
  peer: { kind: 'cidrIpv4' | 'cidrIpv6' | 'groupId'; value: string };
  description?: string;
}

/** The permissions of a request: `IpPermissions.N`, or the older form with the fields at the top. */
export function permissionsOf(query: Query): Permission[] {
  const blocks = structures(query, 'IpPermissions');
  if (blocks.length > 0) return blocks.flatMap(permissionsOfBlock);
  const cidr = text(query, 'CidrIp');
  return cidr === undefined ? [] : [permission(query, 'cidrIpv4', cidr)];
}

function permissionsOfBlock(block: Query): Permission[] {
  return [
    ...structures(block, 'IpRanges').map((range) => permission(block, 'cidrIpv4', text(range, 'CidrIp'), range)),
    ...structures(block, 'Ipv6Ranges').map((range) => permission(block, 'cidrIpv6', text(range, 'CidrIpv6'), range)),
    ...structures(block, 'Groups').map((group) => permission(block, 'groupId', text(group, 'GroupId'), group)),
  ];
}

/** The one permission of a `SecurityGroupRule` in ModifySecurityGroupRules. */
export function permissionOfRule(rule: Query): Permission {
  const cidr = text(rule, 'CidrIpv4');
  if (cidr !== undefined) return permission(rule, 'cidrIpv4', cidr, rule);
  const cidr6 = text(rule, 'CidrIpv6');
  if (cidr6 !== undefined) return permission(rule, 'cidrIpv6', cidr6, rule);
  return permission(rule, 'groupId', text(rule, 'ReferencedGroupId'), rule);
}

function permission(at: Query, kind: Permission['peer']['kind'], value = '', describedBy: Query = at): Permission {
  if (kind !== 'groupId' && !isCidr(value, kind === 'cidrIpv4' ? isIPv4 : isIPv6, kind === 'cidrIpv4' ? 32 : 128))
    throw awsError('InvalidParameterValue', `CIDR block ${value} is malformed`);
  const protocol = text(at, 'IpProtocol');
  if (protocol === undefined) throw awsError('MissingParameter', 'The request must contain the parameter ipProtocol');
  const description = text(describedBy, 'Description');
  return {
    protocol,
    from: Number(text(at, 'FromPort') ?? -1),
    to: Number(text(at, 'ToPort') ?? -1),
    peer: { kind, value },
    ...(description === undefined ? {} : { description }),
  };
}

function isCidr(value: string, isAddress: (text: string) => boolean, bits: number): boolean {
  const [address = '', length = ''] = value.split('/');
  return isAddress(address) && /^\d{1,3}$/.test(length) && Number(length) <= bits;
}

/** What makes two rules the same to EC2: everything but the description. */
export function sameness({ protocol, from, to, peer }: Permission): string {
  return [protocol, from, to, peer.kind, peer.value].join(' ');
}

export function permissionText({ protocol, from, to, peer }: Permission): string {
  return `peer: ${peer.value}, ${protocol.toUpperCase()}, from port: ${from}, to port: ${to}, ALLOW`;
}

/** `ipPermissions` of DescribeSecurityGroups: rules with the same protocol and ports share one entry. */
export function permissionSet(permissions: Permission[]): Xml {
  const groups = Map.groupBy(permissions, ({ protocol, from, to }) => `${protocol} ${from} ${to}`);
  return [...groups.values()].map((same) => {
    const [first] = same;
    const peers = (kind: Permission['peer']['kind'], name: string): Xml =>
      same
        .filter(({ peer }) => peer.kind === kind)
        .map((one) => ({ [name]: one.peer.value, description: one.description }));
    return {
      ipProtocol: first?.protocol,
      ...(first?.protocol === '-1' ? {} : { fromPort: first?.from, toPort: first?.to }),
      groups: peers('groupId', 'groupId'),
      ipRanges: peers('cidrIpv4', 'cidrIp'),
      ipv6Ranges: peers('cidrIpv6', 'cidrIpv6'),
      prefixListIds: [],
    };
  });
}
