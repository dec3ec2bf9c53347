import { describe, expect, it, test } from 'vitest';
import { ReleaseError } from '../functions/core/errors.ts';
import { runOf } from './run-facts.ts';
import { runEnv } from './testing/run.ts';

describe('runOf', () => {
  it('reads what GitHub Actions sets, and leaves the rest of the environment alone', () => {
    expect(runOf({ ...runEnv, PATH: '/usr/bin', GITHUB_ACTOR: 'ana' })).toEqual({
      facts: {
        repository: 'acme/shop',
        repositoryId: '123456789',
        commit: runEnv.GITHUB_SHA,
        ref: 'refs/heads/main',
        workflowPath: '.github/workflows/ci.yml',
        trigger: 'push',
        runner: 'github-hosted',
        runId: '9876543210',
        runAttempt: 2,
      },
      url: 'https://github.com/acme/shop/actions/runs/9876543210',
    });
  });

  it('keeps an id that outgrows a double', () => {
    expect(runOf({ ...runEnv, GITHUB_RUN_ID: '9007199254740993' }).facts.runId).toBe('9007199254740993');
  });

  it('knows a GitHub of one’s own, and the public one where none is named', () => {
    const url = (server: string): string => runOf({ ...runEnv, GITHUB_SERVER_URL: server }).url;
    expect(url('https://github.example.com')).toBe('https://github.example.com/acme/shop/actions/runs/9876543210');
    expect(url('')).toBe('https://github.com/acme/shop/actions/runs/9876543210');
  });

  it('takes the file from the ref, whatever characters the branch has', () => {
    const GITHUB_WORKFLOW_REF = 'Acme/shop/.github/workflows/ci.yml@refs/heads/feature/a@b';
    expect(runOf({ ...runEnv, GITHUB_WORKFLOW_REF }).facts.workflowPath).toBe('.github/workflows/ci.yml');
  });

  it('names every variable that is missing at once', () => {
    expect(problemsOf({ GITHUB_REF: '', PATH: '/usr/bin' }).toSorted()).toEqual(
      Object.keys(runEnv)
        .filter((name) => name !== 'GITHUB_SERVER_URL')
        .map((name) => `${name}: is not set`)
        .toSorted(),
    );
  });

  test.each([
    ['GITHUB_REPOSITORY', 'shop', /owner\/name/],
    ['GITHUB_REPOSITORY_ID', '12a', /a number/],
    ['GITHUB_SHA', '4f2c1aa', /full commit SHA/],
    ['GITHUB_REF', 'main', /full ref/],
    ['GITHUB_WORKFLOW_REF', '.github/workflows/ci.yml', /owner\/name\/\.github\/workflows/],
    ['GITHUB_WORKFLOW_REF', 'other/ci/.github/workflows/ci.yml@refs/heads/main', /a workflow of acme\/shop/],
    ['GITHUB_EVENT_NAME', 'a push', /name of an event/],
    ['RUNNER_ENVIRONMENT', 'mine', /github-hosted or self-hosted/],
    ['GITHUB_RUN_ID', '-1', /a number/],
    ['GITHUB_RUN_ATTEMPT', '0', /from 1 on/],
    ['GITHUB_SERVER_URL', 'ftp://github.com', /https URL/],
  ])('refuses %s=%s', (name, value, expected) => {
    expect(problemsOf({ ...runEnv, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: .*${expected.source}`)),
    ]);
  });
});

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    runOf(env);
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'InputInvalid')
      return error.details['problems'] as readonly string[];
    throw error;
  }
  return [];
}
