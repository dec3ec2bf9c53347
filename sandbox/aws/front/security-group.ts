import { randomBytes } from 'node:crypto';
import { awsError } from './error.ts';
import { passesFilters } from './filter.ts';
import {
  permissionOfRule,
  permissionSet,
  permissionText,
  permissionsOf,
  sameness,
  type Permission,
} from './permission.ts';
import { structures, text, texts, type Query } from './query.ts';
import type { Answer, Xml } from './xml.ts';

interface Rule extends Permission {
  id: string;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly describeGroups: (query: Query) => Answer;
  readonly describeRules: (query: Query) => Answer;
  readonly authorizeIngress: (query: Query) => Answer;
  readonly revokeIngress: (query: Query) => Answer;
  readonly modifyRules: (query: Query) => Answer;
}

export const ACCOUNT = '000000000000';

/** EC2's default quota of rules per group and direction. */
const MAX_RULES = 60;

const ANYWHERE: Permission['peer'] = { kind: 'cidrIpv4', value: '0.0.0.0/0' };

/** A security group that lets in these TCP ports from everywhere, and everything out. */
export function createSecurityGroup(openPorts: number[]): SecurityGroup {
  const id = `sg-${hex()}`;
  const name = 'k3s-node';
  const egress: Rule = { id: `sgr-${hex()}`, protocol: '-1', from: -1, to: -1, peer: ANYWHERE };
  let ingress: Rule[] = openPorts.map((port) => ({
    id: `sgr-${hex()}`,
    protocol: 'tcp',
    from: port,
    to: port,
    peer: ANYWHERE,
  }));

  const mustBeMine = (query: Query): void => {
    const wanted = text(query, 'GroupId');
    if (wanted === id || (wanted === undefined && text(query, 'GroupName') === name)) return;
    throw unknownGroup(wanted ?? text(query, 'GroupName') ?? '');
  };

  const byId = (ruleId = ''): Rule => {
    const rule = ingress.find((one) => one.id === ruleId);
    if (rule) return rule;
    throw awsError('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${ruleId}' does not exist`);
  };

  const view = (rule: Rule): Xml => ({
    securityGroupRuleId: rule.id,
    groupId: id,
    groupOwnerId: ACCOUNT,
    isEgress: rule === egress,
    ipProtocol: rule.protocol,
    fromPort: rule.from,
    toPort: rule.to,
    ...(rule.peer.kind === 'groupId'
      ? { referencedGroupInfo: { groupId: rule.peer.value, userId: ACCOUNT } }
      : { [rule.peer.kind]: rule.peer.value }),
    description: rule.description,
    tagSet: [],
  });

  return {
    id,
    name,
    describeGroups(query) {
      for (const wanted of texts(query, 'GroupId')) if (wanted !== id) throw unknownGroup(wanted);
      for (const wanted of texts(query, 'GroupName')) if (wanted !== name) throw unknownGroup(wanted);
      const fields: Record<string, string[]> = { 'group-id': [id], 'group-name': [name], 'vpc-id': [VPC] };
      if (!passesFilters(query, (field) => fields[field])) return { securityGroupInfo: [] };
      const group = {
        ownerId: ACCOUNT,
        groupId: id,
        groupName: name,
        groupDescription: 'The k3s node',
        vpcId: VPC,
        ipPermissions: permissionSet(ingress),
        ipPermissionsEgress: permissionSet([egress]),
        tagSet: [],
      };
      return { securityGroupInfo: [group] };
    },
    describeRules(query) {
      const ids = texts(query, 'SecurityGroupRuleId');
      const rules =
        ids.length === 0 ? [...ingress, egress] : ids.map((one) => (one === egress.id ? egress : byId(one)));
      const shown = rules.filter((rule) =>
        passesFilters(query, (field) => ({ 'group-id': [id], 'security-group-rule-id': [rule.id] })[field]),
      );
      return { securityGroupRuleSet: shown.map(view) };
    },
    authorizeIngress(query) {
      mustBeMine(query);
      const added = permissionsOf(query).map((one) => ({ ...one, id: `sgr-${hex()}` }));
      if (added.length === 0)
        throw awsError('MissingParameter', 'The request must contain the parameter ipPermissions');
      mustBeUnique([...ingress, ...added]);
      if (ingress.length + added.length > MAX_RULES)
        throw awsError(
          'RulesPerSecurityGroupLimitExceeded',
          'The maximum number of rules per security group has been reached.',
        );
      ingress = [...ingress, ...added];
      return { return: true, securityGroupRuleSet: added.map(view) };
    },
    revokeIngress(query) {
      mustBeMine(query);
      const byPermission = permissionsOf(query).map((wanted) => {
        const rule = ingress.find((one) => sameness(one) === sameness(wanted));
        if (rule) return rule;
        throw awsError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
      });
      const gone = [...texts(query, 'SecurityGroupRuleId').map(byId), ...byPermission];
      ingress = ingress.filter((rule) => !gone.includes(rule));
      return { return: true };
    },
    modifyRules(query) {
      mustBeMine(query);
      const changed = new Map(
        structures(query, 'SecurityGroupRule').map((change) => {
          const rule = byId(text(change, 'SecurityGroupRuleId'));
          const wanted = change['SecurityGroupRule'];
          return [rule, typeof wanted === 'object' ? { ...permissionOfRule(wanted), id: rule.id } : rule] as const;
        }),
      );
      const next = ingress.map((rule) => changed.get(rule) ?? rule);
      mustBeUnique(next);
      ingress = next;
      return { return: true };
    },
  };
}

export const VPC = 'vpc-0a1b2c3d4e5f60718';

function mustBeUnique(rules: Permission[]): void {
  const seen = new Set<string>();
  for (const rule of rules) {
    if (seen.has(sameness(rule)))
      throw awsError('InvalidPermission.Duplicate', `the specified rule "${permissionText(rule)}" already exists`);
    seen.add(sameness(rule));
  }
}

function unknownGroup(id: string): Error {
  return awsError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
}

function hex(): string {
  return randomBytes(9).toString('hex').slice(0, 17);
}
