import type { EnvironmentHead } from './ports.ts';
import type { ReleaseRequest } from './release.ts';

/**
 * Why this request must not run because something newer is live, or undefined when it may.
 * Only automatic deploys are ordered: a person may go back by hand. Webhooks arrive in any order, and a re-run keeps
 * the number of its run, so the run number decides, not a time.
 */
export function supersededBy(request: ReleaseRequest, head: EnvironmentHead): string | undefined {
  const live = head.lastGood;
  if (request.trigger !== 'workflow_run' || request.run === undefined || live?.run === undefined) return undefined;
  if (request.run.number >= live.run.number) return undefined;
  return `run #${request.run.number} is older than run #${live.run.number}, whose revision ${live.revision.slice(0, 7)} is live`;
}
