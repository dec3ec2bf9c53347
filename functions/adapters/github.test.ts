import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGitHub, type GitHub as StandIn } from '../../sandbox/github/github.ts';
import type { DeploymentState, GitHub } from '../core/ports.ts';
import { misbehave, type Fault } from './contract/faulty.ts';
import { githubContract } from './contract/github.ts';
import { github, type GitHubOptions } from './github.ts';
import { memoryClock, type MemoryClock } from './memory/clock.ts';

const revision = 'a'.repeat(40);
const workflow = { id: 7, name: 'CI', path: '.github/workflows/ci.yml' };
const running: StandIn[] = [];

afterEach(async () => {
  for (const standIn of running.splice(0)) await standIn.stop();
});

githubContract('REST', async () => {
  const standIn = await startGitHub({ workflow });
  running.push(standIn);
  const root = standIn.push({ message: 'Begin' }).sha;
  return {
    github: adapter({ api: standIn.url, token: async () => standIn.token }),
    push: (message, author) => standIn.push({ message, author: { name: author } }).sha,
    pushAside: () => standIn.push({ message: 'Aside', branch: 'aside', parent: root }).sha,
    completeRun: (sha, jobs) => {
      const { run } = standIn.completeRun({ sha, jobs });
      return [run['id'] as number, run['run_attempt'] as number];
    },
    statuses: (deployment) =>
      standIn.statuses(deployment).map(({ state, description, environmentUrl }) => ({
        state: state as DeploymentState,
        description,
        ...(environmentUrl === '' ? {} : { environmentUrl }),
      })),
  };
});

test('a wrong token is refused, with what GitHub says and what the token needs', async () => {
  const standIn = await startGitHub();
  running.push(standIn);
  const wrong = 'ghp_wrong0123456789abcdefghij';
  const error = await fault(adapter({ api: standIn.url, token: async () => wrong }).branchTip('main'));
  expect(error).toMatchObject({
    code: 'GitHubRefused',
    message: 'GitHub refused GET /repos/acme/shop/git/ref/heads/main with 401: Bad credentials.',
    hint: expect.stringContaining('The token in shop/github needs') as string,
  });
  expect(told(error)).not.toContain(wrong);
});

