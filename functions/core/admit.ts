import type { Config } from './config.ts';
import { releaseId } from './identity.ts';
import type { ReleaseRequest } from './release.ts';

/** The fields of a `workflow_run` webhook that decide, and no others. Names and titles are author-controlled, so they are not among them. */
export interface WorkflowRunEvent {
  action: string;
  repository: { id: number; full_name: string };
  workflow_run: {
    id: number;
    run_number: number;
    run_attempt: number;
    status: string | null;
    conclusion: string | null;
    event: string;
    head_branch: string | null;
    head_sha: string;
    head_repository: { id: number } | null;
    path: string;
    created_at: string;
  };
  sender: { login: string };
}

export type AdmitCode =
  | 'Ping'
  | 'EventIgnored'
  | 'ActionIgnored'
  | 'RunNotSuccessful'
  | 'RepositoryUnknown'
  | 'RunFromFork'
  | 'TriggerNotAllowed'
  | 'BranchOther'
  | 'WorkflowOther'
  | 'RevisionInvalid'
  | 'NothingDeploysOnPush';

export type Admission =
  | { admitted: true; requests: ReleaseRequest[] }
  | { admitted: false; code: AdmitCode; reason: string };

type Rule = (event: WorkflowRunEvent, source: Config['app']['source']) => [AdmitCode, string] | undefined;

/**
 * Every rule must let the event pass; the first that does not gives the code.
 * A fork's pull request may call its branch `main`, and a run for a pull request executes the fork's workflow file,
 * so repository, head repository and trigger are checked before branch and path.
 */
const rules: readonly Rule[] = [
  ({ action, workflow_run: run }) =>
    action === 'completed' && run.status === 'completed'
      ? undefined
      : ['ActionIgnored', `the run is ${run.status ?? action}, not completed`],
  ({ repository }, source) =>
    repository.id === source.repositoryId
      ? undefined
      : [
          'RepositoryUnknown',
          `repository ${repository.full_name} (id ${repository.id}) is not app.source.repositoryId ${source.repositoryId}`,
        ],
  ({ repository, workflow_run: run }) =>
    run.head_repository?.id === repository.id
      ? undefined
      : ['RunFromFork', 'the run is for a commit of another repository (a fork)'],
  ({ workflow_run: run }, source) =>
    (source.events as string[]).includes(run.event)
      ? undefined
      : ['TriggerNotAllowed', `the run was triggered by ${run.event}, not by ${source.events.join(' or ')}`],
  ({ workflow_run: run }, source) =>
    run.head_branch === source.branch
      ? undefined
      : ['BranchOther', `the run is for ${run.head_branch ?? 'no branch'}, not for ${source.branch}`],
  ({ workflow_run: run }, source) =>
    workflowPath(run.path) === `.github/workflows/${source.workflow}`
      ? undefined
      : ['WorkflowOther', `the run is of ${workflowPath(run.path)}, not of .github/workflows/${source.workflow}`],
  ({ workflow_run: run }) =>
    run.conclusion === 'success'
      ? undefined
      : ['RunNotSuccessful', `the run ended with ${run.conclusion ?? 'no conclusion'}`],
  ({ workflow_run: run }) =>
    /^[0-9a-f]{40}$/.test(run.head_sha) ? undefined : ['RevisionInvalid', 'head_sha is not a full commit SHA'],
];

/**
 * Decides which releases a completed workflow run asks for: one for each environment with `deployOn: push`.
 * `now` is an ISO 8601 time; `delivery` the X-GitHub-Delivery of the webhook. Anything unclear is not admitted.
 * The rules are those of GitHub's hardening guide for workflow_run; the branch is confirmed later by the API (a tag may have its name).
 */
export function admit(event: WorkflowRunEvent, config: Config, context: { delivery: string; now: string }): Admission {
  for (const rule of rules) {
    const refused = rule(event, config.app.source);
    if (refused !== undefined) return { admitted: false, code: refused[0], reason: refused[1] };
  }
  const environments = Object.entries(config.environments).filter(([, environment]) => environment.deployOn === 'push');
  if (environments.length === 0)
    return { admitted: false, code: 'NothingDeploysOnPush', reason: 'no environment has deployOn: push' };
  return { admitted: true, requests: environments.map(([environment]) => requestOf(event, environment, context)) };
}

function requestOf(
  event: WorkflowRunEvent,
  environment: string,
  context: { delivery: string; now: string },
): ReleaseRequest {
  const run = event.workflow_run;
  return {
    version: 1,
    id: releaseId({
      trigger: 'workflow_run',
      repositoryId: event.repository.id,
      run: run.id,
      number: run.run_number,
      attempt: run.run_attempt,
      revision: run.head_sha,
      environment,
    }),
    action: 'deploy',
    environment,
    revision: run.head_sha,
    trigger: 'workflow_run',
    actor: event.sender.login,
    requestedAt: context.now,
    run: { id: run.id, number: run.run_number, attempt: run.run_attempt, createdAt: run.created_at },
    delivery: context.delivery,
  };
}

/** A reusable workflow's path carries `@ref`; which file ran is what stands before it. */
function workflowPath(path: string): string {
  const at = path.indexOf('@');
  return at === -1 ? path : path.slice(0, at);
}
