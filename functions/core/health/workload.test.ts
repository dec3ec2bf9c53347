import { describe, expect, test } from 'vitest';
import { health } from './health.ts';
import { check, type Parts } from './testing/check.ts';
import { conditions, object } from './testing/object.ts';

/** Status of a Deployment: wanted, and how many are updated, there and available. */
function deployed(
  replicas: number,
  [updated, total, available]: [number, number, number],
  more: Parts = {},
  spec: Parts = {},
): Parts {
  const status = {
    observedGeneration: 2,
    updatedReplicas: updated,
    replicas: total,
    readyReplicas: available,
    availableReplicas: available,
    ...more,
  };
  return { spec: { replicas, ...spec }, status };
}

describe('Deployment', () => {
  check('apps/v1 Deployment', [
    ['only just made, no status', { spec: { replicas: 1 } }, 'Progressing', 'GenerationNotObserved'],
    [
      'spec not yet observed',
      deployed(3, [3, 3, 3], { observedGeneration: 1 }),
      'Progressing',
      'GenerationNotObserved',
    ],
    ['rolled out', deployed(3, [3, 3, 3]), 'Healthy', 'ReplicasAvailable'],
    [
      'rolled out, with its conditions',
      deployed(
        1,
        [1, 1, 1],
        conditions('Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable'),
      ),
      'Healthy',
      'ReplicasAvailable',
    ],
    ['no replicas set means one', { spec: {}, status: { observedGeneration: 2 } }, 'Progressing', 'ReplicasNotUpdated'],
    ['new Pods still to be made', deployed(3, [1, 3, 3]), 'Progressing', 'ReplicasNotUpdated'],
    ['old Pods still there', deployed(3, [3, 4, 4]), 'Progressing', 'OldReplicasTerminating'],
    ['new Pods not available', deployed(3, [3, 3, 2]), 'Progressing', 'ReplicasNotAvailable'],
    [
      'ready but within minReadySeconds',
      deployed(2, [2, 2, 0], { readyReplicas: 2 }),
      'Progressing',
      'ReplicasNotAvailable',
    ],
    [
      'Available does not hold',
      deployed(1, [1, 1, 1], conditions('Available=False MinimumReplicasUnavailable')),
      'Progressing',
      'MinimumReplicasUnavailable',
    ],
    [
      'deadline exceeded',
      deployed(
        2,
        [1, 3, 2],
        conditions('Progressing=False ProgressDeadlineExceeded: ReplicaSet "shop-1" has timed out progressing.'),
      ),
      'Degraded',
      'ProgressDeadlineExceeded',
    ],
    [
      'deadline of the spec before: not observed wins',
      deployed(2, [1, 3, 2], { observedGeneration: 1, ...conditions('Progressing=False ProgressDeadlineExceeded') }),
      'Progressing',
      'GenerationNotObserved',
    ],
    [
      'Progressing is Unknown while paused and resumed',
      deployed(2, [1, 2, 2], conditions('Progressing=Unknown DeploymentResumed')),
      'Progressing',
      'ReplicasNotUpdated',
    ],
    [
      'quota keeps Pods from being made',
      deployed(
        2,
        [0, 0, 0],
        conditions('ReplicaFailure=True FailedCreate: pods "shop-1-x" is forbidden: exceeded quota'),
      ),
      'Degraded',
      'FailedCreate',
    ],
    [
      'a failure that is over',
      deployed(2, [2, 2, 2], conditions('ReplicaFailure=True FailedCreate: once')),
      'Healthy',
      'ReplicasAvailable',
    ],
    ['paused', deployed(2, [2, 2, 2], {}, { paused: true }), 'Suspended', 'DeploymentPaused'],
    ['paused before it was observed', { spec: { paused: true } }, 'Suspended', 'DeploymentPaused'],
    ['scaled to zero', deployed(0, [0, 0, 0]), 'Healthy', 'ScaledToZero'],
    ['going to zero', deployed(0, [0, 2, 2]), 'Progressing', 'OldReplicasTerminating'],
    [
      'being deleted',
      {
        ...deployed(1, [1, 1, 1]),
        metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] },
      },
      'Progressing',
      'Terminating',
    ],
  ]);

  test('says the numbers, and the cause in the words of the cluster', () => {
    const half = health(object('apps/v1 Deployment', deployed(3, [3, 3, 2])));
    expect(half.message).toBe('2 of 3 replicas are available.');
    const quota = conditions('ReplicaFailure=True FailedCreate: exceeded quota: small, requested: pods=1');
    const refused = health(object('apps/v1 Deployment', deployed(2, [0, 0, 0], quota)));
    expect(refused.message).toBe('Pods cannot be created: exceeded quota: small, requested: pods=1.');
  });
});

