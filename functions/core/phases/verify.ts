import { asReleaseError, type Details } from '../errors.ts';
import type { HealthRule } from '../health/rule.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Clock, Cluster } from '../ports.ts';
import type { Failure } from '../release.ts';
import { openEvidence } from '../rollout/evidence.ts';
import { explain, explainTimeout, type Told } from '../rollout/explain.ts';
import { openView, type View } from '../rollout/observe.ts';
import { describeEnd, describeProgress } from '../rollout/progress.ts';
import { look, type Seen } from '../rollout/seen.ts';
import { blockingPods } from '../rollout/stateful-rollout.ts';
import { mayBeUnproved, openSteadiness } from '../rollout/steady.ts';
import { byNeed, followed, lists, subjectSources, supportSources } from '../rollout/watched.ts';
import type { Say } from './step.ts';

export interface VerifyOptions {
  /** From `startedAt` on. */
  timeoutMs: number;
  /** Fill hints that the cluster cannot (`secret`: the pull secret). */
  facts: Details;
  /** The user's rules for the health of custom kinds. */
  rules?: readonly HealthRule[];
  /**
   * When the apply ended; now, when it is not given. Give it where a release goes on in another run of the function: its time
   * counts from the apply, and what happened since then is of this rollout.
   */
  startedAt?: Date;
  /**
   * Delete a broken pod of an older revision that keeps a StatefulSet from being updated; its volumes stay. For a rollback: it is
   * the pod of the failed release, and nothing else would take it away.
   */
  unblock?: boolean;
}

const LONGEST_PAUSE_MS = 500;

interface Run extends VerifyOptions {
  cluster: Cluster;
  clock: Clock;
  view: View;
  say: Say;
  signal: AbortSignal;
  startedAt: Date;
}

/**
 * Watches all objects of the release at once until every one is ready, or is one that is not waited for. Returns undefined then, or the
 * failure of the first that cannot become ready, with its events and log lines as they are now, before a rollback removes them.
 * Known dooms end it at once; the rest at `timeoutMs` with what it waited for. What is ready when it is first read is not watched,
 * but for workloads whose containers have no readiness probe: those just started have to stay up for some seconds.
 * When `signal` ends, its reason is thrown: that is no verdict, and the same call with the same `startedAt` goes on.
 */
export async function verify(
  ports: { cluster: Cluster; clock: Clock },
  objects: readonly Manifest[],
  options: VerifyOptions,
  say: Say,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const subjects = followed(objects);
  if (subjects.length === 0) return undefined;
  const startedAt = options.startedAt ?? ports.clock.now();
  const view = openView(ports.cluster, ports.clock, signal);
  try {
    return await untilSettled({ ...options, ...ports, view, say, signal, startedAt }, subjects);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await view.close();
  }
}

async function untilSettled(run: Run, subjects: readonly Manifest[]): Promise<Failure | undefined> {
  const { view, clock, startedAt } = run;
  const absent = new Map<Manifest, number>();
  const deleted = new Set<string>();
  const lookAt = (objects: readonly Manifest[]): Seen[] =>
    look(view, objects, absent, { now: clock.now(), startedAt, rules: run.rules });
  const say = onceEach(run.say);

  const sources = subjectSources(subjects);
  await view.list(sources);
  const first = lookAt(subjects);
  const { open = [], settled = [] } = Object.groupBy(first, (one) => (isSettled(one) ? 'settled' : 'open'));
  const watched = open.map(({ object }) => object);
  if (open.length > 0) {
    const supports = supportSources(open.map(({ object, live }) => live ?? object));
    await view.list(supports);
    view.follow(byNeed([...supports, ...sources.filter((source) => watched.some((object) => lists(source, object)))]));
  }
  const evidence = openEvidence(run.cluster, run.signal);
  const steadiness = openSteadiness(startedAt);
  const told = (): Told => ({ evidence, events: view.objects('Event'), facts: run.facts });
  for (;;) {
    const lookedAt = clock.now().getTime();
    const seen = lookAt(watched);
    const lookMs = clock.now().getTime() - lookedAt;
    const doomed = seen.find(({ verdict }) => verdict.state === 'failed' && !mends(run, verdict));
    if (doomed !== undefined) return explain(doomed, told(), false);
    const waiting = seen.filter(({ verdict }) => verdict.state === 'progressing' || verdict.state === 'failed');
    const isLate = clock.now().getTime() - startedAt.getTime() > run.timeoutMs;
    const steadies = steadiness.waitsFor(seen, clock.now());
    // What is ready when the time is up is not failed for want of a proof.
    const waitsFor = waiting.length > 0 ? describeProgress(waiting) : isLate ? undefined : steadies;
    if (waitsFor === undefined) {
      say(describeEnd([...settled, ...seen]));
      return undefined;
    }
    if (isLate) return explainTimeout(waiting, told());
    say(waitsFor);
    for (const { observation } of waiting) if (observation !== undefined) await evidence.note(observation);
    if (run.unblock === true) await unblock(run, waiting, deleted);
    await view.change();
    // With hundreds of workloads a look takes its time; the changes of as long a moment are then taken together.
    if (lookMs > 0) await clock.sleep(Math.min(lookMs, LONGEST_PAUSE_MS), run.signal);
  }
}

/** Whether nothing needs to be watched of it: its pods have told, or there is nothing that they have to tell. */
function isSettled({ live, verdict }: Seen): boolean {
  return verdict.state === 'ready' && (live === undefined || !mayBeUnproved(live));
}

function mends({ unblock: isMended }: Run, verdict: Seen['verdict']): boolean {
  return isMended === true && verdict.state === 'failed' && verdict.code === 'UpdateBlocked';
}

/** Deletes each of these pods once. One that has been replaced meanwhile is another one already. */
async function unblock({ cluster, signal }: Run, waiting: readonly Seen[], deleted: Set<string>): Promise<void> {
  const blocking = waiting.flatMap(({ observation }) => (observation === undefined ? [] : blockingPods(observation)));
  for (const { pod } of blocking) {
    const { name, namespace, uid } = pod.metadata;
    if (uid === undefined || deleted.has(uid)) continue;
    deleted.add(uid);
    const ref = { apiVersion: 'v1', kind: 'Pod', name, uid, ...(namespace === undefined ? {} : { namespace }) };
    await cluster.remove(ref, signal).catch((error: unknown) => {
      if (asReleaseError(error).code !== 'ApplyRejected') throw error;
    });
  }
}

/** Says a line only when it is another one than before. */
function onceEach(say: Say): Say {
  let last = '';
  return (line) => {
    if (line !== last) say(line);
    last = line;
  };
}
