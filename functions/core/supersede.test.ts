import { expect, test } from 'vitest';
import type { EnvironmentHead } from './ports.ts';
import type { ReleaseRequest } from './release.ts';
import { supersededBy } from './supersede.ts';
import { SHA } from './testing/workflow-run.ts';

const run = (number: number, attempt = 1): NonNullable<ReleaseRequest['run']> => ({
  id: number,
  number,
  attempt,
  createdAt: '2026-11-24T10:00:00Z',
});
const head = (live?: ReturnType<typeof run>): EnvironmentHead => ({
  environment: 'production',
  ...(live === undefined
    ? {}
    : { lastGood: { release: 'rel_a', revision: SHA, image: 'i@sha256:0', run: live, at: '2026-11-24T10:00:00Z' } }),
});
const request = (change: Partial<ReleaseRequest>): ReleaseRequest => ({
  version: 1,
  id: 'rel_b',
  action: 'deploy',
  environment: 'production',
  revision: SHA,
  trigger: 'workflow_run',
  actor: 'ana',
  requestedAt: '2026-11-24T10:00:00Z',
  ...change,
});

test.each<[string, ReleaseRequest, EnvironmentHead, boolean]>([
  ['a newer run', request({ run: run(13) }), head(run(12)), false],
  ['an older run', request({ run: run(11) }), head(run(12)), true],
  ['a re-run of the live run', request({ run: run(12, 2) }), head(run(12)), false],
  ['a re-run of an old run', request({ run: run(3, 5) }), head(run(12)), true],
  ['the first deploy', request({ run: run(1) }), head(), false],
  ['a person who goes back', request({ trigger: 'console' }), head(run(12)), false],
])('promise 2: %s', (_, asked, live, superseded) => {
  expect(supersededBy(asked, live) !== undefined).toBe(superseded);
});
