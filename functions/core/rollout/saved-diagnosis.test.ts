import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { catalogue } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import {
  after,
  containerStatus,
  deployment,
  event,
  pod,
  replicaSet,
  terminated,
  waitingPod,
} from '../testing/objects.ts';
import {
  diagnosed,
  podCrashing,
  podUnscheduled,
  podWaiting,
  savedEvent,
  savedNode,
  savedObject,
  savedPod,
} from '../testing/saved.ts';
import { diagnoseObjects } from './saved-diagnosis.ts';

const ready = {
  conditions: [{ type: 'Ready', status: 'True' }],
  phase: 'Running',
  containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }],
};
const done = { availableReplicas: 1, readyReplicas: 1, unavailableReplicas: 0 };
const owner = (kind: string, name: string): object => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `${kind}-${name}`, controller: true }],
});
const job = (conditions: object[], status: object = {}): Manifest =>
  savedObject('batch/v1', 'Job', 'migrate', { spec: { backoffLimit: 3 }, status: { conditions, ...status } });
const failedJob = job(
  [
    {
      type: 'Failed',
      status: 'True',
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    },
  ],
  { failed: 4 },
);
const jobPod = savedPod(
  {
    phase: 'Failed',
    containerStatuses: [
      { name: 'app', ready: false, restartCount: 0, state: { terminated: { exitCode: 3, reason: 'Error' } } },
    ],
  },
  {},
  { restartPolicy: 'Never' },
  owner('Job', 'migrate'),
);

describe('Jobs', () => {
  it('tells the cause of its pod first', () => {
    const failure = diagnosed([failedJob, jobPod], ['relation "orders" does not exist']);
    expect(failure).toMatchObject({ code: 'ContainerCrashing', subject: 'Pod shop/web-1' });
    expect(failure?.message).toMatch(/exits 3.*its last log line: relation "orders" does not exist/);
  });

  it('else that it gave up', () => {
    const failure = diagnosed([failedJob]);
    expect(failure).toMatchObject({ code: 'JobFailed', subject: 'Job shop/migrate' });
    expect(failure?.message).toMatch(/it failed \(BackoffLimitExceeded\): Job has reached the specified backoff limit/);
    expect(failure?.hint).toMatch(
      /kubectl -n shop logs job\/migrate.*backoffLimit.*kubectl -n shop delete job\/migrate/,
    );
  });

  it('or that it took too long', () => {
    const late = job([
      {
        type: 'Failed',
        status: 'True',
        reason: 'DeadlineExceeded',
        message: 'Job was active longer than specified deadline',
      },
    ]);
    expect(diagnosed([late])).toMatchObject({ code: 'JobFailed' });
    expect(diagnosed([late])?.hint).toMatch(/activeDeadlineSeconds/);
  });

  it('knows it by its event alone', () => {
    const told = savedEvent('BackoffLimitExceeded', 'Job has reached the specified backoff limit', {
      kind: 'Job',
      name: 'migrate',
      uid: '',
    });
    expect(diagnosed([told])).toMatchObject({ code: 'JobFailed', subject: 'Job shop/migrate' });
  });

  test.each<[string, Manifest[]]>([
    ['that runs', [job([], { active: 1 }), savedPod({ ...ready }, {}, { restartPolicy: 'Never' }, owner('Job', 'migrate'))]],
    ['that is complete, after a failed attempt', [job([{ type: 'Complete', status: 'True' }], { succeeded: 1, failed: 1 }), jobPod]],
    ['whose pod ended well', [savedPod({ phase: 'Succeeded', containerStatuses: [{ name: 'app', ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } }] }, {}, { restartPolicy: 'Never' }, owner('Job', 'migrate'))]],
  ])('nothing is wrong with one %s', (_, objects) => {
    expect(diagnosed(objects)).toBeUndefined();
  }); // prettier-ignore
});

const broken = waitingPod('CrashLoopBackOff', '', { restartCount: 3, lastState: terminated(1) });

