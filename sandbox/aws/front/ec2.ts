import type { Addresses } from './addresses.ts';
import { awsError } from './error.ts';
import type { FaultQueue } from './faults.ts';
import { changeView, type Instances } from './instances.ts';
import type { Machine } from './machine.ts';
import { text, type Query } from './query.ts';
import type { SecurityGroup } from './security-group.ts';
import type { Answer } from './xml.ts';

export interface Ec2 {
  handles(action: string): boolean;
  /** Does the action as EC2 would, faults included. Throws an AwsError. */
  call(action: string, query: Query): Answer;
}

export interface Ec2Parts {
  machine: Machine;
  instances: Instances;
  addresses: Addresses;
  securityGroup: SecurityGroup;
  faults: FaultQueue;
}

/** The EC2 actions that the front answers itself, over one instance. */
export function createEc2({ machine, instances, addresses, securityGroup, faults }: Ec2Parts): Ec2 {
  const actions: Record<string, (query: Query) => Answer> = {
    DescribeInstances: instances.describe,
    DescribeInstanceStatus: instances.describeStatus,
    StartInstances: () => changeView(machine.start(faults.doom('StartInstances'))),
    StopInstances: () => changeView(machine.stop()),
    RebootInstances: () => {
      machine.reboot();
      return { return: true };
    },
    TerminateInstances: () => changeView(machine.terminate()),
    CreateTags: instances.createTags,
    DescribeTags: instances.describeTags,
    DescribeAddresses: addresses.describe,
    AllocateAddress: addresses.allocate,
    AssociateAddress: addresses.associate,
    DisassociateAddress: addresses.disassociate,
    ReleaseAddress: addresses.release,
    DescribeSecurityGroups: securityGroup.describeGroups,
    DescribeSecurityGroupRules: securityGroup.describeRules,
    AuthorizeSecurityGroupIngress: securityGroup.authorizeIngress,
    RevokeSecurityGroupIngress: securityGroup.revokeIngress,
    ModifySecurityGroupRules: securityGroup.modifyRules,
  };
  return {
    handles: (action) => Object.hasOwn(actions, action),
    call(action, query) {
      const fault = faults.error(action);
      if (fault) throw fault;
      instances.check(query);
      if (text(query, 'DryRun') === 'true')
        throw awsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
      const act = actions[action];
      if (!act) throw awsError('InvalidAction', `The action ${action} is not valid for this web service.`);
      return act(query);
    },
  };
}
