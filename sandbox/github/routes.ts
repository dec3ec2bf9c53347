import {
  checkDeployment,
  checkStatus,
  deploymentShape,
  newDeployment,
  newStatus,
  statusShape,
  type Deployment,
  type FieldError,
} from './deployments.ts';
import { commitShape, compare, resolveRef, type Commit } from './history.ts';
import { nodeId, type Json } from './repository.ts';
import { jobShapes, runShape, type Run } from './runs.ts';
import type { GitHubState } from './state.ts';

export interface Answer {
  status: number;
  body: unknown;
}

type Handler = (state: GitHubState, parts: string[], query: URLSearchParams, body: Json) => Answer;

/** Method, path below the repository, and what answers it; each group of the pattern is one of `parts`. */
const ROUTES: [method: string, path: RegExp, handler: Handler][] = [
  ['POST', /^\/deployments$/, createDeployment],
  ['GET', /^\/deployments$/, listDeployments],
  ['POST', /^\/deployments\/(\d+)\/statuses$/, createStatus],
  ['GET', /^\/deployments\/(\d+)\/statuses$/, listStatuses],
  ['GET', /^\/commits\/(.+)$/, getCommit],
  ['GET', /^\/git\/ref\/(heads\/.+)$/, getRef],
  ['GET', /^\/compare\/(.+?)\.\.\.(.+)$/, compareCommits],
  ['GET', /^\/actions\/runs\/(\d+)$/, withRun((state, run) => ok(runShape(state, run)))],
  ['GET', /^\/actions\/runs\/(\d+)\/attempts\/(\d+)$/, withRun((state, run) => ok(runShape(state, run)))],
  ['GET', /^\/actions\/runs\/(\d+)\/jobs$/, withRun(listJobs)],
  ['GET', /^\/actions\/runs\/(\d+)\/attempts\/(\d+)\/jobs$/, withRun(listJobs)],
];

