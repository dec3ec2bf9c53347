import { randomUUID } from 'node:crypto';
import { awsError } from './error.ts';
import {
  DOCUMENT,
  commandView,
  informationView,
  invocationView,
  listedView,
  type Command,
  type ScriptResult,
} from './command-view.ts';
import type { Machine } from './machine.ts';

/** Runs a shell script inside the instance; kills it after `timeoutMs` and when the signal aborts. */
export type RunScript = (script: string, timeoutMs: number, signal: AbortSignal) => Promise<ScriptResult>;

export interface RunCommand {
  actions: Record<string, (input: Record<string, unknown>) => Record<string, unknown>>;
  /** Cancels what runs and waits for it. */
  stop(): Promise<void>;
}

export interface RunCommandOptions {
  machine: Machine;
  /** Left out: an instance without the SSM agent, which SSM does not know. */
  runScript?: RunScript;
  /** How long a new command has no invocation yet: SSM is eventually consistent. */
  invocationMs: number;
}

/** SSM Run Command for AWS-RunShellScript, and the managed-instance list that tells whether it can work. */
export function createRunCommand({ machine, runScript, invocationMs }: RunCommandOptions): RunCommand {
  const commands = new Map<string, Command>();
  const online = (): boolean => runScript !== undefined && machine.life().state === 'running';

  const invocation = (input: Record<string, unknown>): Command => {
    const command = commands.get(String(input['CommandId']));
    const there = command !== undefined && Date.now() - command.requestedAt >= invocationMs;
    if (there && input['InstanceId'] === machine.id) return command;
    throw awsError(
      'InvocationDoesNotExist',
      'The command ID and managed node ID you specified did not match any invocations.',
    );
  };

  const actions: RunCommand['actions'] = {
    SendCommand(input) {
      const targets = Array.isArray(input['InstanceIds']) ? (input['InstanceIds'] as string[]) : [];
      if (String(input['DocumentName']) !== DOCUMENT)
        throw awsError('InvalidDocument', `Document with name ${String(input['DocumentName'])} does not exist.`);
      if (targets.length === 0 || !targets.every((id) => id === machine.id) || !online() || !runScript)
        throw awsError(
          'InvalidInstanceId',
          `Instances [[${targets.join(', ')}]] not in a valid state for account 000000000000`,
        );
      const command = newCommand(input);
      commands.set(command.id, command);
      command.done = execute(command, runScript);
      return { Command: commandView(command, machine.id) };
    },
    GetCommandInvocation: (input) => invocationView(invocation(input), machine.id),
    ListCommandInvocations: (input) => ({
      CommandInvocations: [...commands.values()]
        .filter((one) => input['CommandId'] === undefined || one.id === input['CommandId'])
        .filter(() => input['InstanceId'] === undefined || input['InstanceId'] === machine.id)
        .filter((one) => Date.now() - one.requestedAt >= invocationMs)
        .map((one) => listedView(one, machine.id, input['Details'] === true)),
    }),
    CancelCommand(input) {
      const command = commands.get(String(input['CommandId']));
      if (!command) throw awsError('InvalidCommandId', 'The command ID is not valid.');
      command.cancel.abort();
      return {};
    },
    DescribeInstanceInformation(input) {
      const wanted = idsOf(input);
      const shown = online() && (wanted === undefined || wanted.includes(machine.id));
      return { InstanceInformationList: shown ? [informationView(machine.id)] : [] };
    },
  };
  return {
    actions,
    async stop() {
      for (const command of commands.values()) command.cancel.abort();
      await Promise.all([...commands.values()].map((command) => command.done));
    },
  };
}

function newCommand(input: Record<string, unknown>): Command {
  const parameters = (input['Parameters'] ?? {}) as Record<string, string[]>;
  const unknown = Object.keys(parameters).find(
    (key) => !['commands', 'workingDirectory', 'executionTimeout'].includes(key),
  );
  if (unknown !== undefined || !parameters['commands']?.length)
    throw awsError('InvalidParameters', `Parameters of ${DOCUMENT} are not valid: ${unknown ?? 'commands is missing'}`);
  return {
    id: randomUUID(),
    comment: typeof input['Comment'] === 'string' ? input['Comment'] : '',
    parameters,
    requestedAt: Date.now(),
    status: 'Pending',
    cancel: new AbortController(),
    done: Promise.resolve(),
  };
}

/** The agent's part: the lines of `commands` are one script; only exit code 0 is Success. */
async function execute(command: Command, runScript: RunScript): Promise<void> {
  const { commands = [], workingDirectory, executionTimeout } = command.parameters;
  const timeoutMs = Number(executionTimeout?.[0] ?? 3600) * 1000;
  const directory = workingDirectory?.[0];
  const enter = directory ? [`cd '${directory.replaceAll("'", `'\\''`)}' || exit 1`] : [];
  command.status = 'InProgress';
  command.startedAt = Date.now();
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, command.cancel.signal]);
  const aborted = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
  try {
    const result = await Promise.race([runScript([...enter, ...commands].join('\n'), timeoutMs, signal), aborted]);
    if (result) command.result = result;
    command.status = result?.code === 0 ? 'Success' : 'Failed';
  } catch (error) {
    command.result = { code: -1, stdout: '', stderr: error instanceof Error ? error.message : String(error) };
    command.status = 'Failed';
  }
  if (timeout.aborted) command.status = 'TimedOut';
  if (command.cancel.signal.aborted) command.status = 'Cancelled';
  command.endedAt = Date.now();
}

function idsOf(input: Record<string, unknown>): string[] | undefined {
  const filters = [...asList(input['Filters']), ...asList(input['InstanceInformationFilterList'])];
  const byId = filters.find((filter) => (filter['Key'] ?? filter['key']) === 'InstanceIds');
  const values = byId?.['Values'] ?? byId?.['valueSet'];
  return Array.isArray(values) ? values.map(String) : undefined;
}

function asList(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}
