import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { containerStatus, event, lineOf, podOf, rolloutOf, terminated, workload } from '../testing/objects.ts';
import type { Observation } from './observation.ts';
import { judge, newPods } from './rollout.ts';
import { blockingPods } from './stateful-rollout.ts';

const set = (spec: object = {}, status: object = {}): Manifest =>
  workload(
    'StatefulSet',
    { replicas: 3, ...spec },
    { replicas: 3, readyReplicas: 3, updatedReplicas: 3, currentRevision: 'b', updateRevision: 'b', ...status },
  );
const rolling = (partition: number): object => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
});
const onDelete = { updateStrategy: { type: 'OnDelete' } };
const half = { currentRevision: 'a', updatedReplicas: 1 };
const waiting = (reason: string, message = ''): object => ({
  containerStatuses: [
    containerStatus(
      { waiting: { reason, message } },
      reason === 'CrashLoopBackOff' ? { restartCount: 3, lastState: terminated(1) } : {},
    ),
  ],
});

/** Pods db-0… of these revisions; an exclamation mark says that it is not ready. */
function pods(owner: Manifest, ...revisions: string[]): Manifest[] {
  return revisions.map((text, ordinal) =>
    podOf(owner, `db-${ordinal}`, { revision: text.replace('!', ''), ready: !text.endsWith('!') }),
  );
}

/** As kubectl rollout status and the controller have it: what is observed, the state, and words of the line. */
const table: [string, Manifest, string[], string, RegExp?][] = [
  ['all new and ready', set(), ['b', 'b', 'b'], 'ready'],
  ['generation not seen', set({}, { observedGeneration: 1 }), ['b', 'b', 'b'], 'progressing', /StatefulSet controller has not seen/],
  ['the first pod of a new set', set({}, { replicas: 1, readyReplicas: 0, updatedReplicas: 1 }), ['b!'], 'progressing', /^pod db-0 is not ready: container app is being created$/],
  ['the next pod is to come', set({}, { replicas: 1, readyReplicas: 1, updatedReplicas: 1 }), ['b'], 'progressing', /^2 of 3 pods not created yet$/],
  ['the highest is updated first', set({}, half), ['a', 'a', 'b!'], 'progressing', /^pod db-2 is not ready/],
  ['lower ones are still old', set({}, half), ['a', 'a', 'b'], 'progressing', /^2 of 3 pods not updated yet$/],
  ['all pods new, the status not yet', set({}, { ...half, updatedReplicas: 3 }), ['b', 'b', 'b'], 'progressing', /pods not ready yet/],
  ['ready, but not for minReadySeconds', set({}, { availableReplicas: 2 }), ['b', 'b', 'b'], 'progressing', /^1 of 3 pods not ready yet$/],
  ['partition 2 wants only db-2', set(rolling(2), half), ['a', 'a', 'b'], 'ready'],
  ['partition 1 wants db-1 too', set(rolling(1), half), ['a', 'a', 'b'], 'progressing', /^1 of 3 pods not updated yet$/],
  ['partition above all wants none', set(rolling(9), { ...half, updatedReplicas: 0 }), ['a', 'a', 'a'], 'ready'],
  ['partition counts from the first ordinal', set({ ...rolling(1), ordinals: { start: 1 } }, { ...half, updatedReplicas: 2 }), ['a', 'a', 'b'], 'ready'],
  ['OnDelete with old pods', set(onDelete, half), ['a', 'b', 'b'], 'skipped', /OnDelete; 1 pod keeps its old revision until somebody deletes it/],
  ['OnDelete with a broken old pod', set(onDelete, { ...half, readyReplicas: 2 }), ['a!', 'a', 'b'], 'skipped', /2 pods keep their old revision/],
  ['OnDelete made for the first time', set(onDelete, { replicas: 1, readyReplicas: 0, updatedReplicas: 1 }), ['b!'], 'progressing', /^pod db-0/],
  ['OnDelete after all were deleted: currentRevision stays old', set(onDelete, { currentRevision: 'a' }), ['b', 'b', 'b'], 'ready'],
  ['none wanted', set({ replicas: 0 }, { replicas: 0, readyReplicas: 0, updatedReplicas: 0, updateRevision: 'b', currentRevision: 'a' }), [], 'ready'],
  ['scaled down, one still there', set({ replicas: 2 }), ['b', 'b', 'b'], 'progressing', /not ready yet/],
]; // prettier-ignore

