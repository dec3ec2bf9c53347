import { fail, ReleaseError } from '../errors.ts';
import type { Clock, Machines, NodeState } from '../ports.ts';
import type { Say } from './step.ts';

export interface AwakeNode {
  instance: string;
  address: string;
  launchTime: string;
  /** True when this release started it. */
  started: boolean;
}

export interface WakeOptions {
  environment: string;
  instance: string;
  wakeOnDeploy: boolean;
  timeoutMs: number;
}

const POLL_MS = 1_000;
const LONGEST_POLL_MS = 15_000;

/**
 * Makes sure that the node runs, and learns its public address. Starts a stopped one by SSM Automation.
 * Goes on as soon as EC2 says running with an address: the status checks of the runbook take minutes more, and the
 * Kubernetes API is asked itself in the next phase. Safe to run again: a start of a running instance is never made. While AWS
 * limits the rate or does not answer, it is asked again, less often, until the time is up.
 */
export async function wake(
  ports: { machines: Machines; clock: Clock },
  options: WakeOptions,
  say: Say,
  signal: AbortSignal,
): Promise<AwakeNode> {
  const { instance } = options;
  const deadline = ports.clock.now().getTime() + options.timeoutMs;
  let automation: string | undefined;
  let refusals = 0;
  for (;;) {
    let late: ReleaseError;
    try {
      const node = await ports.machines.describe(instance);
      if (node.power === 'running' && node.address !== undefined && node.launchTime !== undefined) {
        say(`${instance} runs at ${node.address}`);
        return { instance, address: node.address, launchTime: node.launchTime, started: automation !== undefined };
      }
      if (node.power === 'terminated' || node.power === 'shutting-down')
        throw fail('NodeGone', `Instance ${instance} is ${node.power}; it cannot be started again.`, { instance });
      if (node.power === 'stopped') automation = await startOrExplain(ports.machines, node, options, automation, say);
      say(waitsFor(node, automation));
      refusals = 0;
      late = tooLate(node, options);
    } catch (error) {
      if (!isPassing(error)) throw error;
      say(`waiting for AWS: ${error.message}`);
      refusals++;
      late = error;
    }
    if (ports.clock.now().getTime() > deadline) throw late;
    await ports.clock.sleep(Math.min(POLL_MS * 2 ** refusals, LONGEST_POLL_MS), signal);
  }
}

function isPassing(error: unknown): error is ReleaseError {
  return error instanceof ReleaseError && (error.code === 'ThrottledByAws' || error.code === 'AwsUnavailable');
}

async function startOrExplain(
  machines: Machines,
  node: NodeState,
  options: WakeOptions,
  automation: string | undefined,
  say: Say,
): Promise<string> {
  const { instance, environment } = options;
  if (automation === undefined) {
    if (!options.wakeOnDeploy)
      throw fail('NodeAsleep', `Instance ${instance} of ${environment} is stopped, and wakeOnDeploy is false.`, {
        environment,
        instance,
      });
    say(`starting ${instance} by SSM Automation`);
    return machines.start(instance);
  }
  const run = await machines.automation(automation);
  if (run.status === 'running') return automation;
  // EC2 may accept the start and stop the instance again a moment later: the reason is then on the instance only.
  throw startFailure(
    instance,
    [run.failure, node.reason].filter((text) => text !== undefined).join(' ') ||
      `the automation ${automation} ended with ${run.status}`,
  );
}

/** Sorts EC2's own words for a start that failed. */
export function startFailure(instance: string, text: string): ReleaseError {
  if (/InsufficientInstanceCapacity|InsufficientHostCapacity/.test(text)) {
    return fail('NodeCapacityUnavailable', `AWS has no capacity to start ${instance}: ${text}.`, { instance });
  }
  if (/UnauthorizedOperation|AccessDenied|not authorized/.test(text)) {
    return fail('AccessDenied', `Hawser may not start ${instance}: ${text}.`, {
      action: 'ec2:StartInstances',
      resource: instance,
    });
  }
  return fail('NodeStartFailed', `Instance ${instance} did not start: ${text}.`, { instance });
}

function waitsFor(node: NodeState, automation: string | undefined): string {
  switch (node.power) {
    case 'stopping':
      return `${node.instance} is still stopping; it can be started when it has stopped`;
    case 'running':
      return `${node.instance} runs; waiting for its public address`;
    default:
      return automation === undefined
        ? `${node.instance} is ${node.power}`
        : `${node.instance} is ${node.power}; waiting for running`;
  }
}

function tooLate(node: NodeState, options: WakeOptions): ReleaseError {
  const seconds = options.timeoutMs / 1_000;
  if (node.power === 'running') {
    return fail(
      'AddressNotReady',
      `Instance ${node.instance} runs, but had no public IPv4 address within ${seconds} s.`,
      { instance: node.instance },
    );
  }
  return fail('NodeStartTimedOut', `Instance ${node.instance} was ${node.power} after ${seconds} s.`, {
    instance: node.instance,
  });
}