describe('a GitHub that does not behave', () => {
  let server: Server;
  let api: string;
  let clock: MemoryClock;
  let faults: Fault[];
  let asked: string[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      asked.push(`${request.method} ${request.url}`);
      misbehave(
        faults.shift() ?? { status: 200, body: JSON.stringify({ object: { sha: revision }, id: 5 }) },
        request,
        response,
      );
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
    [faults, asked] = [[], []];
  });

  const ours = (more: Partial<GitHubOptions> = {}): GitHub =>
    adapter({ api, clock, timeoutMs: faults.includes('hang') ? 1_000 : 30_000, ...more });
  const read = (): Promise<string> => ours().branchTip('main');
  const write = (): Promise<void> => ours().setStatus(5, { state: 'success', description: 'Live' });
  const limited: Fault = {
    status: 403,
    headers: { 'retry-after': '3' },
    body: '{"message":"You have exceeded a secondary rate limit"}',
  };

  test.each<[string, Fault[]]>([
    ['500', [{ status: 500 }]],
    ['502 with a page', [{ status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>' }]],
    ['503 twice', [{ status: 503 }, { status: 503 }]],
    ['429', [{ status: 429, headers: { 'retry-after': '1' } }]],
    ['a secondary rate limit', [limited]],
    ['a broken connection', ['reset']],
    ['silence', ['hang']],
  ])('a read is tried again after %s', async (_, given) => {
    faults.push(...given);
    expect(await read()).toBe(revision);
    expect(asked).toHaveLength(given.length + 1);
  });

  test.each<[string, Fault]>([
    ['503', { status: 503 }],
    ['429', { status: 429, headers: { 'retry-after': '1' } }],
    ['a secondary rate limit', limited],
  ])('a write is tried again after %s: GitHub did nothing', async (_, given) => {
    faults.push(given);
    await write();
    expect(asked).toHaveLength(2);
  });

  test.each<[string, Fault]>([
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['a broken connection', 'reset'],
    ['silence', 'hang'],
  ])('a write is not made twice after %s: it may have been done', async (_, given) => {
    faults.push(given);
    await expect(write()).rejects.toMatchObject({ code: 'GitHubUnavailable', retryable: true });
    expect(asked).toHaveLength(1);
  });

  test.each<[number, string]>([
    [401, 'Bad credentials'],
    [403, 'Resource not accessible by personal access token'],
    [404, 'Not Found'],
    [422, 'Validation Failed'],
  ])('%i is refused at once, with GitHub’s message', async (status, message) => {
    faults.push({ status, body: JSON.stringify({ message }) });
    await expect(read()).rejects.toMatchObject({
      code: 'GitHubRefused',
      message: expect.stringContaining(`with ${status}: ${message}.`) as string,
    });
    expect(asked).toHaveLength(1);
  });

  test('gives up after three tries', async () => {
    faults.push('reset', { status: 500 }, { status: 503 }, { status: 500 });
    await expect(read()).rejects.toMatchObject({
      code: 'GitHubUnavailable',
      message: 'GitHub did not answer GET /repos/acme/shop/git/ref/heads/main: status 503.',
    });
    expect(asked).toHaveLength(3);
  });

  test('waits as long as a rate limit asks', async () => {
    faults.push(limited);
    await read();
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:03.000Z');
  });

  test.each<[string, Fault, string]>([
    [
      'the limit of the hour',
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 0, 20) / 1_000) },
      },
      '1200 s',
    ],
    ['a long secondary limit', { status: 429, headers: { 'retry-after': '120' } }, '120 s'],
    ['a limit without a time', { status: 403, body: '{"message":"API rate limit exceeded"}' }, '60 s'],
  ])('%s is GitHubUnavailable at once, with the time', async (_, given, time) => {
    faults.push(given);
    await expect(read()).rejects.toMatchObject({
      code: 'GitHubUnavailable',
      retryable: true,
      message: expect.stringContaining(`may be tried again in ${time}`) as string,
    });
    expect(asked).toHaveLength(1);
  });

  test('a redirect is not followed: the token would go with it', async () => {
    faults.push(...[1, 2, 3].map(() => ({ status: 301, headers: { location: `${api}/elsewhere` } })));
    await expect(read()).rejects.toMatchObject({ code: 'GitHubUnavailable' });
    expect(asked.filter((line) => line.includes('elsewhere'))).toEqual([]);
  });

  test.each(['{"object":', '[]', '{"object":{"sha":5}}', ''])(
    'an answer of another form is GitHubUnavailable: %s',
    async (body) => {
      faults.push({ status: 200, body });
      await expect(read()).rejects.toMatchObject({
        code: 'GitHubUnavailable',
        message: expect.stringContaining('in a form that Hawser does not know') as string,
      });
    },
  );

  test('reads all pages of a run’s jobs', async () => {
    const page = (from: number, count: number): Fault => ({
      status: 200,
      body: JSON.stringify({
        jobs: Array.from({ length: count }, (_, index) => ({
          name: `job ${from + index}`,
          conclusion: 'success',
          html_url: null,
        })),
      }),
    });
    faults.push(page(0, 100), page(100, 2));
    const jobs = await ours().jobs(9, 1);
    expect(jobs.map(({ name }) => name)).toEqual(Array.from({ length: 102 }, (_, index) => `job ${index}`));
    expect(asked[1]).toContain('page=2');
  });

  test('a token is taken without the newline of its file', async () => {
    const seen: (string | undefined)[] = [];
    server.once('request', (request) => void seen.push(request.headers.authorization));
    await ours({ token: async () => 'ghp_0123456789abcdefghij\n' }).branchTip('main');
    expect(seen).toEqual(['Bearer ghp_0123456789abcdefghij']);
  });

  test.each(['ghp_0123456789\nabcdefghij', 'ghp_0123456789 abcdefghij', 'ghp_0123456789…', ''])(
    'what is no token is SecretInvalid and is not shown: %j',
    async (token) => {
      const error = await fault(ours({ token: async () => token }).branchTip('main'));
      expect(error).toMatchObject({ code: 'SecretInvalid', details: { secret: 'shop/github' } });
      expect(told(error)).not.toContain('0123456789');
      expect(asked).toEqual([]);
    },
  );
});

function adapter(more: Partial<GitHubOptions>): GitHub {
  return github({
    api: 'http://127.0.0.1:1',
    repository: 'acme/shop',
    token: async () => 'ghp_0123456789abcdefghij',
    secret: 'shop/github',
    clock: memoryClock('2026-01-01T00:00:00Z', { auto: true }),
    ...more,
  });
}

function fault(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

/** All that a log could make of it. */
function told(error: unknown): string {
  const { message, stack, cause } = error as Error;
  return [JSON.stringify(error), message, stack, String(cause)].join('\n');
}
