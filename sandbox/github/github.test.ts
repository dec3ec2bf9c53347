import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGitHub, type GitHub } from './github.ts';
import { readDescription, type Description } from './openapi.ts';

const PATHS = {
  deployments: '/repos/{owner}/{repo}/deployments',
  statuses: '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  commit: '/repos/{owner}/{repo}/commits/{ref}',
  ref: '/repos/{owner}/{repo}/git/ref/{ref}',
  compare: '/repos/{owner}/{repo}/compare/{basehead}',
  run: '/repos/{owner}/{repo}/actions/runs/{run_id}',
  attempt: '/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}',
  jobs: '/repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
  attemptJobs: '/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs',
};

let description: Description;
let github: GitHub;
beforeAll(async () => {
  description = readDescription();
  github = await startGitHub();
});
afterAll(() => github.stop());

interface Reply {
  status: number;
  headers: Headers;
  // Each test names the fields it reads.
  json: Record<string, unknown>;
}

async function call(method: string, path: string, body?: unknown, token = github.token): Promise<Reply> {
  const response = await fetch(`${github.url}/repos/acme/shop${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Reply['json'] };
}

/** Calls, checks the status, and checks the answer against GitHub's description. */
async function conforming(status: number, method: string, of: string, path: string, body?: unknown): Promise<Reply> {
  const reply = await call(method, path, body);
  expect(reply).toMatchObject({ status });
  expect(description.response(method, of, status)(reply.json)).toEqual([]);
  return reply;
}

describe('answers conform to the description of the API', () => {
  test('deployments and their statuses', async () => {
    const { sha } = github.push({ message: 'Ship it\n\nWith a body.' });
    const body = {
      ref: sha,
      environment: 'staging',
      description: 'r1',
      payload: { release: 'x' },
      required_contexts: [],
    };
    const created = await conforming(201, 'POST', PATHS.deployments, '/deployments', body);
    const id = created.json['id'] as number;
    const status = { state: 'in_progress', description: 'wake', environment_url: 'http://203.0.113.9:31445' };
    const posted = await conforming(201, 'POST', PATHS.statuses, `/deployments/${id}/statuses`, status);
    expect(posted.json).toMatchObject({ state: 'in_progress', environment: 'staging', description: 'wake' });
    await conforming(201, 'POST', PATHS.statuses, `/deployments/${id}/statuses`, {
      state: 'success',
      log_url: 'https://e.com/l',
    });
    await conforming(200, 'GET', PATHS.statuses, `/deployments/${id}/statuses`);
    await conforming(200, 'GET', PATHS.deployments, `/deployments?environment=staging&sha=${sha}`);
    expect(github.statuses(id).map(({ state }) => state)).toEqual(['in_progress', 'success']);
    expect(github.deployments().at(-1)).toMatchObject({ id, sha, environment: 'staging', payload: { release: 'x' } });
  });

  test('commits, refs and comparisons', async () => {
    const { sha } = github.push({ message: 'one', author: { name: 'Grace Example', email: 'grace@example.com' } });
    const commit = await conforming(200, 'GET', PATHS.commit, `/commits/${sha}`);
    expect(commit.json['commit']).toMatchObject({ message: 'one', author: { name: 'Grace Example' } });
    await conforming(200, 'GET', PATHS.commit, '/commits/main');
    const ref = await conforming(200, 'GET', PATHS.ref, '/git/ref/heads/main');
    expect(ref.json['object']).toMatchObject({ sha });
    const next = github.push({ message: 'two' });
    const comparison = await conforming(200, 'GET', PATHS.compare, `/compare/${sha}...${next.sha}`);
    expect(comparison.json).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0 });
  });

  test('runs and jobs, the latest attempt and each of them', async () => {
    const { sha } = github.push({ message: 'run me' });
    const jobs = [{ name: 'build' }, { name: 'trivy', conclusion: 'failure' as const }];
    const { run } = github.completeRun({ sha, conclusion: 'failure', jobs });
    github.completeRun({ sha, rerunOf: run['id'] as number });
    const at = `/actions/runs/${run['id'] as number}`;
    expect((await conforming(200, 'GET', PATHS.run, at)).json).toMatchObject({ run_attempt: 2, conclusion: 'success' });
    const first = await conforming(200, 'GET', PATHS.attempt, `${at}/attempts/1`);
    expect(first.json).toMatchObject({ run_attempt: 1, conclusion: 'failure', head_sha: sha, event: 'push' });
    expect((await conforming(200, 'GET', PATHS.jobs, `${at}/jobs`)).json['total_count']).toBe(1);
    const both = await conforming(200, 'GET', PATHS.attemptJobs, `${at}/attempts/1/jobs`);
    expect(both.json['jobs']).toMatchObject([{ name: 'build', conclusion: 'failure' }, { name: 'trivy' }]);
    expect((await call('GET', `${at}/attempts/3`)).status).toBe(404);
  });

  test('a run has its id before it ends, and no other run gets it', async () => {
    const { sha } = github.push({ message: 'sign me' });
    const [first, second] = [github.openRun(), github.openRun()];
    expect((await call('GET', `/actions/runs/${first}`)).status).toBe(404);
    const { payload } = github.completeRun({ sha, id: first });
    expect(payload['workflow_run']).toMatchObject({ id: first, run_attempt: 1, head_sha: sha });
    const { run } = github.completeRun({ sha });
    expect(new Set([first, second, run['id']]).size).toBe(3);
    expect((await conforming(200, 'GET', PATHS.run, `/actions/runs/${first}`)).json).toMatchObject({ id: first });
  });

  test.each([
    ['no ref', {}, 'missing_field'],
    ['a ref of the wrong type', { ref: 1 }, 'invalid'],
    ['contexts of the wrong type', { ref: 'main', required_contexts: 'ci' }, 'invalid'],
  ])('a deployment with %s is 422', async (_what, body, code) => {
    const reply = await conforming(422, 'POST', PATHS.deployments, '/deployments', body);
    expect(reply.json['errors']).toMatchObject([{ code }]);
  });

  test('a deployment of an unknown ref is 422, and is not recorded', async () => {
    const before = github.deployments().length;
    await conforming(422, 'POST', PATHS.deployments, '/deployments', { ref: 'no-such-branch' });
    expect(github.deployments()).toHaveLength(before);
  });

  test.each([
    ['no state', {}],
    ['an unknown state', { state: 'done' }],
    ['a description over 140 characters', { state: 'success', description: 'x'.repeat(141) }],
    ['an environment URL that is none', { state: 'success', environment_url: 'javascript:alert(1)' }],
  ])('a status with %s is 422', async (_what, body) => {
    github.push({ message: 'again' });
    const { json } = await call('POST', '/deployments', { ref: 'main' });
    await conforming(422, 'POST', PATHS.statuses, `/deployments/${json['id'] as number}/statuses`, body);
    expect(github.statuses(json['id'] as number)).toEqual([]);
  });

  test.each([
    ['statuses of an unknown deployment', 404, PATHS.statuses, '/deployments/5/statuses'],
    ['an unknown commit', 422, PATHS.commit, `/commits/${'0'.repeat(40)}`],
    ['an unknown branch', 404, PATHS.ref, '/git/ref/heads/gone'],
    ['a comparison with an unknown branch', 404, PATHS.compare, '/compare/gone...main'],
    ['jobs of an unknown run', 404, PATHS.attemptJobs, '/actions/runs/5/attempts/1/jobs'],
  ])('%s is %d', async (_what, status, of, path) => {
    const { json } = await conforming(status, 'GET', of, path);
    expect(json['message']).toBe(status === 404 ? 'Not Found' : `No commit found for SHA: ${'0'.repeat(40)}`);
  });

  test.each(['push', 'workflow_dispatch'])('the webhook of a run by %s', (event) => {
    const { sha } = github.push({ message: 'hook' });
    const { payload } = github.completeRun({ sha, event });
    expect(description.schema('webhook-workflow-run-completed')(payload)).toEqual([]);
  });

  test('the check itself finds what is missing', () => {
    expect(description.schema('deployment')({ id: 1 })).not.toEqual([]);
    expect(description.schema('deployment-status')({ state: 'gone' })).not.toEqual([]);
  });
});

describe('who may ask', () => {
  test.each([
    ['a wrong token', { authorization: 'Bearer wrong' }, 'Bad credentials'],
    ['no token', {}, 'Requires authentication'],
  ])('%s is 401', async (_what, headers: Record<string, string>, message) => {
    const response = await fetch(`${github.url}/repos/acme/shop/commits/main`, { headers });
    const json = await response.json();
    expect(response.status).toBe(401);
    expect(json).toMatchObject({ message });
    expect(description.schema('basic-error')(json)).toEqual([]);
  });

  test('an unknown repository is Not Found', async () => {
    const headers = { authorization: `Bearer ${github.token}` };
    const response = await fetch(`${github.url}/repos/acme/other/commits/main`, { headers });
    expect([response.status, await response.json()]).toMatchObject([404, { message: 'Not Found' }]);
  });

  test('every answer names its request and the rate limit', async () => {
    const { headers } = await call('GET', '/git/ref/heads/main');
    expect(headers.get('x-github-request-id')).toMatch(/^[0-9A-F:]+$/);
    const [limit, used, left] = ['limit', 'used', 'remaining'].map((name) =>
      Number(headers.get(`x-ratelimit-${name}`)),
    );
    expect(limit).toBe((used ?? 0) + (left ?? 0));
  });

  test('a body that is not JSON is 400', async () => {
    expect((await call('POST', '/deployments', '{')).json).toMatchObject({ message: 'Problems parsing JSON' });
  });
});

test('success retires earlier deployments of the environment, unless told not to', async () => {
  github.push({ message: 'retire' });
  const deploy = async (more: object): Promise<number> => {
    const { json } = await call('POST', '/deployments', { ref: 'main', environment: 'qa' });
    await call('POST', `/deployments/${json['id'] as number}/statuses`, { state: 'success', ...more });
    return json['id'] as number;
  };
  const first = await deploy({});
  const second = await deploy({ auto_inactive: false });
  expect(github.statuses(first).at(-1)?.state).toBe('success');
  await deploy({});
  expect([first, second].map((id) => github.statuses(id).at(-1)?.state)).toEqual(['inactive', 'inactive']);
});

test('a fork has another head repository, of the same branch name', () => {
  const { sha } = github.push({ message: 'from a fork' });
  const { payload } = github.completeRun({ sha, fork: 'mallory/shop' });
  expect(payload['workflow_run']).toMatchObject({
    head_branch: 'main',
    repository: { id: github.repositoryId, full_name: 'acme/shop' },
    head_repository: { full_name: 'mallory/shop', fork: true },
  });
  const head = (payload['workflow_run'] as { head_repository: { id: number } }).head_repository;
  expect(head.id).not.toBe(github.repositoryId);
});
