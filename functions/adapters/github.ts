import { z } from 'zod';
import { fail, type ReleaseError } from '../core/errors.ts';
import type { Clock, GitHub } from '../core/ports.ts';

export interface GitHubOptions {
  /** https://api.github.com, or that of an Enterprise Server. */
  api: string;
  /** `owner/name`. */
  repository: string;
  /** The token, asked for at each call, so that a rotated one is picked up. */
  token: () => Promise<string>;
  /** Name of the secret that holds it, for hints. */
  secret: string;
  clock: Clock;
}

const TIMEOUT_MS = 5_000;
const TRIES = 3;

const Created = z.object({ id: z.number() });
const Commit = z.object({
  commit: z.object({ message: z.string(), author: z.object({ name: z.string() }).nullable() }),
});
const Run = z.object({
  status: z.string(),
  conclusion: z.string().nullable(),
  head_sha: z.string(),
  path: z.string(),
  event: z.string(),
});
const Jobs = z.object({
  jobs: z.array(z.object({ name: z.string(), conclusion: z.string().nullable(), html_url: z.string().nullable() })),
});
const Reference = z.object({ object: z.object({ sha: z.string() }) });
const Comparison = z.object({ status: z.enum(['ahead', 'behind', 'identical', 'diverged']) });

/** GitHub's REST API (version 2022-11-28) for one repository. Throws GitHubUnavailable, GitHubRefused. */
export function github(options: GitHubOptions): GitHub {
  const repo = `/repos/${options.repository}`;
  const get = async <T>(path: string, shape: z.ZodType<T>): Promise<T> =>
    shapeOf(shape, await request(options, 'GET', `${repo}${path}`), path);
  return {
    createDeployment: async ({ environment, revision, description, production, payload }) => {
      // No required contexts: the gate decides what may be deployed, and auto_merge would change the commit.
      const body = {
        ref: revision,
        environment,
        description,
        payload,
        auto_merge: false,
        required_contexts: [],
        production_environment: production,
      };
      return shapeOf(Created, await request(options, 'POST', `${repo}/deployments`, body), 'deployments').id;
    },
    setStatus: async (deployment, { state, description, environmentUrl, logUrl }) => {
      const body = { state, description, environment_url: environmentUrl, log_url: logUrl, auto_inactive: false };
      await request(options, 'POST', `${repo}/deployments/${deployment}/statuses`, body);
    },
    commit: async (revision) => {
      const { commit } = await get(`/commits/${revision}`, Commit);
      return { message: commit.message, author: commit.author?.name ?? 'unknown' };
    },
    run: async (id, attempt) => {
      const run = await get(`/actions/runs/${id}/attempts/${attempt}`, Run);
      return {
        status: run.status,
        conclusion: run.conclusion,
        headSha: run.head_sha,
        path: run.path,
        event: run.event,
      };
    },
    jobs: async (id, attempt) => {
      const { jobs } = await get(`/actions/runs/${id}/attempts/${attempt}/jobs?per_page=100`, Jobs);
      return jobs.map(({ name, conclusion, html_url: url }) => ({ name, conclusion, url: url ?? '' }));
    },
    branchTip: async (branch) =>
      (await get(`/git/ref/heads/${branch.split('/').map(encodeURIComponent).join('/')}`, Reference)).object.sha,
    compare: async (base, head) => (await get(`/compare/${base}...${head}?per_page=1`, Comparison)).status,
  };
}

/** Reads are tried again on 429, 5xx and broken connections; a POST only when GitHub says that it did nothing (429, 503). */
async function request(options: GitHubOptions, method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(options, method, path, body);
    if (!(answer instanceof Error)) {
      if (answer.status < 300) return answer.json;
      const again = answer.status === 429 || answer.status === 503 || (method === 'GET' && answer.status >= 500);
      if (!again) throw refused(options, method, path, answer.status, answer.json);
    }
    if (attempt === TRIES || (answer instanceof Error && method === 'POST')) {
      const what = answer instanceof Error ? answer.message : `status ${answer.status}`;
      throw fail(
        'GitHubUnavailable',
        `GitHub did not answer ${method} ${path}: ${what}.`,
        {},
        answer instanceof Error ? answer : undefined,
      );
    }
    await options.clock.sleep(250 * 2 ** attempt);
  }
}

async function send(
  options: GitHubOptions,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; json: unknown } | Error> {
  const token = await options.token();
  try {
    const response = await fetch(`${options.api}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'hawser',
        'x-github-api-version': '2022-11-28',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, json: await response.json().catch(() => undefined) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
    return new Error(cause ?? (error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

function refused(options: GitHubOptions, method: string, path: string, status: number, json: unknown): ReleaseError {
  const said = z.object({ message: z.string() }).safeParse(json);
  const message = said.success ? said.data.message : 'no message';
  return fail('GitHubRefused', `GitHub refused ${method} ${path} with ${status}: ${message}.`, {
    secret: options.secret,
    repository: options.repository,
  });
}

function shapeOf<T>(shape: z.ZodType<T>, json: unknown, what: string): T {
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  throw fail(
    'GitHubUnavailable',
    `GitHub answered ${what} in a form that Hawser does not know: ${parsed.error.issues[0]?.message ?? ''}.`,
  );
}
