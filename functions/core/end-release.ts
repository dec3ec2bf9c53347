import type { Answer, Ended } from './run-release.ts';
import { asReleaseError } from './errors.ts';
import type { Ports } from './ports.ts';
import type { Release, ReleaseRequest } from './release.ts';
import type { Reporter } from './reporter.ts';

/** A release that was cut off this often has something else wrong with it than time. */
const MAX_RESUMES = 8;
const TRIES = 3;
const RETRY_MS = 1_000;

/** What is needed to end a release that was opened. */
export interface Opened {
  request: ReleaseRequest;
  release: Release;
  reporter: Reporter;
}

/**
 * Closes the record with this end and tells GitHub. The write is tried again for some seconds; if it cannot be made, the release
 * goes back to the queue, so that it does not stay open with nobody to close it. `previous`: the release that was live before.
 */
export async function conclude(ports: Ports, opened: Opened, ended: Ended, previous?: string): Promise<Answer> {
  const { release, reporter } = opened;
  const { outcome, failure } = ended;
  let closed: Release;
  try {
    closed = await persistently(ports, release.id, () =>
      ports.releases.close(release.id, {
        outcome,
        at: ports.clock.now(),
        ...(failure === undefined ? {} : { failure }),
      }),
    );
  } catch (error) {
    if (!canGoOn(opened)) throw error;
    return goOn(ports, opened);
  }
  const before = previous === undefined ? undefined : await ports.releases.get(previous).catch(() => undefined);
  await reporter.finish(closed, before?.githubDeployment);
  return { kind: 'ended', release: closed };
}

export function canGoOn({ request }: Opened): boolean {
  return (request.resumed ?? 0) < MAX_RESUMES;
}

/**
 * Puts the release into the queue again: its phases are safe to run once more, and what is done is found done. Throws when the queue
 * does not take it; the message that is in work then stays in the queue.
 */
export async function goOn(ports: Ports, { request, release, reporter }: Opened): Promise<Answer> {
  await persistently(ports, release.id, () => ports.queue.send({ ...request, resumed: (request.resumed ?? 0) + 1 }));
  await reporter.flush();
  return { kind: 'continues', release };
}

async function persistently<T>(ports: Ports, release: string, write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      ports.log.warn('end not written', { release, attempt, error: asReleaseError(error).message });
      if (attempt === TRIES) throw error;
      await ports.clock.sleep(RETRY_MS * attempt);
    }
  }
}
