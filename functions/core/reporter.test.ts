import { beforeEach, expect, test } from 'vitest';
import { requestOf, runOf } from '../adapters/contract/samples.ts';
import { memoryClock, type MemoryClock } from '../adapters/memory/clock.ts';
import { memoryGitHub, type MemoryGitHub } from '../adapters/memory/github.ts';
import { memoryReleases } from '../adapters/memory/releases.ts';
import type { GitHub, Releases } from './ports.ts';
import type { Outcome, Release } from './release.ts';
import { reporterOf, type Reporter } from './reporter.ts';

const revision = 'a'.repeat(40);
let clock: MemoryClock;
let github: MemoryGitHub;
let releases: Releases;
let warned: string[];
let release: Release;

beforeEach(async () => {
  clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
  github = memoryGitHub();
  github.push(revision);
  releases = memoryReleases();
  warned = [];
  ({ release } = await releases.open(requestOf({ id: 'rel_1', revision, run: runOf(7) }), clock.now()));
});

function reporter(of: GitHub = github, about = release): Reporter {
  const log = { info: () => undefined, warn: (message: string) => void warned.push(message), error: () => undefined };
  return reporterOf({ github: of, releases, clock, log }, about);
}

const ended = (outcome: Outcome, more: Partial<Release> = {}): Release => ({
  ...release,
  state: 'closed',
  outcome,
  url: 'http://203.0.113.7:31445',
  endedAt: '2026-01-01T00:00:48.000Z',
  ...more,
});

test('opens one deployment, keeps its number, and tells each phase once, in order', async () => {
  const report = reporter();
  report.progress('lock', 'waiting for release rel_0');
  report.progress('wake', 'i-0 is pending');
  report.progress('wake', 'i-0 runs');
  report.progress('render', '4 objects');
  report.progress('verify', '1 of 1 pods not ready');
  await report.finish(ended('succeeded'), undefined);
  expect(github.deployments()).toEqual([{ environment: 'production', revision }]);
  expect((await releases.get('rel_1'))?.githubDeployment).toBe(1);
  expect(github.told().map(({ state, description }) => `${state}: ${description}`)).toEqual([
    'queued: Waiting for its turn: waiting for release rel_0',
    'in_progress: Starting the node: i-0 is pending',
    'in_progress: Waiting for the rollout: 1 of 1 pods not ready',
    'success: production: aaaaaaa is live in 48s.',
  ]);
  expect(github.told().at(-1)?.environmentUrl).toBe('http://203.0.113.7:31445');
});

test('a release that goes on uses the deployment that it has', async () => {
  const first = reporter();
  first.progress('wake', 'x');
  await first.flush();
  const { release: again } = await releases.open(requestOf({ id: 'rel_1' }), clock.now());
  await reporter(github, again).finish(ended('succeeded'), undefined);
  expect(github.deployments()).toHaveLength(1);
});

test.each<[string, Partial<Release>, string | undefined]>([
  [
    'a run that GitHub has confirmed',
    { run: { ...runOf(7), url: 'https://github.test/runs/7' } },
    'https://github.test/runs/7',
  ],
  ['a run that it has not confirmed', {}, undefined],
])('the log that is linked is the page of %s', async (_, more, expected) => {
  const linked: (string | undefined)[] = [];
  const setStatus: GitHub['setStatus'] = async (_deployment, { logUrl }) => void linked.push(logUrl);
  await reporter({ ...github, setStatus }).finish(ended('succeeded', more), undefined);
  expect(linked).toEqual([expected]);
});

test('the deployment before is marked inactive when this one succeeded, and only then', async () => {
  const before = await github.createDeployment({
    environment: 'production',
    revision,
    description: '',
    production: true,
    payload: { release: 'rel_0' },
  });
  await reporter().finish(ended('failed'), before);
  expect(github.told().filter(({ deployment }) => deployment === before)).toEqual([]);
  await reporter().finish(ended('succeeded'), before);
  expect(github.told().filter(({ deployment }) => deployment === before)).toMatchObject([
    { state: 'inactive', description: 'Superseded by aaaaaaa' },
  ]);
});

test.each<[string, Partial<GitHub>]>([
  ['takes no deployment', { createDeployment: () => Promise.reject(new Error('GitHub is down')) }],
  ['takes no status', { setStatus: () => Promise.reject(new Error('GitHub is down')) }],
])('a GitHub that %s is a warning, and nothing else', async (_, broken) => {
  const report = reporter({ ...github, ...broken });
  report.progress('wake', 'x');
  await report.finish(ended('succeeded'), undefined);
  expect(new Set(warned)).toEqual(new Set(['report not delivered']));
});

test('a GitHub that never answers holds a release for 8 s and no longer', async () => {
  const report = reporter({ ...github, setStatus: () => new Promise(() => undefined) });
  report.progress('wake', 'x');
  await report.finish(ended('succeeded'), undefined);
  expect(clock.now().toISOString()).toBe('2026-01-01T00:00:08.000Z');
});

test('when all is told nothing waits any longer', async () => {
  await reporter().finish(ended('succeeded'), undefined);
  expect(clock.now().toISOString()).toBe('2026-01-01T00:00:00.000Z');
});
