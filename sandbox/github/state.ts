import { randomBytes } from 'node:crypto';
import type { Deployment } from './deployments.ts';
import type { History } from './history.ts';
import type { Place, RepositoryIdentity } from './repository.ts';
import type { Run, Workflow } from './runs.ts';

export interface StateOptions {
  /** `owner/name` */
  repository: string;
  repositoryId: number;
  defaultBranch: string;
  token: string;
  /** Whom deployments are made by. */
  login: string;
  workflow: Workflow;
}

/** Everything that the stand-in knows. */
export interface GitHubState {
  readonly place: Place;
  readonly repository: RepositoryIdentity;
  readonly token: string;
  readonly login: string;
  readonly workflow: Workflow;
  readonly history: History;
  readonly runs: Run[];
  readonly deployments: Deployment[];
  /** Requests answered so far, for the rate limit's headers. */
  requests: number;
  nextId(): number;
}

export function newState(api: string, options: Partial<StateOptions>): GitHubState {
  let id = 1_000_000;
  return {
    place: { api, web: 'https://github.com' },
    repository: {
      id: options.repositoryId ?? 701_234_567,
      fullName: options.repository ?? 'acme/shop',
      defaultBranch: options.defaultBranch ?? 'main',
    },
    token: options.token ?? `ghs_${randomBytes(18).toString('hex')}`,
    login: options.login ?? 'hawser[bot]',
    workflow: options.workflow ?? { id: 42_424_242, name: 'Deliver', path: '.github/workflows/deliver.yml' },
    history: { commits: new Map(), branches: new Map() },
    runs: [],
    deployments: [],
    requests: 0,
    nextId: () => ++id,
  };
}
