import { onlyMissing, pullState } from '../capacity/pull-state.ts';
import { fail, type Details } from '../errors.ts';
import { failureOf } from '../failure.ts';
import { shortImage } from '../pinned-image.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Clock, Cluster } from '../ports.ts';
import type { Failure } from '../release.ts';
import { failureOfTrouble } from '../rollout/diagnosis.ts';
import { listAt, textAt, timeAt } from '../rollout/field.ts';
import { troublesOf } from '../rollout/trouble.ts';
import type { Say } from './step.ts';

/** A pull takes as long as it takes: nothing is down meanwhile. Only one that hangs must end. */
const LONGEST_MS = 600_000;
const FIRST_LOOK_MS = 200;
const LATER_LOOKS_MS = 2_000;

/**
 * Looks at the pods of `made`, each with the name of its node, until each has its images. Returns the failure of the first that never
 * will; undefined when all have them, or when it is only the pod that cannot be: then that is said, and nothing is known about the image.
 */
export async function awaitPulls(
  { cluster, clock }: { cluster: Cluster; clock: Clock },
  workload: Manifest,
  { made, facts }: { made: ReadonlyMap<Manifest, string>; facts: Details },
  say: Say,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const startedAt = clock.now().getTime();
  const waiting = new Map(made);
  for (let wait = FIRST_LOOK_MS; waiting.size > 0; wait = Math.min(LATER_LOOKS_MS, wait * 1.5)) {
    for (const [pod, node] of waiting) {
      const seen = await cluster.get(refOf(pod), signal);
      const state = seen === undefined ? undefined : pullState(seen);
      if (state?.missing.length === 0) {
        waiting.delete(pod);
        say(`node ${node} has the image`);
      } else if (seen === undefined || state === undefined || (state.refusal !== undefined && !state.isExpired)) {
        waiting.delete(pod);
        say(`node ${node} does not pull ahead: ${state?.refusal ?? 'the pod that pulls was deleted'}`);
      } else {
        const now = clock.now().getTime();
        const since = Math.min(startedAt, timeAt(seen, 'metadata', 'creationTimestamp') ?? startedAt);
        const isLate = state.isExpired || now - startedAt > LONGEST_MS;
        const look = { subject: describeRef(refOf(workload)), node, since, isLate, now, facts };
        const failure = await failureOfPull(cluster, onlyMissing(seen, state.missing), look, signal);
        if (failure !== undefined) return failure;
      }
    }
    if (waiting.size > 0) await clock.sleep(wait, signal);
  }
  return undefined;
}

interface Judged {
  subject: string;
  node: string;
  since: number;
  now: number;
  isLate: boolean;
  facts: Details;
}

/** Why this pod will not get its image, by the rules that a rollout's pods are judged by; undefined while it may. */
async function failureOfPull(
  cluster: Cluster,
  pod: Manifest,
  { subject, node, since, now, isLate, facts }: Judged,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const isWaiting = listAt(pod, 'status', 'containerStatuses').some(
    (one) => textAt(one, 'state', 'waiting', 'message') !== '',
  );
  if (!isWaiting && !isLate) return undefined;
  const { namespace = 'default', uid = '' } = pod.metadata;
  const selection = { apiVersion: 'v1', kind: 'Event', namespace, fieldSelector: `involvedObject.uid=${uid}` };
  const { items: events } = await cluster.list(selection, signal);
  const [trouble] = troublesOf(pod, { events, now, startedAt: since, isOldPodLeaving: false });
  if (trouble?.isFinal === true || (isLate && trouble !== undefined)) {
    const what = `${trouble.what} on node ${node}; nothing was rolled out`;
    return failureOfTrouble(
      { ...trouble, subject, what, details: { ...facts, ...trouble.details } },
      [pod],
      events,
      [],
    );
  }
  if (!isLate) return undefined;
  const image = textAt(listAt(pod, 'spec', 'containers')[0], 'image');
  const error = fail(
    'ImagePullFailing',
    `${subject}: node ${node} has not pulled ${shortImage(image)} within ${LONGEST_MS / 60_000} minutes; nothing was rolled out.`,
    { image, fix: `See on the node how far it comes: sudo k3s crictl pull ${image}` },
  );
  return failureOf(error, { subject });
}
