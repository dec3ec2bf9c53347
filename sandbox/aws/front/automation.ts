import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { documentOf } from './automation-document.ts';
import { runStep, type Execution, type StepOptions } from './automation-step.ts';
import { executionView } from './automation-view.ts';
import { awsError } from './error.ts';

/** A new execution shows as Pending for a moment. */
const PENDING_MS = 50;

export interface Automation {
  actions: Record<string, (input: Record<string, unknown>) => Record<string, unknown>>;
  /** Cancels what runs and waits for it. */
  stop(): Promise<void>;
}

/** SSM Automation for the two AWS runbooks that start and stop an instance; the steps really call EC2. */
export function createAutomation(options: StepOptions): Automation {
  const executions = new Map<string, Execution>();

  const find = (input: Record<string, unknown>): Execution => {
    const id = String(input['AutomationExecutionId']);
    const found = executions.get(id);
    if (found) return found;
    throw awsError('AutomationExecutionNotFoundException', `Automation execution ${id} does not exist.`);
  };

  return {
    actions: {
      StartAutomationExecution(input) {
        const { document, parameters } = documentOf(input);
        const token = typeof input['ClientToken'] === 'string' ? input['ClientToken'] : undefined;
        const known = [...executions.values()].find((one) => token !== undefined && one.token === token);
        if (known) return { AutomationExecutionId: known.id };
        const execution: Execution = {
          id: randomUUID(),
          ...(token === undefined ? {} : { token }),
          document,
          parameters,
          status: 'Pending',
          startedAt: Date.now(),
          steps: document.steps.map((step) => ({ id: randomUUID(), step, status: 'Pending' })),
          cancel: new AbortController(),
          done: Promise.resolve(),
        };
        executions.set(execution.id, execution);
        execution.done = run(execution, options);
        return { AutomationExecutionId: execution.id };
      },
      GetAutomationExecution: (input) => ({ AutomationExecution: executionView(find(input), true) }),
      DescribeAutomationExecutions: (input) => ({
        AutomationExecutionMetadataList: [...executions.values()]
          .reverse()
          .filter((one) => matches(one, input['Filters']))
          .map((one) => executionView(one, false)),
      }),
      StopAutomationExecution(input) {
        find(input).cancel.abort();
        return {};
      },
    },
    async stop() {
      for (const execution of executions.values()) execution.cancel.abort();
      await Promise.all([...executions.values()].map((execution) => execution.done));
    },
  };
}

/** All steps in order; a failed step of onFailure Abort ends the execution, and any failed step makes it Failed. */
async function run(execution: Execution, options: StepOptions): Promise<void> {
  await sleep(PENDING_MS);
  execution.status = 'InProgress';
  for (const one of execution.steps) {
    if (execution.cancel.signal.aborted) break;
    one.status = 'InProgress';
    one.startedAt = Date.now();
    const outcome = await runStep(one.step, execution, options);
    Object.assign(one, outcome, { endedAt: Date.now() });
    if (outcome.status !== 'Success' && one.step.onFailure === 'Abort') break;
  }
  const bad = execution.steps.find((one) => one.status === 'Failed' || one.status === 'TimedOut');
  execution.status = execution.cancel.signal.aborted ? 'Cancelled' : (bad?.status ?? 'Success');
  execution.endedAt = Date.now();
}

function matches(execution: Execution, filters: unknown): boolean {
  const list = Array.isArray(filters) ? (filters as { Key: string; Values: string[] }[]) : [];
  return list.every(({ Key, Values }) => {
    if (Key === 'ExecutionId') return Values.includes(execution.id);
    if (Key === 'ExecutionStatus') return Values.includes(execution.status);
    if (Key === 'DocumentNamePrefix') return Values.some((prefix) => execution.document.name.startsWith(prefix));
    throw awsError('InvalidFilterKey', `The filter key ${Key} is not valid.`);
  });
}
