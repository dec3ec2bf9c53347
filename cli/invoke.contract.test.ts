import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { hawser, hawserJson } from './testing/hawser.ts';
import { inProcess } from './testing/in-process.ts';
import { startLambda, type Lambda } from './testing/lambda.ts';

// A busy machine starts processes slowly.
vi.setConfig({ testTimeout: 60_000 });

const SHA = '4f2c1aa9d0b84c3fa6de0c1f5b9a7e6d3c2b1a09';
const release = { id: 'rel_1', environment: 'production', revision: SHA, outcome: 'succeeded' };
const good = {
  ok: true,
  summary: 'production: 4f2c1aa is live in 48s.',
  next: [],
  release,
  phases: [{ name: 'apply', state: 'done', ms: 1_200, detail: '2 configured' }],
};

let lambda: Lambda;
beforeAll(async () => {
  lambda = await startLambda();
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => lambda[Symbol.asyncDispose]());
beforeEach(() => {
  lambda.calls.length = 0;
  lambda.answer({ result: good });
});

const deploy = ['deploy', '--environment', 'production', '--revision', SHA];

describe('what is invoked', () => {
  test.each<[string, string[], string, object]>([
    ['deploy', deploy, 'deploy', { environment: 'production', actor: 'ana', revision: SHA }],
    [
      'deploy with everything',
      [...deploy, '--reason', 'hotfix', '--plan', '--actor', 'ben', '--stage', 'test'],
      'test-deploy',
      { environment: 'production', actor: 'ben', revision: SHA, reason: 'hotfix', plan: true },
    ],
    [
      'plan',
      ['plan', ...deploy.slice(1)],
      'deploy',
      { environment: 'production', actor: 'ana', revision: SHA, plan: true },
    ],
    [
      'rollback',
      ['rollback', '--environment', 'production', '--to', 'rel_0', '--reason', 'slow'],
      'rollback',
      { environment: 'production', actor: 'ana', to: 'rel_0', reason: 'slow' },
    ],
    ['status', ['status'], 'status', {}],
    ['status of one environment', ['status', '--environment', 'production'], 'status', { environment: 'production' }],
    ['status of one release', ['status', '--release', 'rel_1'], 'status', { release: 'rel_1' }],
    ['drift of all', ['drift'], 'drift', { all: true }],
    ['drift of one', ['drift', '--environment', 'production'], 'drift', { environment: 'production' }],
  ])('%s', async (_, args, name, event) => {
    const { status, value } = await hawserJson(args, lambda.env);
    expect({ status, value }).toEqual({ status: 0, value: good });
    const functionName = name.includes('-') ? `hawser-${name}` : `hawser-production-${name}`;
    expect(lambda.calls).toEqual([{ functionName, event }]);
  });

  it('prints the sentence first and the phases, on stdout', async () => {
    expect(await hawser(deploy, lambda.env)).toEqual({
      status: 0,
      stdout: 'production: 4f2c1aa is live in 48s.\n\n  apply  done  1.2s  2 configured\n',
      stderr: '',
    });
  });

  test.each([
    ['no environment', ['deploy', '--revision', SHA], '--environment is missing'],
    ['no revision', ['deploy', '--environment', 'production'], '--revision is missing'],
    ['a rollback without reason', ['rollback', '--environment', 'production'], '--reason is missing'],
    ['an option that does not exist', [...deploy, '--force'], 'unknown option --force'],
  ])('invokes nothing for %s', async (_, args, message) => {
    const { status, stderr } = await hawser(args, lambda.env);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
    expect(lambda.calls).toEqual([]);
  });
});

describe('exit codes', () => {
  test.each<[number, string, string[], object]>([
    [1, 'a failed release', deploy, { ...good, ok: false, release: { ...release, outcome: 'failed' } }],
    [3, 'a rejected release', deploy, { ...good, ok: false, release: { ...release, outcome: 'rejected' } }],
    [4, 'a busy environment', deploy, { ok: false, summary: 'busy', next: [], busy: { holder: 'rel_2' } }],
    [5, 'a release that goes on later', deploy, { ...good, release: { ...release, outcome: undefined } }],
    [
      2,
      'an input that the function refuses',
      deploy,
      { ok: false, summary: 'no', next: [], failure: { code: 'InputInvalid', owner: 'caller', logs: [] } },
    ],
    [1, 'drift', ['drift'], { ok: false, summary: 'drifted', next: [], reports: [] }],
    [
      0,
      'the record of a release that failed, which was told',
      ['status', '--release', 'rel_1'],
      { ...good, ok: false, release: { ...release, outcome: 'failed' } },
    ],
    [
      2,
      'a release that is not there',
      ['status', '--release', 'rel_9'],
      { ok: false, summary: 'no', next: [], failure: { code: 'ReleaseUnknown', owner: 'caller', logs: [] } },
    ],
  ])('%i for %s, with the answer as it came', async (exit, _, args, result) => {
    lambda.answer({ result });
    for (const [name, set] of Object.entries(lambda.env)) vi.stubEnv(name, set);
    const { status, value } = await inProcess(...args);
    expect({ status, value }).toEqual({ status: exit, value: JSON.parse(JSON.stringify(result)) });
  });
});

describe('when there is no answer', () => {
  test.each<[string, Parameters<Lambda['answer']>[0], number, object]>([
    [
      'a stack that is not there',
      { status: 404, type: 'ResourceNotFoundException', message: 'Function not found' },
      2,
      {
        code: 'InputInvalid',
        summary: expect.stringContaining('no function hawser-production-deploy in eu-central-1'),
      },
    ],
    [
      'credentials that may not',
      { status: 403, type: 'AccessDeniedException', message: 'is not authorized to perform: lambda:InvokeFunction' },
      1,
      { code: 'AccessDenied', hint: expect.stringContaining('AWS_PROFILE') },
    ],
    [
      'a service that is down',
      { status: 503, type: 'ServiceException', message: 'down' },
      1,
      { code: 'AwsUnavailable', hint: expect.stringContaining('hawser status') },
    ],
    [
      'a function that died',
      { functionError: 'Unhandled', errorMessage: 'Task timed out after 900.00 seconds' },
      1,
      { code: 'Unexpected', summary: expect.stringContaining('Task timed out after 900.00 seconds') },
    ],
    ['an answer that is none', { result: { hello: 'world' } }, 1, { code: 'Unexpected' }],
  ])('says so of %s, and invokes once only', async (_, reply, exit, expected) => {
    lambda.answer(reply);
    for (const [name, set] of Object.entries(lambda.env)) vi.stubEnv(name, set);
    const { status, value } = await inProcess(...deploy);
    expect({ status, value }).toMatchObject({ status: exit, value: { ok: false, ...expected } });
    // A second invocation would be a second release.
    expect(lambda.calls).toHaveLength(1);
  });

  it('says so when nobody listens, and when no region is known', async () => {
    const nobody = await hawserJson(deploy, { ...lambda.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    expect(nobody).toMatchObject({ status: 1, value: { code: 'AwsUnavailable' } });
    const { AWS_REGION: _, ...env } = lambda.env;
    const nowhere = await hawserJson(deploy, { ...env, AWS_CONFIG_FILE: '/dev/null' });
    expect(nowhere).toMatchObject({ status: 2, value: { summary: expect.stringContaining('--region') } });
    expect(await hawserJson([...deploy, '--region', 'eu-west-1'], env)).toMatchObject({ status: 0 });
  });
});
