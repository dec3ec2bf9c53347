import * as z from 'zod';
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
  /** How long one answer may take; 5 s unless told otherwise. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;
const TRIES = 3;
/** A longer wait is the caller's to make. */
const LONGEST_WAIT_MS = 10_000;
/** GitHub's largest page, and how many of them are asked for: a run has at most 256 jobs of a matrix, but several matrices. */
const PAGE = 100;
const MAX_PAGES = 10;

const Created = z.object({ id: z.number() });
const Commit = z.object({
  commit: z.object({ message: z.string(), author: z.object({ name: z.string() }).nullable() }),
});
const Run = z.object({
  run_number: z.int().positive(),
  status: z.string(),
  conclusion: z.string().nullable(),
  head_sha: z.string(),
  path: z.string(),
  event: z.string(),
  html_url: z.string(),
});
const Jobs = z.object({
  jobs: z.array(z.object({ name: z.string(), conclusion: z.string().nullable(), html_url: z.string().nullable() })),
});
const Reference = z.object({ object: z.object({ sha: z.string() }) });
const Comparison = z.object({ status: z.enum(['ahead', 'behind', 'identical', 'diverged']) });

/** GitHub's REST API (version 2022-11-28) for one repository. Throws GitHubUnavailable, GitHubRefused, SecretInvalid. */
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
        number: run.run_number,
        status: run.status,
        conclusion: run.conclusion,
        headSha: run.head_sha,
        path: run.path,
        event: run.event,
        url: run.html_url,
      };
    },
    jobs: async (id, attempt) => {
      const all: z.output<typeof Jobs>['jobs'] = [];
      for (let page = 1; page <= MAX_PAGES; page++) {
        const { jobs } = await get(`/actions/runs/${id}/attempts/${attempt}/jobs?per_page=${PAGE}&page=${page}`, Jobs);
        all.push(...jobs);
        if (jobs.length < PAGE) break;
      }
      return all.map(({ name, conclusion, html_url: url }) => ({ name, conclusion, url: url ?? '' }));
    },
    branchTip: async (branch) =>
      (await get(`/git/ref/heads/${branch.split('/').map(encodeURIComponent).join('/')}`, Reference)).object.sha,
    compare: async (base, head) => (await get(`/compare/${base}...${head}?per_page=1`, Comparison)).status,
  };
}

interface Answered {
  status: number;
  /** undefined when the body is no JSON. */
  json: unknown;
  /** How long GitHub asks to wait, in ms, when it limits the rate. */
  waitMs: number | undefined;
}

/**
 * Reads are tried again on 5xx and broken connections; a POST only when GitHub says that it did nothing (503, or a rate limit).
 * A rate limit (429, or 403 with its headers) is waited for if it is short; see "Rate limits for the REST API" in GitHub's docs.
 */
async function request(options: GitHubOptions, method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(options, method, path, body);
    if (!(answer instanceof Error) && answer.status < 300) return answer.json;
    if (!(answer instanceof Error) && answer.waitMs === undefined && answer.status < 500)
      throw refused(options, method, path, answer);
    const didNothing = !(answer instanceof Error) && (answer.waitMs !== undefined || answer.status === 503);
    const waitMs = (answer instanceof Error ? undefined : answer.waitMs) ?? 250 * 2 ** attempt;
    if (attempt === TRIES || (method === 'POST' && !didNothing) || waitMs > LONGEST_WAIT_MS)
      throw unavailable(method, path, answer);
    await options.clock.sleep(waitMs);
  }
}

async function send(options: GitHubOptions, method: string, path: string, body: unknown): Promise<Answered | Error> {
  const token = await tokenOf(options);
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
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    });
    const json = parseJson(await response.text());
    return { status: response.status, json, waitMs: rateLimitWait(response, json, options.clock.now()) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
    return new Error(cause ?? (error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

/** A file's last newline often comes with a secret; anything else that is no header value must not reach fetch, whose error quotes it. */
async function tokenOf({ token, secret }: GitHubOptions): Promise<string> {
  const text = (await token()).trim();
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw fail('SecretInvalid', `The secret ${secret} is not a GitHub token: one line without spaces.`, { secret });
}

/** undefined: not limited. The primary limit names its end, a secondary one how long to wait, or nothing: then a minute. */
function rateLimitWait({ status, headers }: Response, json: unknown, now: Date): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number.parseInt(headers.get('retry-after') ?? '', 10);
  if (after >= 0) return after * 1_000;
  const reset = Number.parseInt(headers.get('x-ratelimit-reset') ?? '', 10);
  if (headers.get('x-ratelimit-remaining') === '0' && reset > 0) return Math.max(0, reset * 1_000 - now.getTime());
  return status === 429 || /rate limit/i.test(messageOf(json)) ? 60_000 : undefined;
}

function unavailable(method: string, path: string, answer: Answered | Error): ReleaseError {
  const call = `${method} ${path}`;
  if (answer instanceof Error)
    return fail('GitHubUnavailable', `GitHub did not answer ${call}: ${answer.message}.`, {}, answer);
  if (answer.waitMs === undefined)
    return fail('GitHubUnavailable', `GitHub did not answer ${call}: status ${answer.status}.`);
  const seconds = Math.ceil(answer.waitMs / 1_000);
  return fail('GitHubUnavailable', `GitHub limits the rate of requests: ${call} may be tried again in ${seconds} s.`);
}

function refused(options: GitHubOptions, method: string, path: string, { status, json }: Answered): ReleaseError {
  const message = messageOf(json).replace(/\.$/, '') || 'no message';
  return fail('GitHubRefused', `GitHub refused ${method} ${path} with ${status}: ${message}.`, {
    secret: options.secret,
    repository: options.repository,
  });
}

function messageOf(json: unknown): string {
  const said = z.object({ message: z.string() }).safeParse(json);
  return said.success ? said.data.message : '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shapeOf<T>(shape: z.ZodType<T>, json: unknown, what: string): T {
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  throw fail(
    'GitHubUnavailable',
    `GitHub answered ${what} in a form that Hawser does not know: ${parsed.error.issues[0]?.message ?? ''}.`,
  );
}
