import { numberFrom } from '../github/repository.ts';

/** What GitHub's OIDC token says of a job, as far as Fulcio writes it into a certificate. Numbers are text there. */
export interface Claims {
  iss: string;
  /** Becomes the certificate's name. GitHub's token has another; Fulcio takes the URI of the workflow instead. */
  sub: string;
  repository: string;
  repository_id: string;
  repository_owner: string;
  repository_owner_id: string;
  repository_visibility: string;
  ref: string;
  sha: string;
  event_name: string;
  /** `OWNER/NAME/PATH@REF` of the file that has the job: a reusable workflow, if it is in one. */
  job_workflow_ref: string;
  job_workflow_sha: string;
  /** The same of the file that was triggered. */
  workflow_ref: string;
  workflow_sha: string;
  runner_environment: string;
  run_id: string;
  run_attempt: string;
}

/** The run that asks for a certificate. */
export interface ClaimedRun {
  /** `owner/name` */
  repository: string;
  repositoryId: number;
  sha: string;
  runId: number;
  /** Default 1. */
  attempt?: number;
}

/** The claims of a job in ci.yml, run on a push to main on a runner of GitHub's, where `other` says nothing else. */
export function githubClaims(run: ClaimedRun, other: Partial<Claims> = {}): Claims {
  const [owner = ''] = run.repository.split('/');
  const workflow = `${run.repository}/.github/workflows/ci.yml@refs/heads/main`;
  return {
    iss: 'https://token.actions.githubusercontent.com',
    sub: `https://github.com/${other.job_workflow_ref ?? workflow}`,
    repository: run.repository,
    repository_id: String(run.repositoryId),
    repository_owner: owner,
    repository_owner_id: String(numberFrom(`user:${owner}`)),
    repository_visibility: 'private',
    ref: 'refs/heads/main',
    sha: run.sha,
    event_name: 'push',
    job_workflow_ref: workflow,
    job_workflow_sha: run.sha,
    workflow_ref: workflow,
    workflow_sha: run.sha,
    runner_environment: 'github-hosted',
    run_id: String(run.runId),
    run_attempt: String(run.attempt ?? 1),
    ...other,
  };
}
