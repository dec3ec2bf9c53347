import type { Details } from '../errors.ts';
import { diagnose } from '../rollout/diagnosis.ts';
import { describeRef, refOf, type Manifest, type Ref } from '../kubernetes.ts';
import type { Clock, Cluster } from '../ports.ts';
import type { Failure } from '../release.ts';
import { judge, troubledContainer, workloads, type Observation } from '../rollout/rollout.ts';
import { observe } from '../rollout/observe.ts';
import type { Say } from './step.ts';

/** Enough for the cause, little enough for a record. */
const LOG_LINES = 20;

/**
 * Watches every workload of the release until it is ready. Returns undefined when all are, or the failure of the first that
 * cannot become so, with its events and log lines as they are now, before a rollback removes them. Known dooms end it at
 * once; the rest at `timeoutMs` with what it waited for. `facts` fill hints that the cluster cannot (`secret`: the pull secret). When `signal` ends, its reason is thrown: that is no verdict.
 */
export async function verify(
  ports: { cluster: Cluster; clock: Clock },
  objects: readonly Manifest[],
  { timeoutMs, facts }: { timeoutMs: number; facts: Details },
  say: Say,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const startedAt = ports.clock.now();
  for (const workload of workloads(objects)) {
    const failure = await rollout(ports, refOf(workload), { startedAt, timeoutMs, facts }, say, signal);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function rollout(
  ports: { cluster: Cluster; clock: Clock },
  workload: Ref,
  how: { startedAt: Date; timeoutMs: number; facts: Details },
  say: Say,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  for await (const observed of observe(ports.cluster, ports.clock, workload, signal)) {
    const observation: Observation = { ...observed, now: ports.clock.now(), startedAt: how.startedAt };
    const verdict = judge(observation);
    if (verdict.state === 'ready') {
      say(`${describeRef(workload)} is ready`);
      return undefined;
    }
    const timedOut = observation.now.getTime() - how.startedAt.getTime() > how.timeoutMs;
    if (verdict.state === 'failed' || timedOut) {
      const logs = await lastLogs(ports.cluster, observation, signal);
      return diagnose(observation, { logs, timedOut: verdict.state !== 'failed', facts: how.facts });
    }
    say(verdict.waitsFor);
  }
  throw signal.reason;
}

/** The log of a container that ended or does not get ready; of the run before, when it was started again. */
async function lastLogs(cluster: Cluster, observation: Observation, signal: AbortSignal): Promise<string[]> {
  const troubled = troubledContainer(observation);
  if (troubled === undefined) return [];
  // Evidence is wanted, not needed: the verdict stands without it.
  return cluster
    .logs(troubled.pod, { container: troubled.container, previous: troubled.previous, lines: LOG_LINES }, signal)
    .catch(() => []);
}
