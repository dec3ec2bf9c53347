import { asReleaseError, fail, type Details } from '../errors.ts';
import { failureOf } from '../failure.ts';
import { isJob, jobFor, ranFor, type HookStage } from '../hooks/hook.ts';
import { describeRef, refOf, type Manifest, type Ref } from '../kubernetes.ts';
import type { Clock, Cluster } from '../ports.ts';
import type { Failure, HookRun } from '../release.ts';
import { textAt, timeAt } from '../rollout/field.ts';
import { linesToKeep } from '../rollout/kept-lines.ts';
import type { Say } from './step.ts';
import { verify } from './verify.ts';

export interface HookOptions {
  stage: HookStage;
  /** Release id: a Job that ran for it already is not run again. */
  release: string;
  /** For each Job, from its start. */
  timeoutMs: number;
  facts: Details;
  /** What is recorded of this release's hooks so far. */
  past: readonly HookRun[];
}

const POLL_MS = 300;
/** Until a Job of an earlier release is gone, with its pods. */
const REMOVAL_MS = 60_000;
const LOG_LINES = 30;

/**
 * Runs the hooks of one stage one after the other: objects are applied, each Job is run once for this release and waited for.
 * Returns the runs with their last log lines, and the failure of the first Job that does not succeed; later ones do not run then.
 * A release that was cut off goes on here: Jobs that ran for it are found by their annotation or in `past`.
 */
export async function runHooks(
  ports: { cluster: Cluster; clock: Clock },
  hooks: readonly Manifest[],
  options: HookOptions,
  say: Say,
  signal: AbortSignal,
): Promise<{ runs: HookRun[]; failure?: Failure }> {
  const runs: HookRun[] = [...options.past];
  for (const hook of hooks) {
    if (!isJob(hook)) {
      await ports.cluster.apply(hook, { dryRun: false, force: false }, signal);
      continue;
    }
    const object = describeRef(refOf(hook));
    if (runs.some((run) => run.object === object && run.stage === options.stage && run.state === 'succeeded')) continue;
    say(`${object} runs`);
    const job = await started(ports, hook, options.release, signal);
    const { timeoutMs, facts } = options;
    const startedAt = new Date(timeAt(job, 'metadata', 'creationTimestamp') ?? ports.clock.now().getTime());
    const failure = await verify(ports, [job], { timeoutMs, facts, startedAt }, say, signal);
    const state = failure === undefined ? 'succeeded' : 'failed';
    const logs = failure?.logs ?? (await logsOf(ports.cluster, job, signal));
    runs.push({ stage: options.stage, object, state, logs });
    if (failure !== undefined) return { runs, failure: hookFailed(options.stage, object, failure) };
    say(`${object} succeeded`);
  }
  return { runs };
}

/** The Job of this release, made now unless it was before. One of an earlier release is removed first: a Job cannot be changed. */
async function started(
  { cluster, clock }: { cluster: Cluster; clock: Clock },
  hook: Manifest,
  release: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const ref = refOf(hook);
  const before = await cluster.get(ref, signal);
  if (before !== undefined && ranFor(before, release)) return before;
  if (before !== undefined) await removed(cluster, clock, ref, before, signal);
  return cluster.apply(jobFor(hook, release), { dryRun: false, force: false }, signal);
}

async function removed(cluster: Cluster, clock: Clock, ref: Ref, before: Manifest, signal: AbortSignal): Promise<void> {
  const { uid } = before.metadata;
  await cluster.remove({ ...ref, ...(uid === undefined ? {} : { uid }) }, signal);
  const end = clock.now().getTime() + REMOVAL_MS;
  while ((await cluster.get(ref, signal))?.metadata.uid === uid) {
    if (clock.now().getTime() > end)
      throw fail('HookFailed', `${describeRef(ref)} of an earlier release does not go away.`, {
        object: describeRef(ref),
      });
    await clock.sleep(POLL_MS, signal);
  }
}

function hookFailed(stage: HookStage, object: string, cause: Failure): Failure {
  const error = fail('HookFailed', `The ${stage} hook failed: ${cause.message}`, { object });
  const { events, logs, subject } = cause;
  return failureOf(error, { events, logs, ...(subject === undefined ? {} : { subject }) });
}

/** The last lines that the Job's newest pod wrote. They are wanted, not needed. */
async function logsOf(cluster: Cluster, job: Manifest, signal: AbortSignal): Promise<string[]> {
  const { namespace = 'default', name } = job.metadata;
  try {
    const labelSelector = `batch.kubernetes.io/job-name=${name}`;
    const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, signal);
    const created = (pod: Manifest): number => timeAt(pod, 'metadata', 'creationTimestamp') ?? 0;
    const [pod] = items.toSorted((a, b) => created(b) - created(a));
    const [container] = (pod?.['spec'] as { containers?: unknown[] } | undefined)?.containers ?? [];
    if (pod === undefined) return [];
    const which = { container: textAt(container, 'name'), previous: false, lines: LOG_LINES };
    const lines = await cluster.logs({ namespace, name: pod.metadata.name }, which, signal);
    return linesToKeep(lines);
  } catch (error) {
    signal.throwIfAborted();
    // The Job has done its work: a log that cannot be read is no reason to fail, but neither to say nothing.
    return [`(Its log could not be read: ${asReleaseError(error).message})`];
  }
}
