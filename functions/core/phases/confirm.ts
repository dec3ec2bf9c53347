import type { Config } from '../config.ts';
import { fail } from '../errors.ts';
import type { Clock, GitHub, GitHubRun } from '../ports.ts';
import type { ReleaseRequest, WorkflowRun } from '../release.ts';
import type { Say } from './step.ts';

/** GitHub's API may answer for a while from before the webhook: so long it is asked again, at first after 1 s, then ever later. */
const LAG_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

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
 * A run that is right but for not having ended is asked about again for a minute. Throws RunNotSuccessful, and the signal's reason.
 */
export async function confirmSource(
  ports: { github: GitHub; clock: Clock },
  source: Config['app']['source'],
  request: ReleaseRequest,
  say: Say,
  signal: AbortSignal,
): Promise<Confirmed> {
  const { message, author } = await ports.github.commit(request.revision);
  const what = `"${message.split('\n')[0] ?? ''}" by ${author}`;
  if (request.run === undefined) return { text: `by hand, ${what}` };
  const run = await confirmRun(ports, source, { ...request, run: request.run }, say, signal);
  return { run, text: `run #${run.number} confirmed by GitHub, ${what}` };
}

async function confirmRun(
  { github, clock }: { github: GitHub; clock: Clock },
  source: Config['app']['source'],
  request: AskedByRun,
  say: Say,
  signal: AbortSignal,
): Promise<ConfirmedRun> {
  const { run: asked } = request;
  const end = clock.now().getTime() + LAG_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const { url, problems, unfinished } = await look(github, source, request);
    if (problems.length === 0 && unfinished.length === 0) return { ...asked, url };
    if (problems.length > 0 || clock.now().getTime() + pause > end) {
      const all = [...problems, ...unfinished];
      throw fail('RunNotSuccessful', `GitHub does not confirm run ${asked.id}: ${all.join('; ')}.`, {
        url,
        problems: all,
      });
    }
    say(`GitHub says of run #${asked.number} that ${unfinished.join('; ')}: asking again in ${pause / 1_000} s`);
    await clock.sleep(pause, signal);
  }
}

type AskedByRun = ReleaseRequest & { run: WorkflowRun };

/** What GitHub says of a run: `problems` stay, `unfinished` may be over at the next look. */
interface Look {
  url: string;
  problems: string[];
  unfinished: string[];
}

async function look(github: GitHub, source: Config['app']['source'], request: AskedByRun): Promise<Look> {
  const { run: asked, revision } = request;
  const [run, jobs, tip] = await Promise.all([
    github.run(asked.id, asked.attempt),
    github.jobs(asked.id, asked.attempt),
    github.branchTip(source.branch),
  ]);
  const where = tip === revision ? 'identical' : await github.compare(revision, tip);
  const needed = jobs.filter(({ name }) => source.jobs.includes(name));
  const absent = source.jobs.filter((name) => !jobs.some((job) => job.name === name));
  const ended = run.status === 'completed';
  const running = needed.filter(({ conclusion }) => conclusion === null);
  const failed = needed.filter(({ conclusion }) => conclusion !== null && conclusion !== 'success');
  const missing = absent.map((name) => `job ${name} did not run`);
  return {
    url: run.url,
    problems: [
      ...identityProblems(run, source, request),
      ...(ended && run.conclusion !== 'success' ? [`it ended with conclusion ${run.conclusion ?? 'none'}`] : []),
      ...failed.map((job) => `job ${job.name} ended with ${job.conclusion}`),
      ...(ended ? missing : []),
      ...(where === 'ahead' || where === 'identical'
        ? []
        : [`commit ${revision.slice(0, 7)} is not on the branch ${source.branch}`]),
    ],
    unfinished: [
      ...(ended ? [] : [`it has not ended (${run.status})`, ...missing]),
      ...running.map((job) => `job ${job.name} has not ended`),
    ],
  };
}

/** What of the run is not as it was asked for: this never changes. */
function identityProblems(
  run: GitHubRun,
  source: Config['app']['source'],
  { run: asked, revision }: AskedByRun,
): string[] {
  return [
    ...(run.number === asked.number ? [] : [`it is run #${run.number}, not #${asked.number}`]),
    ...(run.headSha === revision ? [] : [`it is for commit ${run.headSha}`]),
    ...(run.path.split('@')[0] === `.github/workflows/${source.workflow}` ? [] : [`it is of the workflow ${run.path}`]),
    ...((source.events as string[]).includes(run.event) ? [] : [`it was triggered by ${run.event}`]),
  ];
}
