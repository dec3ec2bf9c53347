export interface ScriptResult {
  code: number;
  stdout: string;
  stderr: string;
}

type Status = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

/** One command on the one instance; times in milliseconds since the epoch. */
export interface Command {
  id: string;
  comment: string;
  parameters: Record<string, string[]>;
  requestedAt: number;
  startedAt?: number;
  endedAt?: number;
  status: Status;
  result?: ScriptResult;
  cancel: AbortController;
  done: Promise<void>;
}

export const DOCUMENT = 'AWS-RunShellScript';

/** What SSM keeps of an output in GetCommandInvocation, and in ListCommandInvocations. */
const [OUTPUT_LIMIT, LISTED_OUTPUT_LIMIT] = [24_000, 2_500];

export function commandView(command: Command, instanceId: string): Record<string, unknown> {
  return {
    CommandId: command.id,
    DocumentName: DOCUMENT,
    DocumentVersion: '$DEFAULT',
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: [instanceId],
    RequestedDateTime: command.requestedAt / 1000,
    Status: 'Pending',
    StatusDetails: 'Pending',
    TargetCount: 1,
    CompletedCount: 0,
    ErrorCount: 0,
  };
}

export function invocationView(command: Command, instanceId: string): Record<string, unknown> {
  const { id, comment, status, startedAt, endedAt, result } = command;
  return {
    CommandId: id,
    InstanceId: instanceId,
    Comment: comment,
    DocumentName: DOCUMENT,
    DocumentVersion: '$DEFAULT',
    PluginName: 'aws:runShellScript',
    ResponseCode: result?.code ?? -1,
    ExecutionStartDateTime: startedAt === undefined ? '' : new Date(startedAt).toISOString(),
    ExecutionEndDateTime: endedAt === undefined ? '' : new Date(endedAt).toISOString(),
    Status: status,
    StatusDetails: detailsOf(status),
    StandardOutputContent: (result?.stdout ?? '').slice(0, OUTPUT_LIMIT),
    StandardOutputUrl: '',
    StandardErrorContent: (result?.stderr ?? '').slice(0, OUTPUT_LIMIT),
    StandardErrorUrl: '',
  };
}

export function listedView(command: Command, instanceId: string, details: boolean): Record<string, unknown> {
  const { id, comment, status, requestedAt, startedAt, endedAt, result } = command;
  const plugin = {
    Name: 'aws:runShellScript',
    Status: status,
    StatusDetails: detailsOf(status),
    ResponseCode: result?.code ?? -1,
    ResponseStartDateTime: startedAt && startedAt / 1000,
    ResponseFinishDateTime: endedAt && endedAt / 1000,
    Output: `${result?.stdout ?? ''}${result?.stderr ?? ''}`.slice(0, LISTED_OUTPUT_LIMIT),
  };
  return {
    CommandId: id,
    InstanceId: instanceId,
    Comment: comment,
    DocumentName: DOCUMENT,
    RequestedDateTime: requestedAt / 1000,
    Status: status,
    StatusDetails: detailsOf(status),
    CommandPlugins: details ? [plugin] : [],
  };
}

function detailsOf(status: Status): string {
  return status === 'TimedOut' ? 'Execution Timed Out' : status;
}

/** SSM leaves out instances that are not running. */
export function informationView(instanceId: string): Record<string, unknown> {
  return {
    InstanceId: instanceId,
    PingStatus: 'Online',
    LastPingDateTime: Date.now() / 1000,
    AgentVersion: '3.3.0.0',
    PlatformType: 'Linux',
    PlatformName: 'Debian GNU/Linux',
    ResourceType: 'EC2Instance',
  };
}
