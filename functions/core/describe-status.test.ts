import { expect, test } from 'vitest';
import { checkDrift } from './check-drift.ts';
import { deploy } from './deploy.ts';
import { describeRelease, describeStatus } from './describe-status.ts';
import { driftResult } from './drift-result.ts';
import { fail } from './errors.ts';
import type { Drift } from './release.ts';
import { world } from './testing/world.ts';

const signal = new AbortController().signal;

test('an environment to which nothing was deployed', async () => {
  const w = world();
  const status = await describeStatus(w.ports, ['production']);
  expect(status).toMatchObject({ ok: true, summary: 'production: nothing deployed yet, node asleep.', next: [] });
});

test('tells what is live, the node, the lock and the drift, and wakes nothing', async () => {
  const w = world();
  const request = w.ship('good');
  await deploy(w.ports, request, { signal, wait: true });
  await w.cluster
    .as('kubectl-edit')
    .apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop', namespace: 'shop' }, data: { greeting: 'x' } },
      { dryRun: false, force: true },
      signal,
    );
  await checkDrift(w.ports, 'production', signal);
  await w.ports.lock.acquire('production', 'rel_next', 60_000);
  const status = await describeStatus(w.ports, ['production']);
  expect(status.summary).toMatch(
    /^production: aaaaaaa since \S+Z, node running, 1 object drifted, release rel_next in progress\.$/,
  );
  expect(status.next).toEqual(['See what differs in production: npx hawser drift --environment production']);
  expect(status).toMatchObject({
    environments: [
      {
        live: { revision: request.revision, release: request.id },
        releases: [{ id: request.id, outcome: 'succeeded' }],
      },
    ],
  });
});

test('an EC2 that does not answer hides nothing else', async () => {
  const w = world();
  w.ports.machines.describe = () =>
    Promise.reject(fail('AwsUnavailable', 'No answer.', { action: 'ec2:DescribeInstances' }));
  expect(await describeStatus(w.ports, ['production'])).toMatchObject({
    ok: true,
    environments: [{ node: { power: 'unknown', why: 'No answer.' } }],
  });
});

test('one release in full, or undefined', async () => {
  const w = world();
  const request = w.ship('crashes');
  await deploy(w.ports, request, { signal, wait: true });
  expect(await describeRelease(w.ports, request.id)).toMatchObject({
    ok: false,
    failure: { code: 'ContainerCrashing' },
  });
  expect(await describeRelease(w.ports, 'rel_none')).toBeUndefined();
});

test('a drift check in words: each object, each field, both values, bounded', () => {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'shop' };
  const report = (state: 'in-sync' | 'drifted' | 'asleep' | 'nothing-deployed', drift: Drift[] = []) => ({
    kind: 'checked' as const,
    report: { environment: 'production', release: 'rel_1', checkedAt: '2026-01-01T00:00:00Z', state, drift },
  });
  const drifted = report('drifted', [
    {
      ref,
      kind: 'changed',
      changes: [
        { path: 'spec.replicas', live: 2, desired: 1 },
        { path: 'spec.paused', live: true, desired: undefined },
      ],
    },
    { ref: { ...ref, kind: 'Service' }, kind: 'missing', changes: [] },
  ]);
  expect(driftResult([['production', drifted]])).toMatchObject({
    ok: false,
    summary:
      'production: Deployment shop/shop: spec.replicas is 2, deployed was 1, spec.paused is true, deployed was absent; Service shop/shop is missing.',
    next: ['Bring back what was deployed: npx hawser rollback --environment production --to rel_1 --reason drift'],
  });
  const busy = { kind: 'busy' as const, by: { environment: 'b', holder: 'rel_9', fence: 1, expiresAt: '' } };
  const rest = driftResult([
    ['a', report('asleep')],
    ['b', busy],
    ['c', report('in-sync')],
    ['d', report('nothing-deployed')],
  ]);
  expect(rest).toMatchObject({
    ok: true,
    summary:
      'a: the node is asleep and was left so. b: release rel_9 is in progress; not checked. c: in sync. d: nothing has been deployed yet.',
  });
  const long = report('drifted', [
    { ref, kind: 'changed', changes: [{ path: 'data.x', live: 'y'.repeat(500), desired: null }] },
  ]);
  expect(driftResult([['a', long]]).summary.length).toBeLessThan(200);
});
