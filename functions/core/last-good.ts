import type { EnvironmentHead } from './ports.ts';
import type { Outcome, Release } from './release.ts';

export type LastGood = NonNullable<EnvironmentHead['lastGood']>;

/**
 * What the environment's last good release is after `release` ends with `outcome`, or undefined when it stays as it was.
 * An automatic release never moves it to an older run: webhooks come in any order. A person may go back. A release whose
 * image was never pinned cannot be restored, so it does not count. One that went past the gate does: it is what is live, and what was
 * live before may not fit the data any more.
 */
export function nextLastGood(
  release: Release,
  end: { outcome: Outcome; at: Date },
  current: LastGood | undefined,
): LastGood | undefined {
  if (end.outcome !== 'succeeded' || release.image === undefined) return undefined;
  if (release.trigger !== 'console' && isOlder(release, current)) return undefined;
  const { id, revision, image, run } = release;
  return { release: id, revision, image, at: end.at.toISOString(), ...(run === undefined ? {} : { run }) };
}

/** Without a run number of its own, a release cannot show that it is newer than a numbered one. */
function isOlder(release: Release, current: LastGood | undefined): boolean {
  if (current?.run === undefined) return false;
  return release.run === undefined || release.run.number < current.run.number;
}
