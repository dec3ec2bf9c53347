import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import {
  GetAutomationExecutionCommand,
  StartAutomationExecutionCommand,
  type AutomationExecution,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { fail } from '../core/errors.ts';
import type { Automation, Machines, NodeState } from '../core/ports.ts';
import { calling, isAws } from './aws-errors.ts';

export interface MachinesOptions {
  ec2: EC2Client;
  ssm: SSMClient;
  /** ARN of the role that the runbook acts as; without it, the caller's own. */
  automationRole?: string;
}

const RUNBOOK = 'AWS-StartEC2Instance';

/** The EC2 instance. It is started by a runbook, so that each start has an execution that people can look at. */
export function machines({ ec2, ssm, automationRole }: MachinesOptions): Machines {
  return {
    async describe(instance) {
      const { Reservations = [] } = await calling(
        { action: 'ec2:DescribeInstances', resource: instance },
        ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance] })),
      );
      const found = Reservations.flatMap(({ Instances = [] }) => Instances)[0];
      if (found !== undefined) return stateOf(instance, found);
      throw fail('NodeGone', `There is no instance ${instance} in this region and account.`, { instance });
    },
    async start(instance) {
      const { AutomationExecutionId } = await calling(
        { action: 'ssm:StartAutomationExecution', resource: RUNBOOK },
        ssm.send(
          new StartAutomationExecutionCommand({
            DocumentName: RUNBOOK,
            Parameters: {
              InstanceId: [instance],
              ...(automationRole === undefined ? {} : { AutomationAssumeRole: [automationRole] }),
            },
          }),
        ),
      );
      if (AutomationExecutionId !== undefined) return AutomationExecutionId;
      throw fail('NodeStartFailed', `${RUNBOOK} began for ${instance} without an execution id.`, { instance });
    },
    async automation(id) {
      try {
        const { AutomationExecution: execution } = await ssm.send(
          new GetAutomationExecutionCommand({ AutomationExecutionId: id }),
        );
        return automationOf(id, execution ?? {});
      } catch (error) {
        if (isAws(error, 'AutomationExecutionNotFoundException')) {
          throw fail('NodeStartFailed', `There is no automation execution ${id}.`, { automation: id }, error);
        }
        return calling({ action: 'ssm:GetAutomationExecution', resource: id }, Promise.reject(error as Error));
      }
    },
  };
}

function stateOf(instance: string, found: Instance): NodeState {
  const power = found.State?.Name ?? 'pending';
  // StateTransitionReason is all there is once EC2 has forgotten the StateReason.
  const reason = found.StateReason?.Message ?? found.StateTransitionReason;
  return {
    instance,
    power,
    // EC2 may still show the address of a boot that has ended, when it belongs to somebody else already.
    ...(power === 'running' && found.PublicIpAddress ? { address: found.PublicIpAddress } : {}),
    ...(found.LaunchTime === undefined ? {} : { launchTime: found.LaunchTime.toISOString() }),
    ...(reason ? { reason } : {}),
  };
}

const ENDS: Record<string, Automation['status']> = {
  Success: 'succeeded',
  CompletedWithSuccess: 'succeeded',
  Failed: 'failed',
  CompletedWithFailure: 'failed',
  Rejected: 'failed',
  ChangeCalendarOverrideRejected: 'failed',
  Exited: 'failed',
  TimedOut: 'timed-out',
  Cancelled: 'cancelled',
};

/** Every status that is not an end is `running`: Pending, InProgress, Waiting, Cancelling and what may come. */
function automationOf(id: string, execution: AutomationExecution): Automation {
  const status = ENDS[execution.AutomationExecutionStatus ?? ''] ?? 'running';
  // The execution says which step failed; the step says why, in EC2's words.
  const texts = [execution.FailureMessage, ...(execution.StepExecutions ?? []).map((step) => step.FailureMessage)];
  const failure = [...new Set(texts.filter(Boolean))].join(' ');
  return { id, status, ...(status !== 'running' && failure !== '' ? { failure } : {}) };
}
