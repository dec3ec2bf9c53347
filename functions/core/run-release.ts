import { environmentOf, type EnvironmentConfig } from './config.ts';
import { canGoOn, conclude, goOn, type Opened } from './end-release.ts';
import { asReleaseError, type ErrorCode, type ReleaseError } from './errors.ts';
import { failureOf } from './failure.ts';
import { isGateCode } from './gate/refusal.ts';
import { holdLock, takeLock } from './phases/lock.ts';
import { stepsOf, type Step } from './phases/step.ts';
import type { Lease, Ports } from './ports.ts';
import type { Failure, Outcome, Release, ReleaseRequest } from './release.ts';
import { reporterOf } from './reporter.ts';

/** What the work of a release gets: its record, its environment, the recorder of phases, and a signal that ends with its time or its lock. */
export interface ReleaseRun {
  release: Release;
  environment: EnvironmentConfig;
  step: Step;
  /** Adds a sentence to the record's notes. The same sentence is there once. */
  note: (text: string) => Promise<void>;
  /** Puts a sentence before the record's notes, and never leaves it out, however many there are: what went past the gate. */
  alarm: (text: string) => Promise<void>;
  signal: AbortSignal;
}

/** How the work ended. `reason`: why it was superseded. */
export interface Ended {
  outcome: Outcome;
  failure?: Failure;
  reason?: string;
}

/** `busy`: another release has the environment. `continues`: time ran short; it is queued and goes on by itself. */
export type Answer =
  | { kind: 'ended'; release: Release }
  | { kind: 'busy'; by: Lease }
  | { kind: 'continues'; release: Release };

export interface RunOptions {
  /** Ends when the function's time runs short; its reason is DeadlineReached. */
  signal: AbortSignal;
  /** true: wait for the lock (the queue's way). false: answer `busy` at once (a person waits). */
  wait: boolean;
}

/**
 * Runs one release from its record to its end under the environment's lock: open → lock → `work` → close. Whatever happens, the
 * record is closed, or it is in the queue again; a duplicate of a closed release gets that release back and nothing is done.
 */
export async function runRelease(
  ports: Ports,
  request: ReleaseRequest,
  options: RunOptions,
  work: (run: ReleaseRun) => Promise<Ended>,
): Promise<Answer> {
  const environment = environmentOf(ports.config, request.environment);
  if (!options.wait) {
    const by = await ports.lock.holder(request.environment);
    if (by !== undefined && by.holder !== request.id) return { kind: 'busy', by };
  }
  const { release } = await ports.releases.open(request, ports.clock.now());
  if (release.state === 'closed') return { kind: 'ended', release };
  const reporter = reporterOf(ports, release);
  const opened: Opened = { request, release, reporter };
  let served = false;
  try {
    await recordAdmission(ports, request, release);
    const waiting = stepsOf(ports, release.id, options.signal, reporter.progress);
    const lease = await waiting('lock', (say) => takeLock(ports, request.environment, release.id, say, options.signal));
    return await holdLock(ports, lease, options.signal, async (signal) => {
      const step = stepsOf(ports, release.id, signal, reporter.progress);
      const ended = await work({ release, environment, step, ...notersOf(ports, release), signal });
      served = ended.outcome === 'succeeded';
      // Who lost the lock meanwhile must not end the release as if it had it.
      signal.throwIfAborted();
      return close(ports, opened, step, ended);
    });
  } catch (thrown) {
    const error = asReleaseError(options.signal.aborted ? options.signal.reason : thrown);
    return await endWithError(ports, opened, error, served);
  }
}

/** The webhook admitted it and the record is open: both are phases of the record, so that it tells the whole way. */
async function recordAdmission(ports: Ports, request: ReleaseRequest, release: Release): Promise<void> {
  if (release.phases.length > 0) return;
  const at = ports.clock.now().toISOString();
  const detail =
    request.run === undefined
      ? `by hand, ${request.actor}`
      : `run #${request.run.number}, attempt ${request.run.attempt}, ${request.actor}`;
  await ports.releases.phase(release.id, {
    name: 'admit',
    state: 'done',
    startedAt: request.requestedAt,
    endedAt: at,
    detail,
  });
  await ports.releases.phase(release.id, {
    name: 'open',
    state: 'done',
    startedAt: at,
    endedAt: at,
    detail: release.id,
  });
}

/** Enough for every guard that can speak up in one release, and small in the record. */
const MOST_NOTES = 20;
const LONGEST_NOTE = 500;

function notersOf(ports: Ports, release: Release): Pick<ReleaseRun, 'note' | 'alarm'> {
  let notes: readonly string[] = release.notes ?? [];
  const write = async (text: string, add: (note: string) => string[]): Promise<void> => {
    const note = text.slice(0, LONGEST_NOTE);
    if (notes.includes(note)) return;
    notes = add(note);
    await ports.releases.update(release.id, { notes: [...notes] });
  };
  return {
    note: async (text) => {
      if (notes.length < MOST_NOTES) await write(text, (note) => [...notes, note]);
    },
    alarm: (text) => write(text, (note) => [note, ...notes]),
  };
}

/** Records the close, and ends the release. */
async function close(ports: Ports, opened: Opened, step: Step, ended: Ended): Promise<Answer> {
  const { release } = opened;
  // Only GitHub's timeline wants to know; it is no reason to fail.
  const before = await ports.releases.head(release.environment).catch(() => undefined);
  await step('close', async (say) => {
    if (ended.reason !== undefined) await ports.releases.update(release.id, { reason: ended.reason });
    say(ended.outcome);
  });
  return conclude(ports, opened, ended, before?.lastGood?.release);
}

/**
 * Ends a release that was stopped by an error. One that ran out of time goes on later, and so does one that already serves and
 * only could not write it down: to call that failed would be wrong.
 */
async function endWithError(ports: Ports, opened: Opened, error: ReleaseError, served: boolean): Promise<Answer> {
  ports.log.warn('release stopped', {
    release: opened.release.id,
    code: error.code,
    error: error.message,
    cause: error.cause instanceof Error ? error.cause.message : undefined,
  });
  const unwritten = served && error.retryable && error.code !== 'LockLost';
  if ((error.code === 'DeadlineReached' || unwritten) && canGoOn(opened)) return goOn(ports, opened);
  const outcome: Outcome = isRejection(error.code) ? 'rejected' : 'failed';
  return conclude(ports, opened, { outcome, failure: failureOf(error) });
}

/** What was not let in: nothing was started or written for it. */
function isRejection(code: ErrorCode): boolean {
  return code === 'RunNotSuccessful' || code === 'ImageRejected' || code === 'BreakGlassForbidden' || isGateCode(code);
}
