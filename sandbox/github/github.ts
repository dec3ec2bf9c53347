import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { Deployment, DeploymentStatus } from './deployments.ts';
import { addCommit, timestamp, type Commit, type NewCommit } from './history.ts';
import { user, webhookRepository, type Json } from './repository.ts';
import { answer, type Answer } from './routes.ts';
import { runShape, workflowShape, type Conclusion, type Job, type Run } from './runs.ts';
import { newState, type GitHubState, type StateOptions } from './state.ts';

export interface GitHubOptions extends Partial<StateOptions> {
  /** Default: a free one. Listens on 127.0.0.1 only. */
  port?: number;
}

export interface CompletedRun {
  sha: string;
  /** Id that `openRun` gave; default a new one. */
  id?: number;
  /** Default `push`. */
  event?: string;
  /** Default `success`. */
  conclusion?: Conclusion;
  /** Default: one job `build`. */
  jobs?: Job[];
  /** Default: the default branch. */
  branch?: string;
  /** Id of the run that this is the next attempt of. */
  rerunOf?: number;
  /** `owner/name` of a fork that the commit comes from. */
  fork?: string;
}

export interface GitHub {
  /** Base URL of the REST API. */
  readonly url: string;
  /** The one token that is accepted. */
  readonly token: string;
  /** `owner/name` and its id. */
  readonly repository: string;
  readonly repositoryId: number;
  /** Adds a commit to a branch. */
  push(commit: NewCommit): Commit;
  /** Begins a run and returns its id, which its jobs know before it ends. */
  openRun(): number;
  /** Ends a workflow run; returns it and the webhook's payload, as GitHub sends them. */
  completeRun(run: CompletedRun): { run: Json; payload: Json };
  /** What GitHub was told, oldest first. */
  deployments(): readonly Deployment[];
  statuses(deployment: number): readonly DeploymentStatus[];
  stop(): Promise<void>;
}

/**
 * A stand-in for the parts of GitHub's REST API that Hawser uses, with one private repository. Answers have the shapes of
 * GitHub's OpenAPI description; what it is told is kept for tests to read.
 */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const server = createServer();
  // Clients end idle connections. A server that does so, too, may end one just when the next request is on its way.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state = newState(url, options);
  server.on('request', (request, response) => void respond(state, request, response));
  return {
    url,
    token: state.token,
    repository: state.repository.fullName,
    repositoryId: state.repository.id,
    push: (commit) => addCommit(state.history, commit, commit.branch ?? state.repository.defaultBranch),
    openRun: () => state.nextId(),
    completeRun: (run) => completeRun(state, run),
    deployments: () => state.deployments,
    statuses: (id) => state.deployments.find((deployment) => deployment.id === id)?.statuses ?? [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(state: GitHubState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request);
    const given = answer(state, request.method ?? 'GET', request.url ?? '/', request.headers.authorization, body);
    response.writeHead(given.status, headers(state, given)).end(JSON.stringify(given.body));
  } catch {
    response.destroy();
  }
}

function completeRun(state: GitHubState, wanted: CompletedRun): { run: Json; payload: Json } {
  const commit = state.history.commits.get(wanted.sha);
  if (commit === undefined) throw new Error(`No commit ${wanted.sha}: push it first.`);
  const before = state.runs.filter((run) => run.id === wanted.rerunOf).at(-1);
  if (wanted.rerunOf !== undefined && before === undefined) throw new Error(`No run ${wanted.rerunOf} to run again.`);
  const now = Date.now();
  const run: Run = {
    id: before?.id ?? wanted.id ?? state.nextId(),
    number: before?.number ?? new Set(state.runs.map(({ id }) => id)).size + 1,
    attempt: (before?.attempt ?? 0) + 1,
    event: wanted.event ?? 'push',
    conclusion: wanted.conclusion ?? 'success',
    commit,
    branch: wanted.branch ?? state.repository.defaultBranch,
    head:
      wanted.fork === undefined ? state.repository : { ...state.repository, id: state.nextId(), fullName: wanted.fork },
    workflow: state.workflow,
    jobs: wanted.jobs ?? [{ name: 'build' }],
    createdAt: timestamp(new Date(now - 90_000)),
    completedAt: timestamp(new Date(now)),
  };
  state.runs.push(run);
  const shape = runShape(state, run);
  const payload = {
    action: 'completed',
    workflow_run: shape,
    workflow: workflowShape(state, run.workflow),
    repository: webhookRepository(state.place, state.repository, commit.date),
    sender: user(state.place, commit.author.login),
  };
  return { run: shape, payload };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** What GitHub sends with every answer; the limit is that of one user's token. */
function headers(state: GitHubState, { status }: Answer): Record<string, string> {
  const limit = status === 401 ? 60 : 5_000;
  const used = Math.min(++state.requests, limit);
  return {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
    'x-github-request-id': `${randomBytes(2).toString('hex')}:${randomBytes(3).toString('hex')}`.toUpperCase(),
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-used': String(used),
    'x-ratelimit-remaining': String(limit - used),
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3_600),
    'x-ratelimit-resource': 'core',
  };
}
