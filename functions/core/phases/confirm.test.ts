import { beforeEach, describe, expect, test } from 'vitest';
import { requestOf, runOf } from '../../adapters/contract/samples.ts';
import { memoryClock } from '../../adapters/memory/clock.ts';
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
const run = (request = byRun, jobs: string[] = [], say: (text: string) => void = () => undefined) =>
  confirmSource(
    { github, clock: memoryClock(undefined, { auto: true }) },
    { ...source, jobs },
    request,
    say,
    new AbortController().signal,
  );
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
        'job build ended with failure',
        'commit bbbbbbb is not on the branch main',
        'it has not ended (in_progress)',
        'job trivy did not run',
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

describe('when GitHub does not know yet that the run has ended', () => {
  const running = { ...green, headSha: first, status: 'in_progress', conclusion: null };
  const build = (conclusion: string | null) => [{ name: 'build', conclusion, url: '' }];

  test.each([
    { what: 'the run', before: { ...running, jobs: build('success') } },
    { what: 'a job', before: { ...green, headSha: first, jobs: build(null) } },
    { what: 'the run, and a job is not listed', before: { ...running, jobs: [] } },
  ])('it is asked again: $what', async ({ before }) => {
    github.setRun(asked.id, 1, before);
    const said: string[] = [];
    const say = (text: string): void => {
      // At its third look it knows.
      if (said.push(text) === 2) github.setRun(asked.id, 1, { ...green, headSha: first, jobs: build('success') });
    };
    expect(await run(byRun, ['build'], say)).toEqual(confirmed);
    expect(said).toEqual([
      expect.stringMatching(/^GitHub says of run #1 that .*: asking again in 1 s$/),
      expect.stringMatching(/: asking again in 2 s$/),
    ]);
  });

  test('for a minute, and then the run is refused', async () => {
    github.setRun(asked.id, 1, { ...running, jobs: [] });
    const said: string[] = [];
    await expect(run(byRun, [], (text) => said.push(text))).rejects.toMatchObject({
      code: 'RunNotSuccessful',
      message: `GitHub does not confirm run ${asked.id}: it has not ended (in_progress).`,
    });
    expect(said.map((text) => Number(/in (\d+) s$/.exec(text)?.[1]))).toEqual([1, 2, 4, 8, 10, 10, 10, 10]);
  });

  test('it is not waited for what cannot become right', async () => {
    github.setRun(asked.id, 1, { ...running, number: 2, jobs: [] });
    const say = (): void => expect.unreachable('nothing to wait for');
    await expect(run(byRun, [], say)).rejects.toMatchObject({ code: 'RunNotSuccessful' });
  });

  test('the wait ends with the time of the release', async () => {
    github.setRun(asked.id, 1, { ...running, jobs: [] });
    const ended = new AbortController();
    const waiting = confirmSource(
      { github, clock: memoryClock() },
      source,
      byRun,
      () => ended.abort(new Error('over')),
      ended.signal,
    );
    await expect(waiting).rejects.toThrow('over');
  });
});