describe('workloads', () => {
  it('tells the cause in the new pods of a Deployment, with the events of its owners', () => {
    const failure = diagnosed([deployment(), replicaSet(1), replicaSet(2), pod({ revision: 1 }), broken, event('BackOff', 'Back-off restarting'), event('ScalingReplicaSet', 'Scaled up', { involvedObject: { kind: 'Deployment', namespace: 'shop', name: 'shop', uid: 'd-1' } })]); // prettier-ignore
    expect(failure).toMatchObject({ code: 'ContainerCrashing', subject: 'Pod shop/shop-2-x7k2p' });
    expect(failure?.events).toHaveLength(2);
  });

  it('leaves pods of an old revision alone', () => {
    const old = waitingPod('CrashLoopBackOff', '', { restartCount: 3, lastState: terminated(1) }, { revision: 1 });
    const fine = pod({ status: { ...ready } });
    expect(diagnosed([deployment(done), replicaSet(1), replicaSet(2), old, fine])).toBeUndefined();
  });

  it('says at least what it waited for', () => {
    const failure = diagnosed([deployment(), replicaSet(2), pod()]);
    expect(failure?.code).toBe('RolloutTimedOut');
    expect(failure?.message).toMatch(/1 of 1 pods not ready/);
  });

  test.each(['StatefulSet', 'DaemonSet'])('tells the cause of a pod of a %s', (kind) => {
    const own = savedObject('apps/v1', kind, 'db', {
      spec: { replicas: 1 },
      status: { replicas: 1, desiredNumberScheduled: 1 },
    });
    const crashing = {
      ...podCrashing({ exitCode: 1 }),
      metadata: { ...podCrashing({}).metadata, ...owner(kind, 'db') },
    } as Manifest;
    expect(diagnosed([own, crashing])).toMatchObject({ code: 'ContainerCrashing', subject: 'Pod shop/web-1' });
  });

  it('does not ask after an evicted pod that has a successor', () => {
    const evicted = savedPod(
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
      {},
      {},
      { name: 'old', uid: 'old', ...owner('ReplicaSet', 'web') },
    );
    const set = savedObject('apps/v1', 'ReplicaSet', 'web', {
      spec: { replicas: 1 },
      status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
    });
    expect(diagnosed([set, savedPod(ready, {}, {}, owner('ReplicaSet', 'web')), evicted])).toBeUndefined();
    expect(diagnosed([{ ...set, status: { replicas: 0 } }, evicted])?.code).toBe('NodeUnderPressure');
  });
});

