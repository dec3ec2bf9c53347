import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  ReleaseAddressCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, waitUntil, type Daemon } from '../../host/daemon.ts';
import { freePort } from '../../host/port.ts';
import { openWorkspace, type Workspace } from '../../host/workspace.ts';
import { createProgress } from '../../setup/progress.mjs';
import { motoServer } from '../../setup/python.mjs';
import { clientConfig } from '../client.ts';
import { startFront, type Front } from './front.ts';

/** The same calls to the front and to moto, where moto does what EC2 does: error codes and the shapes of answers. */
interface Cloud {
  ec2: EC2Client;
  instanceId: string;
  groupId: string;
}

let workspace: Workspace;
let daemon: Daemon;
let front: Front;
let ours: Cloud;
let moto: Cloud;

beforeAll(async () => {
  const bin = await motoServer(createProgress());
  workspace = await openWorkspace();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['-H', '127.0.0.1', '-p', String(port)];
  daemon = startDaemon(workspace, { name: 'moto', command: bin, args });
  await waitUntil('moto', async () => (await fetch(`${url}/moto-api/`)).ok, { timeoutMs: 30_000, daemon });
  moto = await motoCloud(url);

  const instanceId = 'i-0123456789abcdef0';
  let host = 1;
  front = await startFront({
    upstream: () => url,
    instanceId,
    openPorts: [],
    nextPublicIp: () => `203.0.113.${host++}`,
    delays: { pendingMs: 0, stoppingMs: 0 },
    hardware: { powerOn: async () => undefined, powerOff: async () => undefined },
  });
  ours = {
    ec2: new EC2Client({ ...clientConfig(front.url), maxAttempts: 1 }),
    instanceId,
    groupId: front.securityGroupId,
  };
});

afterAll(async () => {
  ours?.ec2.destroy();
  moto?.ec2.destroy();
  await front?.stop();
  await daemon?.stop();
  await workspace?.close();
});

async function motoCloud(url: string): Promise<Cloud> {
  const ec2 = new EC2Client({ ...clientConfig(url), maxAttempts: 1 });
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupNames: ['default'] }));
  const groupId = SecurityGroups?.[0]?.GroupId ?? '';
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 1, MaxCount: 1, SecurityGroupIds: [groupId] }),
  );
  return { ec2, instanceId: Instances?.[0]?.InstanceId ?? '', groupId };
}

type Call = (cloud: Cloud) => Promise<object>;

async function codeOf(call: Call, cloud: Cloud): Promise<[string, number | undefined]> {
  return call(cloud).then(
    () => ['no error', 200],
    (error: Error & { $metadata?: { httpStatusCode?: number } }) => [error.name, error.$metadata?.httpStatusCode],
  );
}

const rule = (port: number): object => ({
  IpPermissions: [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '192.0.2.9/32' }] }],
});
const authorize =
  (port: number): Call =>
  ({ ec2, groupId }) =>
    ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, ...rule(port) }));
const revoke =
  (port: number): Call =>
  ({ ec2, groupId }) =>
    ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: groupId, ...rule(port) }));

describe('error codes and statuses are those of moto', () => {
  const unknown = 'i-0fffffffffffffff0';
  test.each<[string, Call, string]>([
    [
      'describe an unknown instance',
      ({ ec2 }) => ec2.send(new DescribeInstancesCommand({ InstanceIds: [unknown] })),
      'InvalidInstanceID.NotFound',
    ],
    [
      'start an unknown instance',
      ({ ec2 }) => ec2.send(new StartInstancesCommand({ InstanceIds: [unknown] })),
      'InvalidInstanceID.NotFound',
    ],
    [
      'stop an unknown instance',
      ({ ec2 }) => ec2.send(new StopInstancesCommand({ InstanceIds: [unknown] })),
      'InvalidInstanceID.NotFound',
    ],
    [
      'dry run',
      ({ ec2, instanceId }) => ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId], DryRun: true })),
      'DryRunOperation',
    ],
    [
      'release an unknown address',
      ({ ec2 }) => ec2.send(new ReleaseAddressCommand({ AllocationId: 'eipalloc-0fffffffffffffff0' })),
      'InvalidAllocationID.NotFound',
    ],
    [
      'describe an unknown security group',
      ({ ec2 }) => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0fffffffffffffff0'] })),
      'InvalidGroup.NotFound',
    ],
    ['add a rule', authorize(81), 'no error'],
    ['add it again', authorize(81), 'InvalidPermission.Duplicate'],
    ['remove it', revoke(81), 'no error'],
    ['remove it again', revoke(81), 'InvalidPermission.NotFound'],
  ])('%s', async (_, call, code) => {
    const mine = await codeOf(call, ours);
    expect(mine).toEqual(await codeOf(call, moto));
    expect(mine[0]).toBe(code);
  });
});

/** Fields of EC2's API model that moto does not fill in. */
const NOT_IN_MOTO = ['.SecurityGroupRules[].GroupOwnerId:string'];

/** The paths of all fields that an answer has, list positions left out. */
function shape(value: unknown, path = ''): string[] {
  if (value instanceof Date || typeof value !== 'object' || value === null) return [`${path}:${typeof value}`];
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => shape(item, `${path}[]`)))];
  return Object.entries(value).flatMap(([key, child]) => (key === '$metadata' ? [] : shape(child, `${path}.${key}`)));
}

describe('each field is where moto has it, with the same type', () => {
  test.each<[string, Call]>([
    ['a started instance', ({ ec2, instanceId }) => ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }))],
    ['an instance', ({ ec2, instanceId }) => ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))],
    ['a new rule', authorize(82)],
    ['rules', ({ ec2 }) => ec2.send(new DescribeSecurityGroupRulesCommand({}))],
    ['a group', ({ ec2, groupId }) => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [groupId] }))],
    ['a stopped instance', ({ ec2, instanceId }) => ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }))],
  ])('%s', async (_, call) => {
    const [mine, theirs] = [shape(await call(ours)), shape(await call(moto))];
    const onlyMine = mine.filter((field) => !theirs.includes(field) && !NOT_IN_MOTO.includes(field));
    expect(onlyMine).toEqual([]);
    expect(mine.length).toBeGreaterThan(2);
  });
});
