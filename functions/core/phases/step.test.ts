import { beforeEach, expect, test } from 'vitest';
import { requestOf } from '../../adapters/contract/samples.ts';
import { memoryClock, type MemoryClock } from '../../adapters/memory/clock.ts';
import { memoryReleases } from '../../adapters/memory/releases.ts';
import type { Releases } from '../ports.ts';
import type { PhaseRecord } from '../release.ts';
import { stepsOf, type Say, type Step } from './step.ts';

let clock: MemoryClock;
let releases: Releases;
let heard: string[];
let warned: string[];
const request = requestOf({ id: 'rel_1' });

beforeEach(async () => {
  clock = memoryClock('2026-01-01T00:00:00Z');
  releases = memoryReleases();
  [heard, warned] = [[], []];
  await releases.open(request, clock.now());
});

function steps(signal = new AbortController().signal): Step {
  const log = { info: () => undefined, warn: (message: string) => void warned.push(message), error: () => undefined };
  return stepsOf({ releases, clock, log }, request.id, signal, (name, detail) => void heard.push(`${name}: ${detail}`));
}

const recorded = async (): Promise<PhaseRecord[]> => (await releases.get(request.id))?.phases ?? [];

test('the phase is on record as running before it runs, and as done before its result is given', async () => {
  const result = await steps()('wake', async (say) => {
    expect(await recorded()).toEqual([{ name: 'wake', state: 'running', startedAt: '2026-01-01T00:00:00.000Z' }]);
    await clock.advance(5_000);
    say('i-0 runs');
    return 'awake';
  });
  expect(result).toBe('awake');
  expect(await recorded()).toEqual([
    {
      name: 'wake',
      state: 'done',
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:05.000Z',
      detail: 'i-0 runs',
    },
  ]);
});

test('what it waits for is on record while it waits; the same word twice is one', async () => {
  await steps()('connect', async (say) => {
    say('waiting');
    say('waiting');
    await new Promise((resolve) => setImmediate(resolve));
    expect((await recorded())[0]).toMatchObject({ state: 'running', detail: 'waiting' });
  });
  expect(heard).toEqual(['connect: waiting']);
});

test('a phase that fails is on record as failed, with its last word, and its error goes on', async () => {
  const error = new Error('no');
  const call = steps()('apply', async (say) => {
    say('2 of 3');
    throw error;
  });
  await expect(call).rejects.toBe(error);
  expect(await recorded()).toMatchObject([{ name: 'apply', state: 'failed', detail: '2 of 3' }]);
});

test('progress that cannot be written fails nothing', async () => {
  const { phase } = releases;
  releases.phase = (id, record) =>
    record.state === 'running' && record.detail !== undefined
      ? Promise.reject(new Error('no answer'))
      : phase(id, record);
  expect(await steps()('verify', async (say) => (say('1 of 2 ready'), 'ready'))).toBe('ready');
  expect(warned).toEqual(['progress not recorded']);
  expect(await recorded()).toMatchObject([{ state: 'done', detail: '1 of 2 ready' }]);
});

test('an end that cannot be written does not hide why the phase failed', async () => {
  const { phase } = releases;
  const error = new Error('the cause');
  releases.phase = (id, record) =>
    record.state === 'failed' ? Promise.reject(new Error('no answer')) : phase(id, record);
  await expect(steps()('apply', () => Promise.reject(error))).rejects.toBe(error);
  expect(warned).toEqual(['end of phase not recorded']);
});

test('a word that comes after the end does not open the phase again', async () => {
  let late: Say = () => undefined;
  await steps()('verify', async (say) => void (late = say));
  late('still here');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await recorded()).toMatchObject([{ state: 'done' }]);
  expect(heard).toEqual([]);
});

test('no phase begins after the signal ended', async () => {
  const reason = new Error('the time is up');
  let ran = false;
  await expect(steps(AbortSignal.abort(reason))('apply', async () => void (ran = true))).rejects.toBe(reason);
  expect([ran, await recorded()]).toEqual([false, []]);
});
