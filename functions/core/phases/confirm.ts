import type { Config } from '../config.ts';
import { fail } from '../errors.ts';
import type { GitHub } from '../ports.ts';
import type { ReleaseRequest, WorkflowRun } from '../release.ts';

/** What GitHub has confirmed: `run` with its page, unless it was asked for by hand, and the whole of it for people. */
export interface Confirmed {
  run?: ConfirmedRun;
  text: string;
}

/** A run as GitHub has confirmed it, with its page. */
export type ConfirmedRun = WorkflowRun & { url: string };

/**
 * Asks GitHub itself about the run that the webhook told of, so that a leaked webhook secret alone deploys nothing: it must be
 * for this commit, from the configured workflow and trigger, and successful, with each job of `app.source.jobs` successful
 * (a job with continue-on-error leaves its run green). It must have the number that it was asked for, since releases are ordered by that.
 * The commit must be on the branch: a tag may carry the branch's name. A deploy by hand has no run to ask about; its commit must be there.
 * Throws RunNotSuccessful.
 */
export async function confirmSource(
  ports: { github: GitHub },
  source: Config['app']['source'],
  request: ReleaseRequest,
): Promise<Confirmed> {
  const { message, author } = await ports.github.commit(request.revision);
  const what = `"${message.split('\n')[0] ?? ''}" by ${author}`;
  if (request.run === undefined) return { text: `by hand, ${what}` };
  const run = await confirmRun(ports.github, source, request, request.run);
  return { run, text: `run #${run.number} confirmed by GitHub, ${what}` };
}

async function confirmRun(
  github: GitHub,
  source: Config['app']['source'],
  request: ReleaseRequest,
  asked: NonNullable<ReleaseRequest['run']>,
): Promise<ConfirmedRun> {
  const [run, jobs, tip] = await Promise.all([
    github.run(asked.id, asked.attempt),
    github.jobs(asked.id, asked.attempt),
    github.branchTip(source.branch),
  ]);
  const where = tip === request.revision ? 'identical' : await github.compare(request.revision, tip);
  const failed = jobs.filter((job) => source.jobs.includes(job.name) && job.conclusion !== 'success');
  const absent = source.jobs.filter((name) => !jobs.some((job) => job.name === name));
  const problems = [
    ...(run.number === asked.number ? [] : [`it is run #${run.number}, not #${asked.number}`]),
    ...(run.headSha === request.revision ? [] : [`it is for commit ${run.headSha}`]),
    ...(run.path.split('@')[0] === `.github/workflows/${source.workflow}` ? [] : [`it is of the workflow ${run.path}`]),
    ...((source.events as string[]).includes(run.event) ? [] : [`it was triggered by ${run.event}`]),
    ...(run.status === 'completed' && run.conclusion === 'success'
      ? []
      : [`it is ${run.status} with conclusion ${run.conclusion ?? 'none'}`]),
    ...failed.map((job) => `job ${job.name} ended with ${job.conclusion ?? 'no conclusion'}`),
    ...absent.map((name) => `job ${name} did not run`),
    ...(where === 'ahead' || where === 'identical'
      ? []
      : [`commit ${request.revision.slice(0, 7)} is not on the branch ${source.branch}`]),
  ];
  if (problems.length === 0) return { ...asked, url: run.url };
  throw fail('RunNotSuccessful', `GitHub does not confirm run ${asked.id}: ${problems.join('; ')}.`, {
    url: run.url,
    problems,
  });
}
