import {
  CancelCommandCommand,
  DescribeAutomationExecutionsCommand,
  DescribeInstanceInformationCommand,
  GetAutomationExecutionCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  StartAutomationExecutionCommand,
  StopAutomationExecutionCommand,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ID, pause, testFront, type TestFront } from './front.fixture.ts';

let t: TestFront;

beforeEach(async () => {
  t = await testFront();
});

afterEach(() => t.close());

describe('SSM Automation', () => {
  async function automate(DocumentName: string, InstanceId = ID) {
    const { AutomationExecutionId } = await t.ssm.send(
      new StartAutomationExecutionCommand({ DocumentName, Parameters: { InstanceId: [InstanceId] } }),
    );
    return { AutomationExecutionId, ended: () => finished(AutomationExecutionId) };
  }

  async function finished(AutomationExecutionId?: string) {
    for (;;) {
      const { AutomationExecution } = await t.ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId }));
      const status = AutomationExecution?.AutomationExecutionStatus ?? '';
      if (status !== 'Pending' && status !== 'InProgress') return AutomationExecution;
      await pause();
    }
  }

  test('starts and stops the instance, and ends when EC2 is there', async () => {
    const started = await automate('AWS-StartEC2Instance');
    const execution = await started.ended();
    expect(execution).toMatchObject({ AutomationExecutionStatus: 'Success', DocumentName: 'AWS-StartEC2Instance' });
    expect(execution?.StepExecutions).toMatchObject([
      { StepName: 'startInstances', Action: 'aws:changeInstanceState', StepStatus: 'Success' },
    ]);
    expect((await t.instance()).State?.Name).toBe('running');

    const stopped = await (await automate('AWS-StopEC2Instance')).ended();
    expect(stopped?.StepExecutions?.map((step) => [step.StepName, step.StepStatus])).toEqual([
      ['stopInstances', 'Success'],
      ['forceStopInstances', 'Success'],
    ]);
    expect((await t.instance()).State?.Name).toBe('stopped');
    const { AutomationExecutionMetadataList } = await t.ssm.send(
      new DescribeAutomationExecutionsCommand({ Filters: [{ Key: 'DocumentNamePrefix', Values: ['AWS-Start'] }] }),
    );
    expect(AutomationExecutionMetadataList?.map((one) => one.AutomationExecutionId)).toEqual([
      started.AutomationExecutionId,
    ]);
  });

  test('a refused call fails the step with the error of EC2', async () => {
    t.front.faults.next('StartInstances', 'InsufficientInstanceCapacity');
    const execution = await (await automate('AWS-StartEC2Instance')).ended();
    expect(execution?.AutomationExecutionStatus).toBe('Failed');
    expect(execution?.FailureMessage).toContain('Error Code: InsufficientInstanceCapacity');
    expect(execution?.StepExecutions?.[0]?.FailureMessage).toContain('Get Exception from StartInstances API');
  });

  test('an unknown instance and a silent stop fail it too', async () => {
    const unknown = await (await automate('AWS-StartEC2Instance', 'i-0fffffffffffffff0')).ended();
    expect(unknown?.FailureMessage).toContain('InvalidInstanceID.NotFound');
    t.front.faults.next('StartInstances', 'Client.InternalError');
    const silent = await (await automate('AWS-StartEC2Instance')).ended();
    expect(silent?.FailureMessage).toContain('Client.InternalError');
  });

  test('is cancelled', async () => {
    t.watchHardware();
    const { AutomationExecutionId } = await automate('AWS-StartEC2Instance');
    await t.ssm.send(new StopAutomationExecutionCommand({ AutomationExecutionId }));
    expect((await finished(AutomationExecutionId))?.AutomationExecutionStatus).toBe('Cancelled');
  });

  test('the same client token starts it once', async () => {
    const input = {
      DocumentName: 'AWS-StartEC2Instance',
      Parameters: { InstanceId: [ID] },
      ClientToken: '0b8dd2c5-5c1e-4f9b-9f2a-6a5a0a7c1f11',
    };
    const [one, two] = [
      await t.ssm.send(new StartAutomationExecutionCommand(input)),
      await t.ssm.send(new StartAutomationExecutionCommand(input)),
    ];
    expect(two.AutomationExecutionId).toBe(one.AutomationExecutionId);
  });

  test.each([
    [{ DocumentName: 'AWS-Nothing' }, 'AutomationDefinitionNotFoundException'],
    [{ DocumentName: 'AWS-StartEC2Instance' }, 'InvalidAutomationExecutionParametersException'],
    [
      { DocumentName: 'AWS-StartEC2Instance', Parameters: { InstanceId: [ID], Speed: ['fast'] } },
      'InvalidAutomationExecutionParametersException',
    ],
    [
      { DocumentName: 'AWS-StartEC2Instance', Parameters: { InstanceId: [ID], AutomationAssumeRole: ['me'] } },
      'InvalidAutomationExecutionParametersException',
    ],
  ])('refuses %j', async (input, name) => {
    await expect(t.ssm.send(new StartAutomationExecutionCommand(input))).rejects.toMatchObject({ name });
  });

  test('knows no other execution', async () => {
    await expect(
      t.ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: '3f1d2c5a-0000-4000-8000-000000000000' })),
    ).rejects.toMatchObject({ name: 'AutomationExecutionNotFoundException' });
  });
});

