import type { Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import type { Observation } from './observation.ts';
import { newPods } from './rollout.ts';
import { troubledContainer, type TroubledContainer } from './wait.ts';

/** Enough for the cause, little enough for a record. */
const LOG_LINES = 20;

/** The kubelet's words in place of the log of a container that it has removed. */
const gone = /^unable to retrieve container logs for /;

export interface Evidence {
  /** Keeps the log of a Job's pod that ended and may be started again: with restartPolicy OnFailure it is deleted when the Job fails. */
  note(observation: Observation): Promise<void>;
  /** The log of a container that ended or does not get ready; of the run before, when it was started again. Oldest line first. */
  logs(observation: Observation): Promise<string[]>;
  /** The observation with all nodes and pods, for a cause that lies in them; as it is, when the credential may not see them. */
  surroundings(observation: Observation): Promise<Observation>;
}

/** Evidence is wanted, not needed: a log that cannot be had is an empty one. */
export function openEvidence(cluster: Cluster, signal: AbortSignal): Evidence {
  /** By the Job's name: of which run it is, and its lines. */
  const kept = new Map<string, { run: string; lines: string[] }>();

  const readRun = async ({ pod, container }: TroubledContainer, previous: boolean): Promise<string[]> => {
    const lines = await cluster.logs(pod, { container, previous, lines: LOG_LINES }, signal).catch(() => []);
    return lines.filter((line) => !gone.test(line));
  };
  const read = async (troubled: TroubledContainer): Promise<string[]> => {
    const lines = await readRun(troubled, troubled.previous);
    // Of a run that has ended this very moment the runtime may not have written the last words yet; the run before said the same.
    const isBehind = lines.length === 0 && troubled.restarts > 0 && !troubled.previous;
    return isBehind ? readRun(troubled, true) : lines;
  };
  const keyOf = ({ workload: { metadata } }: Observation): string => `${metadata.namespace ?? ''}/${metadata.name}`;

  return {
    async note(observation) {
      if (observation.workload.kind !== 'Job') return;
      const troubled = troubledContainer(newPods(observation));
      if (troubled?.hasEnded !== true) return;
      const { pod, container, restarts, previous } = troubled;
      const run = `${pod.name} ${container} ${restarts} ${previous}`;
      const before = kept.get(keyOf(observation));
      if (before?.run === run) return;
      const lines = await read(troubled);
      kept.set(keyOf(observation), { run, lines: lines.length > 0 ? lines : (before?.lines ?? []) });
    },
    async logs(observation) {
      const troubled = troubledContainer(newPods(observation));
      const lines = troubled === undefined ? [] : await read(troubled);
      return lines.length > 0 ? lines : (kept.get(keyOf(observation))?.lines ?? []);
    },
    async surroundings(observation) {
      const list = (kind: string): Promise<Manifest[] | undefined> =>
        cluster.list({ apiVersion: 'v1', kind }, signal).then(
          ({ items }) => items,
          () => undefined,
        );
      const [nodes, allPods] = await Promise.all([list('Node'), list('Pod')]);
      return {
        ...observation,
        ...(nodes === undefined ? {} : { nodes }),
        ...(allPods === undefined ? {} : { allPods }),
      };
    },
  };
}
