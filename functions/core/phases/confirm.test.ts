import { beforeEach, expect, test } from 'vitest';
import { requestOf, runOf } from '../../adapters/contract/samples.ts';
import { memoryGitHub, type MemoryGitHub } from '../../adapters/memory/github.ts';
import { testConfig } from '../testing/config.ts';
import { confirmSource } from './confirm.ts';

const { source } = testConfig().app;
const [first, second] = ['a', 'b'].map((digit) => digit.repeat(40)) as [string, string];
const green = { status: 'completed', conclusion: 'success', path: '.github/workflows/ci.yml', event: 'push' };

let github: MemoryGitHub;
beforeEach(() => {
  github = memoryGitHub();
  github.push(first, { message: 'Add a cart\n\nWith a body', author: 'ana' });
  github.setRun(runOf(1).id, 1, { ...green, headSha: first, jobs: [] });
});

const byRun = requestOf({ revision: first, run: runOf(1) });
const run = (request = byRun, jobs: string[] = []) => confirmSource({ github }, { ...source, jobs }, request);
const confirmed = 'run #1 confirmed by GitHub, "Add a cart" by ana';

test('says what was confirmed', async () => {
  expect(await run()).toBe(confirmed);
});

test('a commit that the branch has moved on from is still on it', async () => {
  github.push(second);
  expect(await run()).toBe(confirmed);
});

test('the path of a run may carry the ref of its workflow', async () => {
  github.setRun(runOf(1).id, 1, { ...green, headSha: first, path: '.github/workflows/ci.yml@main', jobs: [] });
  expect(await run()).toBe(confirmed);
});

test('by hand there is no run to ask about, but the commit must be there', async () => {
  const { run: _, ...byHand } = byRun;
  expect(await run(byHand)).toBe('by hand, "Add a cart" by ana');
  await expect(run({ ...byHand, revision: second })).rejects.toMatchObject({ code: 'GitHubRefused' });
});

test('all that is wrong is told at once, with the run’s URL', async () => {
  github.tag(second);
  github.setRun(runOf(1).id, 1, {
    status: 'in_progress',
    conclusion: null,
    headSha: 'c'.repeat(40),
    path: '.github/workflows/other.yml',
    event: 'pull_request',
    jobs: [{ name: 'build', conclusion: 'failure', url: '' }],
  });
  await expect(run({ ...byRun, revision: second }, ['build', 'trivy'])).rejects.toMatchObject({
    code: 'RunNotSuccessful',
    hint: expect.stringContaining(runOf(1).url) as string,
    details: {
      problems: [
        `it is for commit ${'c'.repeat(40)}`,
        'it is of the workflow .github/workflows/other.yml',
        'it was triggered by pull_request',
        'it is in_progress with conclusion none',
        'job build ended with failure',
        'job trivy did not run',
        'commit bbbbbbb is not on the branch main',
      ],
    },
  });
});

test('of a job that ran several times (a matrix) each must have succeeded', async () => {
  const jobs = ['success', 'failure'].map((conclusion) => ({ name: 'build', conclusion, url: '' }));
  github.setRun(runOf(1).id, 1, { ...green, headSha: first, jobs });
  await expect(run(byRun, ['build'])).rejects.toMatchObject({ code: 'RunNotSuccessful' });
});

test('another attempt of the run is another run', async () => {
  await expect(run({ ...byRun, run: { ...runOf(1), attempt: 2 } })).rejects.toMatchObject({ code: 'GitHubRefused' });
});
