import { simpleCommitShape, timestamp, type Commit } from './history.ts';
import { minimalRepository, nodeId, user, type Json, type Place, type RepositoryIdentity } from './repository.ts';

export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped' | 'timed_out' | 'neutral' | 'action_required';

export interface Job {
  name: string;
  /** Default: the run's. */
  conclusion?: Conclusion;
}

export interface Workflow {
  id: number;
  name: string;
  /** Path of the file, `.github/workflows/…`. */
  path: string;
}

/** One attempt of a run, ended. */
export interface Run {
  id: number;
  number: number;
  attempt: number;
  event: string;
  conclusion: Conclusion;
  commit: Commit;
  branch: string;
  /** Where the commit comes from: the repository itself, or a fork of it. */
  head: RepositoryIdentity;
  workflow: Workflow;
  jobs: Job[];
  /** ISO 8601 */
  createdAt: string;
  completedAt: string;
}

export interface RunContext {
  place: Place;
  repository: RepositoryIdentity;
}

/** GitHub's `workflow-run`. */
export function runShape({ place, repository }: RunContext, run: Run): Json {
  const repo = `${place.api}/repos/${repository.fullName}`;
  const url = `${repo}/actions/runs/${run.id}`;
  const suite = run.id + 1_000_000;
  const actor = user(place, run.commit.author.login);
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId('WFR', run.id),
    head_branch: run.branch,
    head_sha: run.commit.sha,
    path: run.workflow.path,
    display_title: run.commit.message.split('\n')[0],
    run_number: run.number,
    event: run.event,
    status: 'completed',
    conclusion: run.conclusion,
    workflow_id: run.workflow.id,
    check_suite_id: suite,
    check_suite_node_id: nodeId('CS', suite),
    url,
    html_url: `${place.web}/${repository.fullName}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.completedAt,
    actor,
    run_attempt: run.attempt,
    referenced_workflows: [],
    run_started_at: run.createdAt,
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repo}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${repo}/actions/workflows/${run.workflow.id}`,
    head_commit: simpleCommitShape(run.commit),
    repository: minimalRepository(place, repository),
    head_repository: minimalRepository(place, run.head, run.head.id !== repository.id),
  };
}

/** GitHub's `job`s of one attempt. */
export function jobShapes({ place, repository }: RunContext, run: Run): Json[] {
  const repo = `${place.api}/repos/${repository.fullName}`;
  return run.jobs.map((job, index) => {
    const id = run.id * 1_000 + run.attempt * 100 + index;
    const conclusion = job.conclusion ?? run.conclusion;
    const times = { started_at: run.createdAt, completed_at: run.completedAt };
    return {
      id,
      run_id: run.id,
      run_url: `${repo}/actions/runs/${run.id}`,
      run_attempt: run.attempt,
      node_id: nodeId('CR', id),
      head_sha: run.commit.sha,
      head_branch: run.branch,
      workflow_name: run.workflow.name,
      url: `${repo}/actions/jobs/${id}`,
      html_url: `${place.web}/${repository.fullName}/actions/runs/${run.id}/job/${id}`,
      status: 'completed',
      conclusion,
      created_at: run.createdAt,
      ...times,
      name: job.name,
      steps: [{ name: 'Set up job', status: 'completed', conclusion, number: 1, ...times }],
      check_run_url: `${repo}/check-runs/${id}`,
      labels: ['ubuntu-latest'],
      runner_id: 1,
      runner_name: 'GitHub Actions 1',
      runner_group_id: 0,
      runner_group_name: 'GitHub Actions',
    };
  });
}

/** The `workflow` object that webhooks carry. */
export function workflowShape({ place, repository }: RunContext, workflow: Workflow): Json {
  const repo = `${place.api}/repos/${repository.fullName}`;
  const web = `${place.web}/${repository.fullName}`;
  return {
    id: workflow.id,
    node_id: nodeId('W', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: 'active',
    created_at: '2026-01-05T09:00:00Z',
    updated_at: timestamp(new Date('2026-01-05T09:00:00Z')),
    url: `${repo}/actions/workflows/${workflow.id}`,
    html_url: `${web}/blob/main/${workflow.path}`,
    badge_url: `${web}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}
