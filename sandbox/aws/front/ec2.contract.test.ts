import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DescribeAddressesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DisassociateAddressCommand,
  ModifySecurityGroupRulesCommand,
  RebootInstancesCommand,
  ReleaseAddressCommand,
  RevokeSecurityGroupIngressCommand,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ID, testFront, type TestFront } from './front.fixture.ts';

let t: TestFront;

beforeEach(async () => {
  t = await testFront();
});

afterEach(() => t.close());

describe('EC2 instance', () => {
  test('starts at a new address each time, through states that take time', async () => {
    t.watchHardware();
    const off = await t.instance();
    expect(off.State).toEqual({ Code: 80, Name: 'stopped' });
    expect(off.PublicIpAddress).toBeUndefined();

    const { StartingInstances } = await t.ec2.send(new StartInstancesCommand({ InstanceIds: [ID] }));
    expect(StartingInstances).toEqual([
      { InstanceId: ID, CurrentState: { Code: 0, Name: 'pending' }, PreviousState: { Code: 80, Name: 'stopped' } },
    ]);
    const first = await t.reach('running');
    expect([first.seen, first.addresses]).toEqual([['pending', 'running'], []]);
    expect(first.instance).toMatchObject({ PublicIpAddress: '203.0.113.10', PrivateIpAddress: '10.0.0.10' });
    expect(first.instance.StateReason).toBeUndefined();
    expect(first.instance.SecurityGroups).toEqual([{ GroupId: t.front.securityGroupId, GroupName: 'k3s-node' }]);

    await t.stop();
    const halted = await t.reach('stopped');
    expect([halted.seen, halted.addresses, halted.instance.PublicIpAddress]).toEqual([
      ['stopping', 'stopped'],
      [],
      undefined,
    ]);
    expect(halted.instance.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
    expect(halted.instance.StateTransitionReason).toMatch(/^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$/);

    await t.start();
    const second = await t.reach('running');
    expect(second.instance.PublicIpAddress).toBe('203.0.113.11');
    expect(second.instance.LaunchTime?.getTime()).toBeGreaterThan(first.instance.LaunchTime?.getTime() ?? Infinity);
    expect(t.power).toEqual(['on 203.0.113.10', 'off', 'on 203.0.113.11']);
  });

  test('start of running and stop of stopped change nothing', async () => {
    await t.stop();
    expect((await t.instance()).State?.Name).toBe('stopped');
    await t.start();
    await t.reach('running');
    await t.start();
    expect((await t.instance()).State?.Name).toBe('running');
    expect(t.power).toEqual(['on 203.0.113.10']);
  });

  test('reboot keeps the address and the launch time', async () => {
    await t.start();
    const { instance: before } = await t.reach('running');
    await t.ec2.send(new RebootInstancesCommand({ InstanceIds: [ID] }));
    const { instance: after } = await t.reach('running');
    expect(after.PublicIpAddress).toBe(before.PublicIpAddress);
    expect(after.LaunchTime).toEqual(before.LaunchTime);
    await expect.poll(() => t.power, { timeout: 30_000 }).toEqual(['on 203.0.113.10', 'off', 'on 203.0.113.10']);
  });

  test('refuses what its state does not allow', async () => {
    t.watchHardware();
    await t.start();
    await expect(t.stop()).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
    await t.reach('running');
    await t.stop();
    await expect(t.start()).rejects.toMatchObject({
      name: 'IncorrectInstanceState',
      message: `The instance '${ID}' is not in a state from which it can be started.`,
      $metadata: { httpStatusCode: 400 },
    });
    await t.ec2.send(new TerminateInstancesCommand({ InstanceIds: [ID] }));
    await t.reach('terminated');
    await expect(t.start()).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
    await expect(t.stop()).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
  });

  test.each([
    ['i-0fffffffffffffff0', 'InvalidInstanceID.NotFound'],
    ['nonsense', 'InvalidInstanceID.Malformed'],
  ])('knows no %s', async (id, name) => {
    const ids = { InstanceIds: [id] };
    await expect(t.ec2.send(new DescribeInstancesCommand(ids))).rejects.toMatchObject({ name });
    await expect(t.ec2.send(new StartInstancesCommand(ids))).rejects.toMatchObject({ name });
  });

  test('a dry run acts on nothing', async () => {
    await expect(t.ec2.send(new StartInstancesCommand({ InstanceIds: [ID], DryRun: true }))).rejects.toMatchObject({
      name: 'DryRunOperation',
      $metadata: { httpStatusCode: 412 },
    });
    expect((await t.instance()).State?.Name).toBe('stopped');
  });

  test('filters by state and tag, also new ones', async () => {
    await t.ec2.send(new CreateTagsCommand({ Resources: [ID], Tags: [{ Key: 'env', Value: 'a&b' }] }));
    const count = async (Name: string, Value: string): Promise<number> =>
      (await t.ec2.send(new DescribeInstancesCommand({ Filters: [{ Name, Values: [Value] }] }))).Reservations?.length ??
      0;
    expect(await count('instance-state-name', 'stopped')).toBe(1);
    expect(await count('instance-state-name', 'running')).toBe(0);
    expect(await count('tag:env', 'a&b')).toBe(1);
    expect(await count('tag:env', 'other')).toBe(0);
    expect((await t.instance()).Tags).toContainEqual({ Key: 'env', Value: 'a&b' });
  });

  test('has its status checks after it runs', async () => {
    expect((await t.ec2.send(new DescribeInstanceStatusCommand({}))).InstanceStatuses).toEqual([]);
    await t.start();
    await t.reach('running');
    const status = async (): Promise<string | undefined> =>
      (await t.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [ID] }))).InstanceStatuses?.[0]?.InstanceStatus
        ?.Status;
    await expect.poll(status, { timeout: 30_000 }).toBe('ok');
  });
});