describe('a StatefulSet', () => {
  test.each(table)('%s', (_, owner, revisions, state, text = /^$/) => {
    const verdict = judge(rolloutOf(owner, { pods: pods(owner, ...revisions) }));
    expect(verdict.state).toBe(state);
    expect(lineOf(verdict)).toMatch(text);
  });

  it('fails with the trouble of a new pod, and names itself in the hint', () => {
    const owner = set({}, half);
    const broken = podOf(owner, 'db-2', { status: waiting('CrashLoopBackOff') });
    expect(judge(rolloutOf(owner, { pods: [...pods(owner, 'a', 'a'), broken] }))).toMatchObject({
      code: 'ContainerCrashing',
      subject: 'Pod shop/db-2',
      details: { object: 'statefulset/db', namespace: 'shop' },
    });
  });

  it('fails by the event when its pods are refused, as it has no condition for that', () => {
    const owner = set({ replicas: 1 }, { replicas: 0, readyReplicas: 0, updatedReplicas: 0 });
    const said =
      'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true';
    const involvedObject = { kind: 'StatefulSet', namespace: 'shop', name: 'db', uid: 'w-1' };
    const refused = event('FailedCreate', said, { involvedObject });
    expect(judge(rolloutOf(owner, { events: [refused] }))).toMatchObject({
      code: 'PodSecurityViolated',
      message: expect.stringContaining('StatefulSet shop/db: its pods are not created: ') as string,
    });
    // A pod that came after it says that it passed.
    const later = podOf(owner, 'db-0', { createdAfter: 9 });
    expect(judge(rolloutOf(owner, { events: [refused], pods: [later] })).state).toBe('progressing');
    // Of an earlier rollout.
    const old = { ...refused, lastTimestamp: '2026-11-24T09:00:00Z' };
    expect(judge(rolloutOf(owner, { events: [old] })).state).toBe('progressing');
  });

  it('waits for the pod that takes the place of one that was evicted', () => {
    const owner = set({}, half);
    const evicted = podOf(owner, 'db-2', {
      status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
    });
    expect(judge(rolloutOf(owner, { pods: [...pods(owner, 'a', 'a'), evicted] }))).toMatchObject({
      state: 'progressing',
    });
  });

  it('takes only pods of the update revision for new', () => {
    const owner = set({}, half);
    const all = pods(owner, 'a', 'a', 'b');
    expect(newPods(rolloutOf(owner, { pods: all })).map(({ metadata }) => metadata.name)).toEqual(['db-2']);
  });
});

describe('a broken pod of an older revision', () => {
  const blocking = (reason: string, spec: object = {}): Observation => {
    const owner = set(spec, { ...half, updatedReplicas: 0, readyReplicas: 2 });
    const broken = podOf(owner, 'db-2', { revision: 'a', status: waiting(reason, 'manifest unknown') });
    return rolloutOf(owner, { pods: [...pods(owner, 'a', 'a'), broken] });
  };

  it('blocks the update for ever: named, with the pod to delete', () => {
    expect(judge(blocking('ErrImagePull'))).toMatchObject({
      state: 'failed',
      code: 'UpdateBlocked',
      subject: 'StatefulSet shop/db',
      message: expect.stringMatching(/pod db-2 of an older revision blocks the update, .* cannot pull /) as string,
      details: { pod: 'db-2', namespace: 'shop' },
    });
  });

  it('that crashes is ready for a moment now and then, so the update may go on', () => {
    expect(judge(blocking('CrashLoopBackOff'))).toMatchObject({
      state: 'progressing',
      waitsFor: expect.stringMatching(/^pod db-2 of an older revision blocks/) as string,
    });
  });

  test.each([
    ['Parallel: the controller replaces it', { podManagementPolicy: 'Parallel' }],
    ['below the partition: it is to stay', rolling(3)],
  ])('does not block with %s', (_, spec) => {
    expect(judge(blocking('ErrImagePull', spec)).state).toBe('progressing');
    expect(blockingPods(blocking('ErrImagePull', spec))).toEqual([]);
  });
});
