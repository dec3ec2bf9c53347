import { asReleaseError } from '../errors.ts';
import type { Clock, Log, Releases } from '../ports.ts';
import type { PhaseName } from '../release.ts';

/** Says in one line what a phase does or waits for now. */
export type Say = (detail: string) => void;

/** Runs one phase and records its start and its end. The end is stored before the caller goes on to the next phase. */
export type Step = <T>(name: PhaseName, run: (say: Say) => Promise<T>) => Promise<T>;

/**
 * The recorder for one release. `listen` hears each change (for GitHub's statuses); it must not throw.
 * `signal` ends the release's time: a phase is not begun after it.
 */
export function stepsOf(
  ports: { releases: Releases; clock: Clock; log: Log },
  release: string,
  signal: AbortSignal,
  listen: (name: PhaseName, detail: string) => void,
): Step {
  return async (name, run) => {
    signal.throwIfAborted();
    const startedAt = ports.clock.now().toISOString();
    let detail: string | undefined;
    let isOver = false;
    let writes = ports.releases.phase(release, { name, state: 'running', startedAt });
    await writes;
    const say: Say = (text) => {
      // A word that comes late must not open the phase again.
      if (isOver || text === detail) return;
      detail = text;
      listen(name, text);
      ports.log.info('phase', { release, phase: name, detail: text });
      // Progress is for readers: it is written in order, but the phase does not wait for it and does not fail with it.
      writes = writes
        .then(() => ports.releases.phase(release, { name, state: 'running', startedAt, detail: text }))
        .catch((error: unknown) =>
          ports.log.warn('progress not recorded', { release, phase: name, error: asReleaseError(error).message }),
        );
    };
    const end = async (state: 'done' | 'failed'): Promise<void> => {
      isOver = true;
      await writes.catch(() => undefined);
      const endedAt = ports.clock.now().toISOString();
      await ports.releases.phase(release, {
        name,
        state,
        startedAt,
        endedAt,
        ...(detail === undefined ? {} : { detail }),
      });
    };
    try {
      const result = await run(say);
      await end('done');
      return result;
    } catch (error) {
      // The failure itself matters more than the note about it.
      await end('failed').catch((other: unknown) =>
        ports.log.warn('end of phase not recorded', { release, phase: name, error: asReleaseError(other).message }),
      );
      throw error;
    }
  };
}
