import fc from 'fast-check';
import { expect, test } from 'vitest';
import { releaseId, type Identity } from './identity.ts';

const run: Identity = {
  trigger: 'workflow_run',
  repositoryId: 42,
  run: 9001,
  number: 12,
  attempt: 1,
  revision: 'a'.repeat(40),
  environment: 'production',
};

test('is the same for the same request, and a name that every place takes', () => {
  expect(releaseId(run)).toBe(releaseId({ ...run }));
  expect(releaseId(run)).toMatch(/^rel_[0-9a-hjkmnp-tv-z]{26}$/);
});

test.each<Partial<Extract<Identity, { trigger: 'workflow_run' }>>>([
  { repositoryId: 43 },
  { run: 9002 },
  { number: 13 },
  { attempt: 2 },
  { revision: 'b'.repeat(40) },
  { environment: 'staging' },
])('is another one for another request: %j', (change) => {
  expect(releaseId({ ...run, ...change })).not.toBe(releaseId(run));
});

test('no two requests share one, however their parts are cut', () => {
  const identity = fc.oneof(
    fc.record({
      trigger: fc.constant('workflow_run' as const),
      repositoryId: fc.nat(99),
      run: fc.nat(99),
      number: fc.nat(99),
      attempt: fc.nat(9),
      revision: fc.string(),
      environment: fc.string(),
    }),
    fc.record({ trigger: fc.constant('console' as const), invocation: fc.string(), environment: fc.string() }),
  );
  fc.assert(
    fc.property(identity, identity, (a, b) => {
      expect(releaseId(a) === releaseId(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});
