import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestOf } from '../adapters/contract/samples.ts';
import { openedRelease } from '../adapters/releases/item.ts';
import { catalogue, fail, type ErrorCode } from './errors.ts';
import { failureOf } from './failure.ts';
import { clip, finalStatus, progressStatus, sentence, took } from './report.ts';
import { resultOf } from './result.ts';
import type { Failure, GateBypassed, Outcome, Release } from './release.ts';

const opened = openedRelease(
  requestOf({ id: 'rel_1', revision: '4f2c1aa'.padEnd(40, '0') }),
  new Date('2026-01-01T00:00:00Z'),
);
const ended = (outcome: Outcome, more: Partial<Release> = {}): Release => ({
  ...opened,
  state: 'closed',
  outcome,
  endedAt: '2026-01-01T00:02:04.000Z',
  ...more,
});
const failure = (code: ErrorCode): Failure =>
  failureOf(fail(code, 'Pod shop/shop-1: container app exits 1.', { secret: 's', image: 'i', object: 'o' }), {
    logs: ['Error: no database'],
  });
const bypassed = (by: string): GateBypassed => ({
  state: 'bypassed',
  by,
  reason: 'Checkout is down',
  refusal: { code: 'GateMissing', message: 'It has no verdict.' },
});

test.each<[Release, string]>([
  [opened, 'production: 4f2c1aa is in progress (open).'],
  [ended('succeeded'), 'production: 4f2c1aa is live in 2m04s.'],
  [
    ended('succeeded', { action: 'rollback', actor: 'ana' }),
    'production: 4f2c1aa serves again after a rollback by ana, 2m04s.',
  ],
  [
    ended('planned', { changes: { created: 1, configured: 2, unchanged: 3, pruned: 0 } }),
    'production: 4f2c1aa would change: 1 created, 2 configured. Nothing was applied.',
  ],
  [ended('superseded', { reason: 'run #1 is older' }), 'production: 4f2c1aa was superseded: run #1 is older.'],
  [
    ended('rejected', { failure: failure('RunNotSuccessful') }),
    'production: 4f2c1aa was rejected: Pod shop/shop-1: container app exits 1.',
  ],
  [
    ended('rolled_back', { failure: failure('ContainerCrashing') }),
    'production: 4f2c1aa failed and was rolled back: Pod shop/shop-1: container app exits 1.',
  ],
  [
    ended('planned', { gate: bypassed('ana') }),
    'GATE WOULD BE BYPASSED by ana (GateMissing). production: 4f2c1aa would change: nothing. Nothing was applied.',
  ],
  [
    ended('succeeded', { gate: bypassed('ana') }),
    'GATE BYPASSED by ana (GateMissing). production: 4f2c1aa is live in 2m04s.',
  ],
  [
    ended('rolled_back', { failure: failure('ContainerCrashing'), restoredGate: bypassed('ana') }),
    'GATE BYPASSED by ana (GateMissing) for what was brought back. production: 4f2c1aa failed and was rolled back: Pod shop/shop-1: container app exits 1.',
  ],
  [
    ended('failed', { failure: failure('RollbackFailed'), gate: bypassed('bo'), restoredGate: { state: 'unknown' } }),
    'NO GATE RECORD of what was to be brought back. GATE BYPASSED by bo (GateMissing). production: 4f2c1aa failed: Pod shop/shop-1: container app exits 1.',
  ],
  [
    ended('failed', { failure: failure('RollbackFailed'), restoredGate: bypassed('ana') }),
    'GATE BYPASSED by ana (GateMissing) for what was to be brought back. production: 4f2c1aa failed: Pod shop/shop-1: container app exits 1.',
  ],
  [
    ended('rolled_back', { failure: failure('ContainerCrashing'), restoredGate: { state: 'unknown' } }),
    'NO GATE RECORD of what was brought back. production: 4f2c1aa failed and was rolled back: Pod shop/shop-1: container app exits 1.',
  ],
  [
    ended('failed', { failure: failure('ContainerCrashing') }),
    'production: 4f2c1aa failed: Pod shop/shop-1: container app exits 1.',
  ],
])('the one sentence: %#', (release, expected) => {
  expect(sentence(release)).toBe(expected);
});

