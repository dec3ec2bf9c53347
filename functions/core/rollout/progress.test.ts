import { expect, test } from 'vitest';
import { deployment, workload } from '../testing/objects.ts';
import { describeEnd, describeProgress, join } from './progress.ts';

const waits = (waitsFor: string) => ({ state: 'progressing' as const, waitsFor });

test('one line for all that is waited for', () => {
  const judged = [
    { object: deployment(), verdict: waits('1 of 2 pods not ready: container app is starting') },
    { object: workload('Job'), verdict: { state: 'ready' as const } },
    { object: workload('StatefulSet'), verdict: waits('pod db-0 is not ready: container pg is being created') },
  ];
  expect(describeProgress(judged)).toBe(
    'Deployment shop/shop: 1 of 2 pods not ready: container app is starting; StatefulSet shop/db: pod db-0 is not ready: container pg is being created',
  );
});

test('the end names what is ready, and what was not waited for and why', () => {
  const ready = { state: 'ready' as const };
  expect(describeEnd([{ object: deployment(), verdict: ready }])).toBe('Deployment shop/shop is ready');
  const paused = { object: workload('DaemonSet'), verdict: { state: 'skipped' as const, note: 'it is asleep' } };
  expect(
    describeEnd([{ object: deployment(), verdict: ready }, { object: workload('Job'), verdict: ready }, paused]),
  ).toBe('Deployment shop/shop and Job shop/db are ready; DaemonSet shop/db is not waited for: it is asleep');
  expect(describeEnd([paused])).toBe('DaemonSet shop/db is not waited for: it is asleep');
});

test('more than four are counted', () => {
  expect(join(['a', 'b', 'c', 'd'], ', ', ' and ')).toBe('a, b, c and d');
  expect(join(['a', 'b', 'c', 'd', 'e', 'f'], ', ', ' and ')).toBe('a, b, c, d and 2 more');
});