describe('EC2 faults', () => {
  test.each([
    ['InsufficientInstanceCapacity', 500, /sufficient capacity/],
    ['UnauthorizedOperation', 403, /Encoded authorization failure message: \S{20,}/],
    ['RequestLimitExceeded', 503, /Request limit exceeded/],
  ])('%s has the status of AWS and happens once', async (name, httpStatusCode, message) => {
    t.front.faults.next('StartInstances', name);
    await expect(t.start()).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
      $metadata: { httpStatusCode },
    });
    await t.start();
    await t.reach('running');
  });

  test('a start may end in stopped, silently', async () => {
    t.front.faults.next('StartInstances', 'Client.InternalError');
    expect(await t.start()).toMatchObject({ StartingInstances: [{ CurrentState: { Name: 'pending' } }] });
    const { instance: after } = await t.reach('stopped');
    expect(after.StateReason?.Code).toBe('Client.InternalError');
    expect(t.power).toEqual([]);
  });

  test('hardware that does not boot shows as a failed launch', async () => {
    t.breakHardware();
    await t.start();
    const { instance: after } = await t.reach('stopped');
    expect(after.StateReason?.Code).toBe('Server.InternalError');
  });

  test('a power loss shows as stopped', async () => {
    await t.start();
    await t.reach('running');
    t.front.powerLost();
    const after = await t.instance();
    expect(after.State?.Name).toBe('stopped');
    expect(after.PublicIpAddress).toBeUndefined();
  });
});

describe('Elastic IP', () => {
  test('is kept over stop and start, and not released while associated', async () => {
    const { AllocationId, PublicIp } = await t.ec2.send(new AllocateAddressCommand({}));
    const { AssociationId } = await t.ec2.send(new AssociateAddressCommand({ AllocationId, InstanceId: ID }));
    for (let boot = 0; boot < 2; boot++) {
      await t.start();
      expect((await t.reach('running')).instance.PublicIpAddress).toBe(PublicIp);
      await t.stop();
      expect((await t.reach('stopped')).instance.PublicIpAddress).toBe(PublicIp);
    }
    expect(t.power).toEqual([`on ${PublicIp}`, 'off', `on ${PublicIp}`, 'off']);
    const { Addresses } = await t.ec2.send(new DescribeAddressesCommand({}));
    expect(Addresses).toMatchObject([{ AllocationId, AssociationId, InstanceId: ID, PublicIp }]);

    const release = (): Promise<unknown> => t.ec2.send(new ReleaseAddressCommand({ AllocationId }));
    await expect(release()).rejects.toMatchObject({ name: 'InvalidIPAddress.InUse' });
    await t.ec2.send(new DisassociateAddressCommand({ AssociationId }));
    await release();
    await expect(release()).rejects.toMatchObject({ name: 'InvalidAllocationID.NotFound' });
    await t.start();
    expect((await t.reach('running')).instance.PublicIpAddress).not.toBe(PublicIp);
  });
});

describe('security group', () => {
  test('a rule is added, found, changed and removed', async () => {
    const GroupId = t.front.securityGroupId;
    const rule = (cidr: string, Description?: string): object => ({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 31_445, ToPort: 31_445, IpRanges: [{ CidrIp: cidr, Description }] },
      ],
    });
    const added = await t.ec2.send(new AuthorizeSecurityGroupIngressCommand(rule('192.0.2.1/32', 'app <1>') as never));
    const SecurityGroupRuleId = added.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '';
    expect(SecurityGroupRuleId).toMatch(/^sgr-[0-9a-f]{17}$/);

    const { SecurityGroupRules } = await t.ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }),
    );
    expect(SecurityGroupRules).toContainEqual(
      expect.objectContaining({
        SecurityGroupRuleId,
        CidrIpv4: '192.0.2.1/32',
        FromPort: 31_445,
        Description: 'app <1>',
      }),
    );
    expect(SecurityGroupRules?.filter((one) => one.IsEgress)).toHaveLength(1);

    await t.ec2.send(
      new ModifySecurityGroupRulesCommand({
        GroupId,
        SecurityGroupRules: [
          {
            SecurityGroupRuleId,
            SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 31_445, ToPort: 31_445, CidrIpv4: '192.0.2.2/32' },
          },
        ],
      }),
    );
    const groups = await t.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }));
    expect(groups.SecurityGroups?.[0]?.IpPermissions).toMatchObject([
      { FromPort: 6443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      { FromPort: 31_445, IpRanges: [{ CidrIp: '192.0.2.2/32' }] },
    ]);
    await t.ec2.send(new RevokeSecurityGroupIngressCommand(rule('192.0.2.2/32') as never));
    await expect(
      t.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [SecurityGroupRuleId] })),
    ).rejects.toMatchObject({ name: 'InvalidSecurityGroupRuleId.NotFound' });
  });
});
