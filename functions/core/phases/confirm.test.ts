import { beforeEach, expect, test } from 'vitest';
import { requestOf, runOf } from '../../adapters/contract/samples.ts';
import { memoryGitHub, type MemoryGitHub } from '../../adapters/memory/github.ts';
import { testConfig } from '../testing/config.ts';
import { confirmSource } from './confirm.ts';

const { source } = testConfig().app;
const [first, second] = ['a', 'b'].map((digit) => digit.repeat(40)) as [string, string];
const asked = runOf(1);
const green = {
  number: asked.number,
  status: 'completed',
  conclusion: 'success',
  path: '.github/workflows/ci.yml',
  event: 'push',
  url: 'https://github.com/acme/shop/actions/runs/1',
};

let github: MemoryGitHub;
beforeEach(() => {
  github = memoryGitHub();
  github.push(first, { message: 'Add a cart\n\nWith a body', author: 'ana' });
  github.setRun(asked.id, 1, { ...green, headSha: first, jobs: [] });
});

const byRun = requestOf({ revision: first, run: asked });
const run = (request = byRun, jobs: string[] = []) => confirmSource({ github }, { ...source, jobs }, request);
const confirmed = {
  run: { ...asked, url: green.url },
  text: 'run #1 confirmed by GitHub, "Add a cart" by ana',
};

test('says what was confirmed, with the page that GitHub gives', async () => {
  expect(await run()).toEqual(confirmed);
});

test('a commit that the branch has moved on from is still on it', async () => {
  github.push(second);
  expect(await run()).toEqual(confirmed);
});

test('the path of a run may carry the ref of its workflow', async () => {
  github.setRun(asked.id, 1, { ...green, headSha: first, path: '.github/workflows/ci.yml@main', jobs: [] });
  expect(await run()).toEqual(confirmed);
});

test('by hand there is no run to ask about, but the commit must be there', async () => {
  const { run: _, ...byHand } = byRun;
  expect(await run(byHand)).toEqual({ text: 'by hand, "Add a cart" by ana' });
  await expect(run({ ...byHand, revision: second })).rejects.toMatchObject({ code: 'GitHubRefused' });
});

test('all that is wrong is told at once, with the run’s URL', async () => {
  github.tag(second);
  github.setRun(asked.id, 1, {
    number: 2,
    status: 'in_progress',
    conclusion: null,
    headSha: 'c'.repeat(40),
    path: '.github/workflows/other.yml',
    event: 'pull_request',
    url: green.url,
    jobs: [{ name: 'build', conclusion: 'failure', url: '' }],
  });
  await expect(run({ ...byRun, revision: second }, ['build', 'trivy'])).rejects.toMatchObject({
    code: 'RunNotSuccessful',
    hint: expect.stringContaining(green.url) as string,
    details: {
      problems: [
        'it is run #2, not #1',
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
  github.setRun(asked.id, 1, { ...green, headSha: first, jobs });
  await expect(run(byRun, ['build'])).rejects.toMatchObject({ code: 'RunNotSuccessful' });
});

test.each([9_999_999, 0])('a number that GitHub does not give is refused: %i', async (forged) => {
  await expect(run({ ...byRun, run: { ...asked, number: forged } })).rejects.toMatchObject({
    code: 'RunNotSuccessful',
    details: { problems: [`it is run #1, not #${forged}`] },
  });
});

test('another attempt of the run is another run', async () => {
  await expect(run({ ...byRun, run: { ...asked, attempt: 2 } })).rejects.toMatchObject({ code: 'GitHubRefused' });
});