describe('what GitHub is told at the end', () => {
  test.each<[Outcome, ErrorCode | undefined, string]>([
    ['succeeded', undefined, 'success'],
    ['planned', undefined, 'inactive'],
    ['superseded', undefined, 'inactive'],
    ['rejected', 'RunNotSuccessful', 'failure'],
    ['failed', 'ContainerCrashing', 'failure'],
    ['failed', 'ImagePullDenied', 'failure'],
    ['failed', 'NodeCapacityUnavailable', 'error'],
    ['failed', 'Unexpected', 'error'],
    ['rolled_back', 'SmokeTestFailed', 'failure'],
  ])('%s by %s is %s', (outcome, code, state) => {
    const release = ended(outcome, { url: 'http://a.test', ...(code === undefined ? {} : { failure: failure(code) }) });
    expect(finalStatus(release).state).toBe(state);
    expect(finalStatus(release).environmentUrl).toBe(state === 'success' ? 'http://a.test' : undefined);
  });

  test('change and config are `failure`, all others `error`, for every code', () => {
    for (const code of Object.keys(catalogue) as ErrorCode[]) {
      const atFault = ['change', 'config'].includes(catalogue[code].owner);
      expect([code, finalStatus(ended('failed', { failure: failure(code) })).state]).toEqual([
        code,
        atFault ? 'failure' : 'error',
      ]);
    }
  });
});

test('nothing that GitHub is told is longer than 140 characters, or ends in half of one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const clipped = clip(text);
      expect(clipped.length).toBeLessThanOrEqual(140);
      expect(clipped.isWellFormed()).toBe(true);
      expect(clipped === text).toBe(text.length <= 140);
      const status = progressStatus('verify', text);
      expect(status?.description.length).toBeLessThanOrEqual(140);
    }),
  );
  expect(clip(`${'x'.repeat(138)}🚢🚢`)).toBe(`${'x'.repeat(138)}…`);
});

test('only phases that people wait for are told', () => {
  expect(progressStatus('lock', 'x')?.state).toBe('queued');
  expect(progressStatus('render', 'x')).toBeUndefined();
});

test.each([
  ['2026-01-01T00:00:00.400Z', '0s'],
  ['2026-01-01T00:00:59.000Z', '59s'],
  ['2026-01-01T00:01:00.000Z', '1m00s'],
  ['2025-12-31T23:59:59.000Z', '0s'],
])('took until %s: %s', (endedAt, expected) => {
  expect(took({ ...opened, endedAt })).toBe(expected);
});

describe('resultOf', () => {
  test('is read from the top: whether it is good, the sentence, what to do', () => {
    expect(Object.keys(resultOf(opened)).slice(0, 3)).toEqual(['ok', 'summary', 'next']);
  });

  test.each<[Release, boolean]>([
    [opened, true],
    [ended('succeeded'), true],
    [ended('planned'), true],
    [ended('superseded'), true],
    [ended('rejected', { failure: failure('RunNotSuccessful') }), false],
    [ended('failed', { failure: failure('Unexpected') }), false],
    [ended('rolled_back', { failure: failure('ProbeFailing') }), false],
  ])('ok: %#', (release, ok) => {
    expect(resultOf(release).ok).toBe(ok);
  });

  test('a plan is deployed by a command that goes past the gate only where the plan did', () => {
    const command = `Deploy it: npx hawser deploy --environment production --revision ${opened.revision}`;
    expect(resultOf(ended('planned')).next).toEqual([command]);
    expect(resultOf(ended('planned', { gate: bypassed('ana') })).next).toEqual([
      `${command} --break-glass --actor NAME --reason "…"`,
    ]);
  });

  test('a failure begins with its hint, points at the log, and offers the way back where nothing went back yet', () => {
    const { hint } = failure('ContainerCrashing');
    const next = (outcome: Outcome): string[] =>
      resultOf(ended(outcome, { failure: failure('ContainerCrashing') })).next;
    expect(next('failed')).toEqual([
      hint,
      'The last 1 log lines are under failure.logs.',
      expect.stringContaining('npx hawser rollback --environment production') as string,
    ]);
    expect(next('rolled_back')).toHaveLength(2);
  });
});