describe('SSM Run Command', () => {
  const send = async (commands: string[], more: Record<string, string[]> = {}): Promise<string | undefined> =>
    (
      await t.ssm.send(
        new SendCommandCommand({
          DocumentName: 'AWS-RunShellScript',
          InstanceIds: [ID],
          Parameters: { commands, ...more },
        }),
      )
    ).Command?.CommandId;

  async function ended(CommandId?: string) {
    for (;;) {
      const got = await t.ssm
        .send(new GetCommandInvocationCommand({ CommandId, InstanceId: ID }))
        .catch((error: Error) => {
          if (error.name === 'InvocationDoesNotExist') return undefined;
          throw error;
        });
      if (got && got.Status !== 'InProgress') return got;
      await pause();
    }
  }

  test('is refused while the instance does not run', async () => {
    await expect(send(['true'])).rejects.toMatchObject({ name: 'InvalidInstanceId' });
    expect((await t.ssm.send(new DescribeInstanceInformationCommand({}))).InstanceInformationList).toEqual([]);
  });

  test('really runs the script: output, exit code, limit', async () => {
    await t.start();
    await t.reach('running');
    expect((await t.ssm.send(new DescribeInstanceInformationCommand({}))).InstanceInformationList).toMatchObject([
      { InstanceId: ID, PingStatus: 'Online' },
    ]);
    const failing = await send(['cd /', 'pwd', 'echo "to $0" >&2', 'exit 3'], { workingDirectory: ['/tmp'] });
    expect(await ended(failing)).toMatchObject({
      Status: 'Failed',
      ResponseCode: 3,
      StandardOutputContent: '/\n',
      StandardErrorContent: 'to sh\n',
    });
    const long = await ended(await send(['head -c 30000 /dev/zero | tr "\\0" x']));
    expect(long).toMatchObject({ Status: 'Success', ResponseCode: 0 });
    expect(long.StandardOutputContent).toHaveLength(24_000);
    const { CommandInvocations } = await t.ssm.send(
      new ListCommandInvocationsCommand({ CommandId: failing, Details: true }),
    );
    expect(CommandInvocations).toMatchObject([{ Status: 'Failed', CommandPlugins: [{ ResponseCode: 3 }] }]);
  });

  test('has no invocation yet when it is new', async () => {
    await t.close();
    t = await testFront({ invocationMs: 3_600_000 });
    await t.start();
    await t.reach('running');
    await expect(
      t.ssm.send(new GetCommandInvocationCommand({ CommandId: await send(['true']), InstanceId: ID })),
    ).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
  });

  test('is cancelled, and times out', async () => {
    await t.start();
    await t.reach('running');
    const CommandId = await send(['exec sleep 30']);
    await t.ssm.send(new CancelCommandCommand({ CommandId }));
    expect((await ended(CommandId)).Status).toBe('Cancelled');
    expect((await ended(await send(['exec sleep 30'], { executionTimeout: ['1'] }))).Status).toBe('TimedOut');
  });
});
