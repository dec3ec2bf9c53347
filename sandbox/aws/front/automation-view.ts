import type { Execution, StepRun } from './automation-step.ts';

/** AutomationExecution of GetAutomationExecution, or with `withSteps` false its short form in a list. */
export function executionView(execution: Execution, withSteps: boolean): Record<string, unknown> {
  const { id, document, parameters, status, startedAt, endedAt, steps } = execution;
  const current = steps.find((one) => one.status === 'InProgress');
  return {
    AutomationExecutionId: id,
    DocumentName: document.name,
    DocumentVersion: '1',
    AutomationExecutionStatus: status,
    ExecutionStartTime: startedAt / 1000,
    ExecutionEndTime: endedAt === undefined ? undefined : endedAt / 1000,
    ExecutedBy: 'arn:aws:iam::000000000000:root',
    Mode: 'Auto',
    Outputs: {},
    FailureMessage: steps.find((one) => one.failure !== undefined)?.failure,
    CurrentStepName: current?.step.name,
    CurrentAction: current && 'aws:changeInstanceState',
    ...(withSteps
      ? {
          Parameters: parameters,
          StepExecutions: steps.map((one) => stepView(one, parameters)),
          StepExecutionsTruncated: false,
        }
      : { AutomationType: 'Local' }),
  };
}

function stepView(one: StepRun, parameters: Record<string, string[]>): Record<string, unknown> {
  const { id, step, status, startedAt, endedAt, failure } = one;
  return {
    StepExecutionId: id,
    StepName: step.name,
    Action: 'aws:changeInstanceState',
    StepStatus: status,
    OnFailure: step.onFailure,
    ExecutionStartTime: startedAt === undefined ? undefined : startedAt / 1000,
    ExecutionEndTime: endedAt === undefined ? undefined : endedAt / 1000,
    Inputs: {
      InstanceIds: JSON.stringify(parameters['InstanceId']),
      DesiredState: JSON.stringify(step.desired),
      ...(step.force ? { Force: 'true' } : {}),
    },
    Outputs: status === 'Success' ? { InstanceStates: [step.desired] } : {},
    FailureMessage: failure,
    IsCritical: true,
  };
}
