import { asReleaseError } from './errors.ts';
import type { Clock, GitHub, Log, Releases } from './ports.ts';
import { finalStatus, progressStatus } from './report.ts';
import type { PhaseName, Release } from './release.ts';

/** Tells GitHub how a release goes. Telling is best effort: a failed report is a warning in the log, never a failed release. */
export interface Reporter {
  /** Queues a status for a phase that people wait for. Returns at once. */
  progress(phase: PhaseName, detail: string): void;
  /** Waits until what is queued was sent, for a while at most: a function that returns is frozen in the middle of it. */
  flush(): Promise<void>;
  /** Sends the final status, after all that was queued, and marks the GitHub Deployment of the release before as inactive. */
  finish(release: Release, before: number | undefined): Promise<void>;
}

/** GitHub is not worth holding a finished release for longer than this. */
const PATIENCE_MS = 8_000;

/**
 * Opens the GitHub Deployment of the release (once: its number is kept in the record) and reports to it.
 * Requests go one after the other in the background, so that the deploy does not wait for GitHub.
 */
export function reporterOf(
  ports: { github: GitHub; releases: Releases; clock: Clock; log: Log },
  release: Release,
): Reporter {
  let deployment = release.githubDeployment;
  const told = new Set<PhaseName>();
  let chain: Promise<void> = Promise.resolve();
  const enqueue = (what: string, send: () => Promise<void>): void => {
    chain = chain
      .then(send)
      .catch((error: unknown) =>
        ports.log.warn('report not delivered', { release: release.id, what, error: asReleaseError(error).message }),
      );
  };
  const send = async (status: Parameters<GitHub['setStatus']>[1]): Promise<void> => {
    if (deployment !== undefined) await ports.github.setStatus(deployment, status);
  };
  enqueue('deployment', async () => {
    if (deployment !== undefined) return;
    deployment = await ports.github.createDeployment({
      environment: release.environment,
      revision: release.revision,
      description: `Release ${release.id}`,
      production: release.environment === 'production',
      payload: { release: release.id },
    });
    await ports.releases.update(release.id, { githubDeployment: deployment });
  });
  const flush = async (): Promise<void> => {
    const late = new AbortController();
    await Promise.race([
      chain.finally(() => late.abort()),
      ports.clock.sleep(PATIENCE_MS, late.signal).catch(() => undefined),
    ]);
    late.abort();
  };
  return {
    flush,
    progress: (phase, detail) => {
      // One status for each phase: a reader wants to know where it is, and every status is a line in the timeline.
      const status = told.has(phase) ? undefined : progressStatus(phase, detail);
      if (status === undefined) return;
      told.add(phase);
      enqueue(phase, () => send(status));
    },
    finish: async (ended, before) => {
      const { environmentUrl, ...rest } = finalStatus(ended);
      enqueue('end', () =>
        send({
          ...rest,
          ...(environmentUrl === undefined ? {} : { environmentUrl }),
          ...(ended.run?.url === undefined ? {} : { logUrl: ended.run.url }),
        }),
      );
      if (before !== undefined && before !== deployment && ended.outcome === 'succeeded') {
        enqueue('previous', () =>
          ports.github.setStatus(before, {
            state: 'inactive',
            description: `Superseded by ${ended.revision.slice(0, 7)}`,
          }),
        );
      }
      await flush();
    },
  };
}