/** Answers one request as api.github.com does: token first, then the repository, then the endpoint. */
export function answer(
  state: GitHubState,
  method: string,
  target: string,
  authorization: string | undefined,
  text: string,
): Answer {
  if (authorization === undefined) return refuse(401, 'Requires authentication');
  if (!/^(bearer|token) /i.test(authorization) || authorization.replace(/^\w+ /, '') !== state.token)
    return refuse(401, 'Bad credentials');
  const url = new URL(target, state.place.api);
  const [, owner, name, rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? [];
  // GitHub compares owner and name without regard to case.
  if (`${owner}/${name}`.toLowerCase() !== state.repository.fullName.toLowerCase()) return notFound();
  for (const [verb, path, handler] of ROUTES) {
    const match = verb === method ? path.exec(rest) : null;
    if (match === null) continue;
    const body = method === 'POST' ? parseObject(text) : {};
    if (body === undefined) return refuse(400, 'Problems parsing JSON');
    return handler(state, match.slice(1).map(decodeURIComponent), url.searchParams, body);
  }
  return notFound();
}

function createDeployment(state: GitHubState, _parts: string[], _query: URLSearchParams, body: Json): Answer {
  const wrong = checkDeployment(body);
  if (wrong.length > 0) return invalid(wrong);
  const commit = resolveRef(state.history, String(body['ref']));
  if (commit === undefined) return refuse(422, `No ref found for: ${String(body['ref'])}`);
  const deployment = newDeployment(state.nextId(), commit.sha, body);
  state.deployments.push(deployment);
  return { status: 201, body: shapeOf(state, deployment) };
}

/** Newest first, filtered by exact equality. */
function listDeployments(state: GitHubState, _parts: string[], query: URLSearchParams): Answer {
  const filters = ['sha', 'ref', 'task', 'environment'] as const;
  const found = state.deployments.filter((deployment) =>
    filters.every((field) => !query.has(field) || query.get(field) === deployment[field]),
  );
  return ok(page(found.toReversed(), query).map((deployment) => shapeOf(state, deployment)));
}

function createStatus(state: GitHubState, [id]: string[], _query: URLSearchParams, body: Json): Answer {
  const deployment = deploymentOf(state, id);
  if (deployment === undefined) return notFound();
  const wrong = checkStatus(body);
  if (wrong.length > 0) return invalid(wrong);
  const status = newStatus(state.nextId(), deployment, body);
  deployment.statuses.push(status);
  if (status.state === 'success' && body['auto_inactive'] !== false) retireOthers(state, deployment);
  return { status: 201, body: statusShape(state.place, state.repository.fullName, state.login, deployment, status) };
}

/** `auto_inactive`: successful deployments of the same environment end, unless transient or production. */
function retireOthers(state: GitHubState, current: Deployment): void {
  for (const other of state.deployments) {
    if (other === current || other.environment !== current.environment || other.transient || other.production) continue;
    if (other.statuses.at(-1)?.state !== 'success') continue;
    other.statuses.push(newStatus(state.nextId(), other, { state: 'inactive' }));
  }
}

function listStatuses(state: GitHubState, [id]: string[], query: URLSearchParams): Answer {
  const deployment = deploymentOf(state, id);
  if (deployment === undefined) return notFound();
  const { place, repository, login } = state;
  const newest = page(deployment.statuses.toReversed(), query);
  return ok(newest.map((status) => statusShape(place, repository.fullName, login, deployment, status)));
}

function getCommit(state: GitHubState, [ref = '']: string[]): Answer {
  const commit = resolveRef(state.history, ref);
  if (commit === undefined) return refuse(422, `No commit found for SHA: ${ref}`);
  const detail = { stats: { total: 0, additions: 0, deletions: 0 }, files: [] };
  return ok({ ...commitShape(state.place, state.repository.fullName, commit), ...detail });
}

function getRef(state: GitHubState, [ref = '']: string[]): Answer {
  const sha = state.history.branches.get(ref.replace(/^heads\//, ''));
  if (sha === undefined) return notFound();
  const repo = `${state.place.api}/repos/${state.repository.fullName}`;
  return ok({
    ref: `refs/${ref}`,
    node_id: nodeId('REF', ref),
    url: `${repo}/git/refs/${ref}`,
    object: { sha, type: 'commit', url: `${repo}/git/commits/${sha}` },
  });
}

function compareCommits(state: GitHubState, [from = '', to = '']: string[], query: URLSearchParams): Answer {
  const [base, head] = [resolveRef(state.history, from), resolveRef(state.history, to)];
  if (base === undefined || head === undefined) return notFound();
  const { status, ahead, behind, mergeBase } = compare(state.history, base, head);
  if (mergeBase === undefined) return refuse(404, `No common ancestor between ${from} and ${to}.`);
  const { place, repository } = state;
  const shape = (commit: Commit): Json => commitShape(place, repository.fullName, commit);
  const web = `${place.web}/${repository.fullName}/compare/${from}...${to}`;
  return ok({
    url: `${place.api}/repos/${repository.fullName}/compare/${from}...${to}`,
    html_url: web,
    permalink_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    base_commit: shape(base),
    merge_base_commit: shape(mergeBase),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: page(ahead, query).map(shape),
    files: [],
  });
}

/** The named attempt of a run, or its latest. */
function withRun(handler: (state: GitHubState, run: Run, query: URLSearchParams) => Answer): Handler {
  return (state, [id, attempt], query) => {
    const attempts = state.runs.filter((run) => run.id === Number(id));
    const run = attempt === undefined ? attempts.at(-1) : attempts.find((one) => one.attempt === Number(attempt));
    return run === undefined ? notFound() : handler(state, run, query);
  };
}

function listJobs(state: GitHubState, run: Run, query: URLSearchParams): Answer {
  return ok({ total_count: run.jobs.length, jobs: page(jobShapes(state, run), query) });
}

function deploymentOf(state: GitHubState, id: string | undefined): Deployment | undefined {
  return state.deployments.find((deployment) => deployment.id === Number(id));
}

function shapeOf(state: GitHubState, deployment: Deployment): Json {
  return deploymentShape(state.place, state.repository.fullName, state.login, deployment);
}

function page<T>(items: T[], query: URLSearchParams): T[] {
  const size = Math.min(Number(query.get('per_page') ?? 30) || 30, 100);
  const start = (Math.max(Number(query.get('page') ?? 1) || 1, 1) - 1) * size;
  return items.slice(start, start + size);
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function notFound(): Answer {
  return refuse(404, 'Not Found');
}

function invalid(errors: FieldError[]): Answer {
  return refuse(422, 'Validation Failed', { errors });
}

function refuse(status: number, message: string, more: Json = {}): Answer {
  return {
    status,
    body: { message, ...more, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