function stateful(
  replicas: number,
  [updated, ready]: [number, number],
  revisions: [string, string],
  more: Parts = {},
  strategy?: Parts,
): Parts {
  const status = {
    observedGeneration: 2,
    replicas,
    readyReplicas: ready,
    updatedReplicas: updated,
    currentRevision: revisions[0],
    updateRevision: revisions[1],
    ...more,
  };
  return {
    spec: { replicas, updateStrategy: strategy ?? { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } },
    status,
  };
}

describe('StatefulSet', () => {
  const onDelete = { type: 'OnDelete' };
  const partition = (at: number): Parts => ({ type: 'RollingUpdate', rollingUpdate: { partition: at } });
  check('apps/v1 StatefulSet', [
    ['only just made', { spec: {} }, 'Progressing', 'GenerationNotObserved'],
    [
      'never observed, without a generation',
      { metadata: { generation: undefined }, spec: { replicas: 1 }, status: {} },
      'Progressing',
      'ReplicasNotReady',
    ],
    [
      'spec not yet observed',
      stateful(2, [2, 2], ['a', 'a'], { observedGeneration: 1 }),
      'Progressing',
      'GenerationNotObserved',
    ],
    ['all on one revision', stateful(2, [2, 2], ['a', 'a']), 'Healthy', 'ReplicasReady'],
    ['scaled up, one not ready', stateful(3, [3, 2], ['a', 'a']), 'Progressing', 'ReplicasNotReady'],
    [
      'ready, not available',
      stateful(2, [2, 2], ['a', 'a'], { availableReplicas: 1 }),
      'Progressing',
      'ReplicasNotAvailable',
    ],
    ['an update under way', stateful(3, [1, 3], ['a', 'b']), 'Progressing', 'ReplicasNotUpdated'],
    ['an update done', stateful(3, [3, 3], ['b', 'b']), 'Healthy', 'ReplicasReady'],
    [
      'no strategy in the object',
      { ...stateful(3, [1, 3], ['a', 'b']), spec: { replicas: 3 } },
      'Progressing',
      'ReplicasNotUpdated',
    ],
    ['OnDelete: old Pods stay', stateful(3, [0, 3], ['a', 'b'], {}, onDelete), 'Healthy', 'UpdatedOnDelete'],
    ['OnDelete: all new', stateful(3, [3, 3], ['b', 'b'], {}, onDelete), 'Healthy', 'ReplicasReady'],
    [
      'OnDelete: one was deleted and starts',
      stateful(3, [1, 2], ['a', 'b'], {}, onDelete),
      'Progressing',
      'ReplicasNotReady',
    ],
    ['partition: upper ones updated', stateful(3, [1, 3], ['a', 'b'], {}, partition(2)), 'Healthy', 'PartitionUpdated'],
    [
      'partition: upper ones under way',
      stateful(3, [1, 3], ['a', 'b'], {}, partition(1)),
      'Progressing',
      'ReplicasNotUpdated',
    ],
    [
      'partition above all: nothing is updated',
      stateful(3, [0, 3], ['a', 'b'], {}, partition(5)),
      'Healthy',
      'PartitionUpdated',
    ],
    [
      'partition: a Pod is not ready',
      stateful(3, [1, 2], ['a', 'b'], {}, partition(2)),
      'Progressing',
      'ReplicasNotReady',
    ],
    ['scaling down', stateful(1, [1, 1], ['a', 'a'], { replicas: 2 }), 'Progressing', 'ScalingDown'],
    ['scaled to zero', stateful(0, [0, 0], ['a', 'a']), 'Healthy', 'ScaledToZero'],
  ]);
});