describe('Lists of everything', () => {
  const healthy: Manifest[] = [
    savedNode(),
    deployment(done), replicaSet(1, { replicas: 0 }), replicaSet(2, { readyReplicas: 1 }), pod({ status: ready }),
    savedObject('v1', 'Service', 'shop'), savedObject('v1', 'PersistentVolumeClaim', 'data', { status: { phase: 'Bound' } }),
    // What was wrong for a while, with pods that are gone.
    savedEvent('Unhealthy', 'Readiness probe failed: connection refused', { name: 'gone', uid: 'gone' }),
    savedEvent('FailedScheduling', '0/1 nodes are available: 1 Insufficient cpu.', { name: 'gone', uid: 'gone' }),
    savedEvent('Unhealthy', 'Readiness probe failed: connection refused', { name: 'shop-2-x7k2p', uid: 'pod-2' }),
  ]; // prettier-ignore

  it('nothing is wrong with a healthy one', () => {
    expect(diagnosed(healthy)).toBeUndefined();
    expect(diagnosed([])).toBeUndefined();
  });

  test.each<[string, Manifest]>([
    ['a claim that waits for its first pod', savedObject('v1', 'PersistentVolumeClaim', 'later', { spec: { storageClassName: 'local-path' }, status: { phase: 'Pending' } })],
    ['a cordoned node', savedNode([{ type: 'Ready', status: 'True' }], { unschedulable: true })],
    ['a pod on its way out', savedPod({}, {}, {}, { name: 'x', uid: 'x', deletionTimestamp: after(1) })],
    ['a paused Deployment', { ...deployment({}, { paused: true }), metadata: { ...deployment().metadata, name: 'p', uid: 'd-p' } }],
    ['one scaled to nothing', { ...deployment({ replicas: 0, updatedReplicas: 0, unavailableReplicas: 0 }, { replicas: 0 }), metadata: { ...deployment().metadata, name: 'z', uid: 'd-z' } }],
    ['a container that was ended for memory once, and is ready', savedPod({ ...ready, containerStatuses: [{ name: 'app', ready: true, restartCount: 1, state: { running: {} }, lastState: terminated(137, { reason: 'OOMKilled' }) }] })],
  ])('nor with %s', (_, object) => {
    expect(diagnosed([...healthy, object])).toBeUndefined();
  }); // prettier-ignore

  it('waits for a first consumer: no failure, as its event says', () => {
    const claim = savedObject('v1', 'PersistentVolumeClaim', 'data', { status: { phase: 'Pending' } });
    const told = savedEvent(
      'WaitForFirstConsumer',
      'waiting for first consumer to be created before binding',
      { kind: 'PersistentVolumeClaim', name: 'data', uid: claim.metadata.uid },
      { type: 'Normal' },
    );
    expect(diagnosed([claim, told])).toBeUndefined();
  });

  it('finds the one that is broken among many namespaces', () => {
    const elsewhere = podWaiting('CreateContainerConfigError', 'secret "db" not found');
    const failure = diagnosed([
      ...healthy,
      { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'other', uid: 'o-1' } },
    ]);
    expect(failure).toMatchObject({ code: 'ContainerConfigInvalid', subject: 'Pod other/web-1' });
    expect(failure?.hint).toMatch(/kubectl -n other create secret/);
  });

  it('does not mix up pods of one name in two namespaces', () => {
    const [mine, other] = [
      podWaiting('ImagePullBackOff', 'Back-off pulling image "x"'),
      savedPod(ready, {}, {}, { namespace: 'other', uid: '' }),
    ];
    const failed = savedEvent('Failed', 'Failed to pull image "x": denied: denied', { namespace: 'other', uid: '' });
    expect(diagnosed([mine, other, failed])?.code).toBe('ImagePullFailing');
  });

  test.each<[string, string, Manifest[]]>([
    ['a final cause before one that may pass', 'ImageNotFound', [podWaiting('ErrImagePull', '429 Too Many Requests'), { ...podWaiting('ErrImagePull', 'x: not found'), metadata: { name: 'b', namespace: 'shop', uid: 'b' } }]],
    ['a crash before a probe', 'ContainerCrashing', [savedEvent('Unhealthy', 'Readiness probe failed: x', { name: 'b', uid: 'b' }), { ...savedPod({ containerStatuses: [{ name: 'app', ready: false, state: { running: {} } }] }), metadata: { name: 'b', namespace: 'shop', uid: 'b' } }, podCrashing({ exitCode: 1 })]],
    ['refused pods before a timeout', 'QuotaExceeded', [deployment(), replicaSet(2, { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1' }] })]],
    ['a pod that does not fit before a node under pressure elsewhere', 'Unschedulable', [podUnscheduled('0/1 nodes are available: 1 Insufficient cpu.'), savedNode([{ type: 'Ready', status: 'True' }, { type: 'DiskPressure', status: 'True' }])]],
  ])('tells %s', (_, code, objects) => {
    expect(diagnosed(objects)?.code).toBe(code);
  }); // prettier-ignore

  it('reads events of ReplicaSets although only their Deployment was saved', () => {
    const told = savedEvent(
      'FailedCreate',
      'Error creating: pods "x" is forbidden: exceeded quota: q, requested: pods=1',
      { kind: 'ReplicaSet', name: 'shop-2', uid: '' },
    );
    expect(diagnosed([deployment(), told])).toMatchObject({ code: 'QuotaExceeded', subject: 'ReplicaSet shop/shop-2' });
  });
});

describe('whatever the objects hold', () => {
  const kinds = [
    'Pod',
    'Event',
    'Node',
    'Deployment',
    'ReplicaSet',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'PersistentVolumeClaim',
    'StorageClass',
    'X',
  ];
  const seeds = [broken, podUnscheduled('0/1 nodes are available: 1 Insufficient cpu.'), savedNode(), deployment(), replicaSet(2), failedJob, savedEvent('Failed', 'Error: x'), savedPod({ phase: 'Failed', reason: 'Evicted', message: 'x' }), pod({ status: { containerStatuses: [containerStatus({ running: {} })] } })]; // prettier-ignore
  const isSound = (objects: unknown[]): boolean => {
    const failure = diagnoseObjects(objects as Manifest[], [], new Date(0));
    if (failure === undefined) return true;
    return (
      failure.code in catalogue &&
      failure.message !== '' &&
      !/[{]\w+[}]/.test(catalogue[failure.code].hint === failure.hint ? failure.hint : '')
    );
  };

  it('never throws, and always knows the code', () => {
    const objects = fc.record({ apiVersion: fc.constantFrom('v1', 'apps/v1', 'batch/v1'), kind: fc.constantFrom(...kinds), metadata: fc.record({ name: fc.string() }), spec: fc.jsonValue(), status: fc.jsonValue(), reason: fc.constantFrom('Failed', 'FailedCreate', 'Evicted', 'FailedScheduling'), message: fc.string(), involvedObject: fc.jsonValue() }); // prettier-ignore
    expect(() => fc.assert(fc.property(fc.array(objects, { maxLength: 6 }), isSound), { numRuns: 300 })).not.toThrow();
  });

  it('nor with junk in any field of an object', () => {
    const property = fc.property(fc.nat(), fc.nat(), fc.anything(), (which, index, junk) => {
      const copy = structuredClone(seeds);
      const fields = [...fieldsOf(copy[which % copy.length])];
      const field = fields[index % fields.length];
      if (field !== undefined && !/^(metadata|name|kind|apiVersion)$/.test(field.key)) field.parent[field.key] = junk;
      return isSound(copy);
    });
    expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();
  });
});

function* fieldsOf(value: unknown): Generator<{ parent: Record<string, unknown>; key: string }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield { parent: value as Record<string, unknown>, key };
    yield* fieldsOf(item);
  }
}
