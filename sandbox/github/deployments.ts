import { timestamp } from './history.ts';
import { nodeId, user, type Json, type Place } from './repository.ts';

const STATES = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'] as const;
export type DeploymentState = (typeof STATES)[number];

/** What GitHub was told of one deployment. */
export interface Deployment {
  id: number;
  ref: string;
  sha: string;
  environment: string;
  task: string;
  description: string | null;
  payload: unknown;
  production: boolean;
  transient: boolean;
  /** ISO 8601 */
  createdAt: string;
  statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  id: number;
  state: DeploymentState;
  description: string;
  environment: string;
  environmentUrl: string;
  logUrl: string;
  createdAt: string;
}

/** One wrong field, in the words of GitHub's `validation-error`. */
export interface FieldError {
  resource: string;
  field: string;
  code: 'missing_field' | 'invalid' | 'custom';
  message?: string;
}

/** Checks the body of `POST …/deployments`; types and defaults are those of GitHub's description. */
export function checkDeployment(body: Json): FieldError[] {
  const wrong = wrongTypes('Deployment', body, {
    ref: 'string',
    task: 'string',
    environment: 'string',
    auto_merge: 'boolean',
    transient_environment: 'boolean',
    production_environment: 'boolean',
  });
  const { description, required_contexts: contexts } = body;
  if (body['ref'] === undefined) wrong.push({ resource: 'Deployment', field: 'ref', code: 'missing_field' });
  if (description !== undefined && description !== null && typeof description !== 'string')
    wrong.push({ resource: 'Deployment', field: 'description', code: 'invalid' });
  if (contexts !== undefined && !(Array.isArray(contexts) && contexts.every((name) => typeof name === 'string')))
    wrong.push({ resource: 'Deployment', field: 'required_contexts', code: 'invalid' });
  return wrong;
}

export function newDeployment(id: number, sha: string, body: Json): Deployment {
  const text = (field: string, otherwise: string): string => (body[field] as string | undefined) ?? otherwise;
  const environment = text('environment', 'production');
  return {
    id,
    sha,
    environment,
    ref: text('ref', sha),
    task: text('task', 'deploy'),
    description: (body['description'] as string | null | undefined) ?? null,
    payload: body['payload'] ?? '',
    production: (body['production_environment'] as boolean | undefined) ?? environment === 'production',
    transient: body['transient_environment'] === true,
    createdAt: timestamp(),
    statuses: [],
  };
}

/** Checks the body of `POST …/deployments/{id}/statuses`. */
export function checkStatus(body: Json): FieldError[] {
  const resource = 'DeploymentStatus';
  const fields = { description: 'string', environment: 'string', auto_inactive: 'boolean' } as const;
  const wrong = wrongTypes(resource, body, fields);
  const { state, description } = body;
  if (state === undefined) wrong.push({ resource, field: 'state', code: 'missing_field' });
  else if (!STATES.some((known) => known === state)) wrong.push({ resource, field: 'state', code: 'invalid' });
  if (typeof description === 'string' && Array.from(description).length > 140)
    wrong.push({
      resource,
      field: 'description',
      code: 'custom',
      message: 'description is too long (maximum is 140 characters)',
    });
  for (const field of ['environment_url', 'log_url', 'target_url']) {
    const url = body[field];
    if (url !== undefined && url !== '' && !(typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url)))
      wrong.push({ resource, field, code: 'custom', message: `${field} must use http(s) scheme` });
  }
  return wrong;
}

export function newStatus(id: number, deployment: Deployment, body: Json): DeploymentStatus {
  const text = (field: string): string | undefined => body[field] as string | undefined;
  return {
    id,
    state: body['state'] as DeploymentState,
    description: text('description') ?? '',
    environment: text('environment') ?? deployment.statuses.at(-1)?.environment ?? deployment.environment,
    environmentUrl: text('environment_url') ?? '',
    logUrl: text('log_url') ?? text('target_url') ?? '',
    createdAt: timestamp(),
  };
}

/** GitHub's `deployment`. */
export function deploymentShape(place: Place, repository: string, login: string, deployment: Deployment): Json {
  const repo = `${place.api}/repos/${repository}`;
  const url = `${repo}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('DE', deployment.id),
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: deployment.createdAt,
    updated_at: deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: repo,
    creator: user(place, login, 'Bot'),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: null,
  };
}

/** GitHub's `deployment-status`. */
export function statusShape(
  place: Place,
  repository: string,
  login: string,
  deployment: Deployment,
  status: DeploymentStatus,
): Json {
  const repo = `${place.api}/repos/${repository}`;
  const url = `${repo}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DES', status.id),
    state: status.state,
    creator: user(place, login, 'Bot'),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: repo,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: null,
  };
}

function wrongTypes(resource: string, body: Json, types: Record<string, 'string' | 'boolean'>): FieldError[] {
  return Object.entries(types)
    .filter(([field, type]) => body[field] !== undefined && typeof body[field] !== type)
    .map(([field]) => ({ resource, field, code: 'invalid' }));
}