function daemon(
  desired: number,
  [updated, available]: [number, number],
  more: Parts = {},
  type = 'RollingUpdate',
): Parts {
  const status = {
    observedGeneration: 2,
    desiredNumberScheduled: desired,
    updatedNumberScheduled: updated,
    numberAvailable: available,
    ...more,
  };
  return { spec: { updateStrategy: { type } }, status };
}

describe('DaemonSet', () => {
  check('apps/v1 DaemonSet', [
    ['only just made', { spec: {} }, 'Progressing', 'GenerationNotObserved'],
    ['not yet counted', { spec: {}, status: { observedGeneration: 2 } }, 'Progressing', 'NotScheduled'],
    ['spec not yet observed', daemon(1, [1, 1], { observedGeneration: 1 }), 'Progressing', 'GenerationNotObserved'],
    ['on every node', daemon(2, [2, 2]), 'Healthy', 'PodsAvailable'],
    ['an update under way', daemon(2, [1, 2]), 'Progressing', 'PodsNotUpdated'],
    ['updated, not available', daemon(2, [2, 1]), 'Progressing', 'PodsNotAvailable'],
    ['no node matches', daemon(0, [0, 0]), 'Healthy', 'NoNodeMatches'],
    ['OnDelete: old Pods stay', daemon(2, [0, 2], {}, 'OnDelete'), 'Healthy', 'UpdatedOnDelete'],
    ['OnDelete: not available', daemon(2, [1, 1], {}, 'OnDelete'), 'Progressing', 'PodsNotAvailable'],
  ]);
});

describe('ReplicaSet', () => {
  const status = (replicas: number, available: number, more: Parts = {}): Parts => ({
    observedGeneration: 2,
    replicas,
    availableReplicas: available,
    ...more,
  });
  check('apps/v1 ReplicaSet', [
    ['available', { spec: { replicas: 2 }, status: status(2, 2) }, 'Healthy', 'ReplicasAvailable'],
    ['coming up', { spec: { replicas: 2 }, status: status(2, 1) }, 'Progressing', 'ReplicasNotAvailable'],
    ['too many', { spec: { replicas: 1 }, status: status(2, 2) }, 'Progressing', 'ScalingDown'],
    ['an old revision of a Deployment', { spec: { replicas: 0 }, status: status(0, 0) }, 'Healthy', 'ScaledToZero'],
    [
      'cannot make Pods',
      {
        spec: { replicas: 1 },
        status: status(0, 0, conditions('ReplicaFailure=True FailedCreate: serviceaccount "x" not found')),
      },
      'Degraded',
      'FailedCreate',
    ],
    [
      'spec not yet observed',
      { spec: { replicas: 1 }, status: { observedGeneration: 1 } },
      'Progressing',
      'GenerationNotObserved',
    ],
  ]);
});

describe('ReplicationController', () => {
  check('v1 ReplicationController', [
    [
      'available',
      { spec: { replicas: 1 }, status: { observedGeneration: 2, replicas: 1, availableReplicas: 1 } },
      'Healthy',
      'ReplicasAvailable',
    ],
    [
      'coming up',
      { spec: { replicas: 1 }, status: { observedGeneration: 2, replicas: 1 } },
      'Progressing',
      'ReplicasNotAvailable',
    ],
  ]);
});
