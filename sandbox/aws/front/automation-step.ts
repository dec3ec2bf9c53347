import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Document, Step } from './automation-document.ts';
import type { Ec2 } from './ec2.ts';
import { isAwsError } from './error.ts';
import type { Machine } from './machine.ts';

export type Status = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

/** One step of an execution; times in milliseconds since the epoch. */
export interface StepRun {
  id: string;
  step: Step;
  status: Status;
  startedAt?: number;
  endedAt?: number;
  failure?: string;
}

export interface Execution {
  id: string;
  token?: string;
  document: Document;
  parameters: Record<string, string[]>;
  status: Status;
  startedAt: number;
  endedAt?: number;
  steps: StepRun[];
  cancel: AbortController;
  done: Promise<void>;
}

export interface StepOptions {
  ec2: Ec2;
  machine: Machine;
  /** How long one step may take, milliseconds; AWS' default is one hour. */
  stepTimeoutMs: number;
}

const POLL_MS = 50;

/** aws:changeInstanceState: the call, then polling until the state is there and, for running, both status checks are ok. */
export async function runStep(
  { desired, force }: Step,
  { parameters, cancel }: Execution,
  { ec2, machine, stepTimeoutMs }: StepOptions,
): Promise<{ status: Status; failure?: string }> {
  const action = desired === 'running' ? 'StartInstances' : 'StopInstances';
  const ids = Object.fromEntries((parameters['InstanceId'] ?? []).map((id, index) => [String(index + 1), id]));
  const end = Date.now() + stepTimeoutMs;
  try {
    ec2.call(action, { InstanceId: ids, ...(force ? { Force: 'true' } : {}) });
  } catch (error) {
    return { status: 'Failed', failure: callFailure(action, error) };
  }
  while (!cancel.signal.aborted) {
    const { state, stateReason } = machine.life();
    if (state === desired && (desired === 'stopped' || machine.status() === 'ok')) return { status: 'Success' };
    if (state === 'terminated' || (desired === 'running' && state === 'stopped'))
      return {
        status: 'Failed',
        failure: pollFailure(`Instance ${machine.id} unexpectedly ${state}: ${stateReason?.message}.`),
      };
    if (Date.now() > end)
      return { status: 'TimedOut', failure: pollFailure('Step timed out while waiting for the instance state.') };
    await sleep(POLL_MS);
  }
  return { status: 'Cancelled' };
}

const GUIDE = 'Please refer to Automation Service Troubleshooting Guide for more diagnosis details.';

/** As Automation reports a refused call: the service's message with the SDK's error details. */
function callFailure(action: string, error: unknown): string {
  const [code, status, message] = isAwsError(error)
    ? [error.code, error.status, error.message]
    : ['InternalError', 500, String(error)];
  const details = `Service: AmazonEC2; Status Code: ${status}; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null`;
  return `Step fails when it is Execute/Cancelling action. Get Exception from ${action} API of ec2 Service. Exception Message from ${action} API: [${message} (${details})]. ${GUIDE}`;
}

/** The shape of Automation's other failures, with wording of our own. */
function pollFailure(what: string): string {
  return `Step fails when it is Poll action status for completion. ${what} ${GUIDE}`;
}
