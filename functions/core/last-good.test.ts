import { describe, expect, test } from 'vitest';
import { nextLastGood, type LastGood } from './last-good.ts';
import { type Outcome, type Release, type Trigger, type WorkflowRun } from './release.ts';

const end = { outcome: 'succeeded' as Outcome, at: new Date('2026-01-01T00:01:00.000Z') };
const run = (number: number): { run: WorkflowRun } => ({
  run: { id: 900 + number, number, attempt: 1, createdAt: '2026-01-01T00:00:00Z', url: 'https://github.com/acme/shop' },
});
const current = (number: number | undefined): LastGood => ({
  release: 'rel_current',
  revision: 'b'.repeat(40),
  image: 'registry.test/shop@sha256:bb',
  at: '2026-01-01T00:00:00.000Z',
  ...(number === undefined ? {} : run(number)),
});
const release = (trigger: Trigger, number: number | undefined): Release => ({
  id: 'rel_new',
  action: 'deploy',
  environment: 'production',
  revision: 'a'.repeat(40),
  trigger,
  actor: 'octocat',
  state: 'open',
  openedAt: '2026-01-01T00:00:00.000Z',
  image: 'registry.test/shop@sha256:aa',
  phases: [],
  ...(number === undefined ? {} : run(number)),
});

describe('nextLastGood', () => {
  test.each<[string, Trigger, number | undefined, LastGood | undefined, boolean]>([
    ['the first one', 'workflow_run', 1, undefined, true],
    ['a newer run', 'workflow_run', 8, current(7), true],
    ['the same run again', 'workflow_run', 7, current(7), true],
    ['an older run', 'workflow_run', 6, current(7), false],
    ['an automatic one without a run, over a numbered one', 'schedule', undefined, current(7), false],
    ['an automatic one without a run, over another without', 'schedule', undefined, current(undefined), true],
    ['any run, over one that a person deployed without a run', 'workflow_run', 1, current(undefined), true],
    ['a person, back to an older run', 'console', 6, current(7), true],
    ['a person, without a run', 'console', undefined, current(7), true],
  ])('%s', (_name, trigger, number, before, moves) => {
    const next = nextLastGood(release(trigger, number), end, before);
    expect(next?.release).toBe(moves ? 'rel_new' : undefined);
  });

  test.each<Outcome>(['planned', 'rejected', 'superseded', 'failed', 'rolled_back'])(
    '%s changes nothing',
    (outcome) => {
      expect(nextLastGood(release('console', 9), { ...end, outcome }, undefined)).toBeUndefined();
    },
  );

  test('it names what a rollback needs', () => {
    const { image: _image, ...unpinned } = release('console', 9);
    expect(nextLastGood(unpinned, end, undefined)).toBeUndefined();
    expect(nextLastGood(release('workflow_run', 9), end, undefined)).toEqual({
      release: 'rel_new',
      revision: 'a'.repeat(40),
      image: 'registry.test/shop@sha256:aa',
      at: '2026-01-01T00:01:00.000Z',
      ...run(9),
    });
  });
});
