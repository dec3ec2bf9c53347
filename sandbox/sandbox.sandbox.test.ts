import { join } from 'node:path';
import {
  DescribeInstancesCommand,
  EC2Client,
  StartInstancesCommand,
  waitUntilInstanceRunning,
} from '@aws-sdk/client-ec2';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  SSMClient,
  SendCommandCommand,
  waitUntilCommandExecuted,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientConfig } from './aws/client.ts';
import { waitUntil } from './host/daemon.ts';
import { run } from './host/run.ts';
import { startSandbox, type Sandbox } from './sandbox.ts';
import { prepareAll } from './setup/prepare.ts';
import { createProgress } from './setup/progress.mjs';

let sandbox: Sandbox;
let ec2: EC2Client;
let ssm: SSMClient;
beforeAll(async () => {
  const progress = createProgress();
  const repo = join(import.meta.dirname, '..');
  sandbox = await startSandbox({ repo, preparation: prepareAll({ progress }), progress, mode: 'node' });
  progress.close();
  ec2 = new EC2Client(clientConfig(sandbox.aws.endpoint));
  ssm = new SSMClient(clientConfig(sandbox.aws.endpoint));
});
afterAll(async () => {
  ec2.destroy();
  ssm.destroy();
  await sandbox.stop();
});

const ids = () => ({ InstanceIds: [sandbox.aws.instanceId] });
const InstanceId = () => sandbox.aws.instanceId;

async function send(...commands: string[]): Promise<string> {
  const parameters = { DocumentName: 'AWS-RunShellScript', Parameters: { commands }, ...ids() };
  return (await ssm.send(new SendCommandCommand(parameters))).Command?.CommandId ?? '';
}

async function outcome(CommandId: string) {
  const patience = { client: ssm, maxWaitTime: 120, minDelay: 1, maxDelay: 1 };
  // The waiter throws when the command failed; what it came to is asked for in any case.
  await waitUntilCommandExecuted(patience, { CommandId, InstanceId: InstanceId() }).catch(() => undefined);
  return ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId: InstanceId() }));
}

test('SSM knows no stopped instance, and runs nothing on it', async () => {
  await expect(send('hostname')).rejects.toMatchObject({ name: 'InvalidInstanceId' });
  expect((await ssm.send(new DescribeInstanceInformationCommand({}))).InstanceInformationList).toEqual([]);
});

test('SSM Run Command runs on the instance: its name, its address, its logs, its exit codes', async () => {
  await ec2.send(new StartInstancesCommand(ids()));
  await waitUntilInstanceRunning({ client: ec2, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, ids());
  const { Reservations } = await ec2.send(new DescribeInstancesCommand(ids()));
  const address = Reservations?.[0]?.Instances?.[0]?.PublicIpAddress ?? '';
  // EC2 says `running` when the computer is on; what it starts comes later.
  const started = 'until [ -e /var/log/kube-apiserver.log ]; do sleep 0.1; done';
  const seen = await outcome(await send('hostname', 'ip -4 -o addr show eth0', started, 'ls /var/log'));
  expect(seen).toMatchObject({ Status: 'Success', ResponseCode: 0 });
  const lines = seen.StandardOutputContent?.split('\n') ?? [];
  expect(lines[0]).toBe(sandbox.machine.nodeName);
  expect(seen.StandardOutputContent).toContain(`inet ${address}/`);
  expect(lines).toContain('kube-apiserver.log');

  const failed = await outcome(await send('echo no such thing >&2', 'exit 3'));
  expect(failed).toMatchObject({ Status: 'Failed', ResponseCode: 3, StandardErrorContent: 'no such thing\n' });
});

test('kubectl and a kubeconfig for the address of the moment lie in the sandbox’s folder', async () => {
  const { dir } = sandbox.workspace;
  const command = ['--kubeconfig', join(dir, 'kubeconfig'), 'get', 'nodes', '-o', 'name'];
  const nodes = async () => (await run(join(dir, 'kubectl'), command, { check: false })).stdout.trim();
  await waitUntil('The node', async () => (await nodes()) !== '', { timeoutMs: 60_000, everyMs: 500 });
  expect(await nodes()).toBe(`node/${sandbox.machine.nodeName}`);
});
