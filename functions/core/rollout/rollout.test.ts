import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { judge, newPods, verdictAtDeadline, workloads, type Observation } from './rollout.ts';
import { judgeStanding, standingTrouble } from './standing.ts';
import { troubledContainer } from './wait.ts';
import {
  after,
  containerStatus,
  deployment,
  event,
  observation,
  pod,
  podOf,
  replicaSet,
  rolloutOf,
  startedAt,
  terminated,
  waitingPod,
  workload,
} from '../testing/objects.ts';

const running = { running: { startedAt: after(2) } };
const crashed = { restartCount: 1, lastState: terminated(1) };
const condition = (type: string, status: string, more: object): object => ({ conditions: [{ type, status, ...more }] });
const unschedulable = (since: number, message = '0/1 nodes are available: 1 Insufficient memory.'): Manifest =>
  pod({
    status: condition('PodScheduled', 'False', { reason: 'Unschedulable', message, lastTransitionTime: after(since) }),
  });
const overQuota =
  'pods "shop-2-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1';
const notCreated = (message: string, since = 1): Partial<Observation> => ({
  replicaSets: [
    replicaSet(
      2,
      condition('ReplicaFailure', 'True', { reason: 'FailedCreate', message, lastTransitionTime: after(since) }),
    ),
  ],
});
const pullOf = (message: string, reason = 'ErrImagePull'): Partial<Observation> => ({
  pods: [waitingPod(reason, message)],
});

/** Cause → what is observed, the code at once, and words that the sentence must have. */
const dooms: [string, Partial<Observation>, string, RegExp][] = [
  ['crash loop', { pods: [waitingPod('CrashLoopBackOff', 'back-off 10s', crashed)] }, 'ContainerCrashing', /^Pod shop\/shop-2-x7k2p: container app exits 1 \(CrashLoopBackOff\)\.$/],
  ['crash by signal', { pods: [waitingPod('CrashLoopBackOff', '', { restartCount: 1, lastState: terminated(139) })] }, 'ContainerCrashing', /SIGSEGV.* \(exit 139\)/],
  ['crash with its last words', { pods: [waitingPod('CrashLoopBackOff', '', { restartCount: 1, lastState: terminated(1, { message: 'start\nDATABASE_URL is not set\n' }) })] }, 'ContainerCrashing', /: DATABASE_URL is not set\.$/],
  ['ends with 0', { pods: [waitingPod('CrashLoopBackOff', '', { restartCount: 1, lastState: terminated(0) })] }, 'ContainerCrashing', /exits 0 .*ends instead of going on/],
  ['second restart', { pods: [pod({ status: { containerStatuses: [containerStatus(running, { restartCount: 2, lastState: terminated(2) })] } })] }, 'ContainerCrashing', /exits 2 \(2 restarts\)/],
  ['init container', { pods: [pod({ initContainers: [{ name: 'migrate' }], status: { initContainerStatuses: [{ ...containerStatus({ waiting: { reason: 'CrashLoopBackOff' } }, crashed), name: 'migrate' }] } })] }, 'ContainerCrashing', /init container migrate exits 1/],
  ['liveness probe', { pods: [waitingPod('CrashLoopBackOff', '', { restartCount: 2, lastState: terminated(137) }, { container: { livenessProbe: { httpGet: { path: '/live', port: 'http' } } } })], events: [event('Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 500', { involvedObject: { uid: 'pod-2', fieldPath: 'spec.containers{app}' } }), event('Killing', 'Container app failed liveness probe, will be restarted')] }, 'ProbeFailing', /liveness probe \(GET \/live on port 8080 \(http\)\): HTTP probe failed with statuscode: 500/],
  ['out of memory', { pods: [waitingPod('CrashLoopBackOff', '', { restartCount: 1, lastState: terminated(137, { reason: 'OOMKilled' }) }, { container: { resources: { limits: { memory: '64Mi' } } } })] }, 'OutOfMemory', /limit of 64Mi \(OOMKilled, exit 137\)/],
  ['out of memory, started again', { pods: [pod({ status: { containerStatuses: [containerStatus(running, { restartCount: 1, lastState: terminated(137, { reason: 'OOMKilled' }) })] } })] }, 'OutOfMemory', /the node ran out of memory/],
  ['wrong architecture', { pods: [waitingPod('RunContainerError', 'failed to create containerd task: exec /app: exec format error')] }, 'ImagePlatformMismatch', /another CPU architecture/],
  ['no such program', { pods: [waitingPod('CrashLoopBackOff', 'back-off 10s restarting failed container=app', { restartCount: 1, lastState: terminated(128, { reason: 'StartError', message: 'exec: "nodde": executable file not found in $PATH' }) })] }, 'ContainerCannotRun', /cannot be started: .*executable file not found/],
  ['pull 401', pullOf('failed to resolve reference "x": failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized'), 'ImagePullDenied', /asks for a login \(401\)/],
  ['pull 403', pullOf('failed to resolve reference "x": unexpected status from HEAD request to https://ghcr.io/v2/x/manifests/y: 403 Forbidden'), 'ImagePullDenied', /refuses these credentials \(403\)/],
  ['pull 404', pullOf('failed to resolve reference "ghcr.io/acme/shop@sha256:12": ghcr.io/acme/shop@sha256:12: not found'), 'ImageNotFound', /\(404\)/],
  ['pull 404 in back-off', pullOf('Back-off pulling image "x": ErrImagePull: rpc error: code = NotFound desc = x: not found', 'ImagePullBackOff'), 'ImageNotFound', /cannot pull ghcr\.io\/acme\/shop@sha256/],
  ['pull cause in the event only', { ...pullOf('Back-off pulling image "x"', 'ImagePullBackOff'), events: [event('Failed', 'Failed to pull image: denied: denied')] }, 'ImagePullDenied', /403/],
  ['wrong platform', pullOf('no match for platform in manifest: not found'), 'ImagePlatformMismatch', /no variant for the platform/],
  ['name not in lower case', pullOf("couldn't parse image name \"X\": invalid reference format: repository name (X) must be lowercase", 'InvalidImageName'), 'ImageNameInvalid', /lower case/],
  ['unknown pull error that lasts', { ...pullOf('something new', 'ImagePullBackOff'), now: new Date(after(40)) }, 'ImagePullFailing', /something new/],
  ['missing Secret', { pods: [waitingPod('CreateContainerConfigError', 'secret "db" not found')] }, 'ContainerConfigInvalid', /secret "db" not found/],
  ['missing key', { pods: [waitingPod('CreateContainerConfigError', "couldn't find key url in Secret shop/db")] }, 'ContainerConfigInvalid', /find key url/],
  ['missing Secret of a volume', { pods: [waitingPod('ContainerCreating')], events: [event('FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found')] }, 'ContainerConfigInvalid', /volume is not mounted: .*secret "tls" not found/],
  ['no room on the node', { pods: [unschedulable(1)] }, 'Unschedulable', /1 Insufficient memory\.$/],
  ['no room while the old pod stays', { pods: [unschedulable(1), pod({ revision: 1 })] }, 'Unschedulable', /1 Insufficient memory\.$/],
  ['quota', notCreated(overQuota), 'QuotaExceeded', /^ReplicaSet shop\/shop-2: its pods are not created: .*exceeded quota/],
  ['pod security', notCreated('pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true', 19), 'PodSecurityViolated', /violates PodSecurity/],
  ['admission webhook', notCreated('admission webhook "policy.example.com" denied the request: no latest tag'), 'AdmissionDenied', /denied the request: no latest tag/],
  ['deadline of the Deployment', { workload: deployment(condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', lastUpdateTime: after(19) })), pods: [waitingPod('ContainerCreating')] }, 'RolloutTimedOut', /it waited for: 1 of 1 pods not ready: container app is being created/],
]; // prettier-ignore

/** Looks like a doom, but may pass or is not about this rollout. */
const waits: [string, Partial<Observation> & { at?: number }, RegExp][] = [
  ['generation not seen', { workload: deployment({ observedGeneration: 1, availableReplicas: 1, unavailableReplicas: 0 }) }, /has not seen the change/],
  ['no ReplicaSet yet', { replicaSets: [replicaSet(1)] }, /no ReplicaSet/],
  ['no pod yet', {}, /1 of 1 pods not created yet/],
  ['starting', { pods: [pod({ status: { containerStatuses: [containerStatus(running)] } })] }, /^1 of 1 pods not ready: container app is starting$/],
  ['first crash', { pods: [pod({ status: { containerStatuses: [containerStatus(terminated(1))] } })] }, /container app exits 1 \(0 restarts\)/],
  ['registry 429', pullOf('429 Too Many Requests - toomanyrequests'), /limits the rate/],
  ['registry 503', pullOf('unexpected status from HEAD request to https://ghcr.io/v2/x: 503 Service Unavailable'), /does not answer/],
  ['registry name not resolved', pullOf('dial tcp: lookup ghcr.io: no such host'), /does not answer/],
  ['unknown pull error, new', pullOf('something new'), /something new/],
  ['cache not synced', { pods: [waitingPod('CreateContainerConfigError', 'failed to sync secret cache: timed out waiting for the condition')] }, /failed to sync/],
  ['unschedulable for 5 s', { pods: [unschedulable(15)] }, /no node takes it/],
  ['unschedulable while the old pod leaves', { pods: [unschedulable(1), pod({ revision: 1, metadata: { deletionTimestamp: after(2) } })] }, /no node takes it/],
  ['unschedulable while pods of others leave', { pods: [unschedulable(1)], isRoomComing: true }, /no node takes it/],
  ['node still starting', { pods: [unschedulable(1, '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.')] }, /not-ready/],
  ['quota that may be given back', notCreated(overQuota, 10), /not created yet/],
  ['webhook that does not answer', notCreated('Internal error occurred: failed calling webhook "x": connection refused'), /not created yet/],
  ['evicted pod', { pods: [pod({ status: { phase: 'Failed', reason: 'Evicted', containerStatuses: [containerStatus(terminated(137, { reason: 'OOMKilled' }))] } })] }, /not ready/],
  ['crash of the old revision', { pods: [waitingPod('CrashLoopBackOff', '', crashed, { revision: 1 }), pod()] }, /container app is being created/],
  ['crash before this rollout', { pods: [waitingPod('CrashLoopBackOff', '', { restartCount: 7, lastState: terminated(1, { finishedAt: after(-90) }) }, { createdAfter: -3600 })] }, /exits 1/],
  ['restarts of a node that slept', { pods: [pod({ createdAfter: -3600, status: { containerStatuses: [containerStatus(running, { restartCount: 5, lastState: terminated(255, { reason: 'Unknown', finishedAt: after(-60) }) })] } })] }, /not ready: container app is starting$/],
  ['verdict about an older rollout', { workload: deployment(condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', lastUpdateTime: after(-600) })), pods: [pod()] }, /not ready/],
  ['old pod still there', { workload: deployment({ replicas: 2, availableReplicas: 1, unavailableReplicas: 1 }), pods: [pod({ status: condition('Ready', 'True', {}) })] }, /^1 pod of the old revision still there$/],
  ['readiness probe', { pods: [pod({ container: { readinessProbe: { httpGet: { path: '/health', port: 8080 } } }, status: { containerStatuses: [containerStatus(running)] } })], events: [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')] }, /readiness probe \(GET \/health on port 8080\): HTTP probe failed with statuscode: 503/],
]; // prettier-ignore

describe('judge', () => {
  it('is ready when all pods are new and available', () => {
    const done = deployment({ availableReplicas: 1, unavailableReplicas: 0 });
    expect(judge(observation({ workload: done }))).toEqual({ state: 'ready' });
  });

  it('is ready with no replicas wanted', () => {
    const none = deployment({ replicas: 0, updatedReplicas: 0, unavailableReplicas: 0 }, { replicas: 0 });
    expect(judge(observation({ workload: none }))).toEqual({ state: 'ready' });
  });

  test.each(dooms)('fails at once: %s', (_, parts, code, message) => {
    expect(judge(observation(parts))).toMatchObject({ state: 'failed', code, message: expect.stringMatching(message) });
  });

  test.each(waits)('waits: %s', (_, parts, waitsFor) => {
    expect(judge(observation(parts))).toEqual({ state: 'progressing', waitsFor: expect.stringMatching(waitsFor) });
  });

  it('never throws, whatever stands in place of any field', () => {
    const states = new Set<string>();
    for (const [, parts] of [...dooms, ...waits]) {
      for (const broken of mutants(observation(parts))) states.add(judge(broken).state);
    }
    expect(states).toEqual(new Set(['ready', 'skipped', 'progressing', 'failed']));
  });

  it('never throws on fields of any shape', () => {
    const seeds = [...dooms, ...waits].map(([, parts]) => observation(parts));
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(), fc.anything(), (seed, index, junk) => {
        expect(() => judge(replaced(seed, index, junk))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('objects of every kind', () => {
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Pod', 'Certificate'];
  const junk = fc.oneof(fc.anything(), fc.jsonValue());
  const fields = fc.dictionary(
    fc.constantFrom(
      'replicas',
      'conditions',
      'updateStrategy',
      'updateRevision',
      'ordinals',
      'suspend',
      'phase',
      'type',
    ),
    junk,
  );
  const anyObject = fc.record({
    kind: fc.constantFrom(...kinds),
    spec: fc.oneof(fields, junk),
    status: fc.oneof(fields, junk),
    more: junk,
  });

  it('are judged without throwing, whatever they hold', () => {
    fc.assert(
      fc.property(anyObject, fc.array(junk, { maxLength: 3 }), ({ kind, spec, status, more }, others) => {
        const owner = workload(kind, spec as object, status as object);
        const object = { ...owner, spec, status, metadata: { ...owner.metadata, labels: more } } as unknown as Manifest;
        const own = podOf(owner, 'db-0', { metadata: { labels: more as object } });
        const lists = [own, ...others.map((other) => ({ ...own, metadata: own.metadata, status: other, spec: other }))];
        const observed = rolloutOf(object, {
          pods: lists,
          events: lists,
          revisions: lists,
        });
        const verdict = judge(observed);
        expect(['ready', 'skipped', 'progressing', 'failed']).toContain(verdict.state);
        expect(verdictAtDeadline(observed).message).toMatch(/\.$/);
        expect(() => newPods(observed)).not.toThrow();
        const standing = {
          object,
          related: lists,
          known: new Set(['IngressClass']),
          now: observed.now,
          startedAt,
        };
        expect(() => [judgeStanding(standing), standingTrouble(standing)]).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});

describe('newPods', () => {
  it('knows the new ReplicaSet by owner and revision', () => {
    const foreign = { ...replicaSet(2), metadata: { ...replicaSet(2).metadata, uid: 'rs-9', ownerReferences: [] } };
    const mine = pod();
    const parts = { replicaSets: [foreign, replicaSet(1), replicaSet(2)], pods: [pod({ revision: 1 }), mine] };
    expect(newPods(observation(parts))).toEqual([mine]);
  });
});

describe('troubledContainer', () => {
  const found = { pod: { namespace: 'shop', name: 'shop-2-x7k2p' }, container: 'app' };

  it('reads the run before when the container waits to be started again', () => {
    const pods = [
      waitingPod('CrashLoopBackOff', '', crashed, { revision: 1, createdAfter: 9 }),
      waitingPod('CrashLoopBackOff', '', crashed),
    ];
    expect(troubledContainer(newPods(observation({ pods })))).toEqual({
      ...found,
      previous: true,
      restarts: 1,
      hasEnded: true,
    });
  });

  it('reads the run that goes on when there was none before', () => {
    const pods = [pod({ status: { containerStatuses: [containerStatus(running)] } })];
    expect(troubledContainer(newPods(observation({ pods })))).toEqual({
      ...found,
      previous: false,
      restarts: 0,
      hasEnded: false,
    });
  });

  it('has nothing to read while the image is pulled', () => {
    expect(troubledContainer(newPods(observation({ pods: [waitingPod('ErrImagePull')] })))).toBeUndefined();
  });
});

test('workloads are what makes pods, of Kubernetes’ own groups', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' } };
  const foreign = { ...deployment(), apiVersion: 'example.com/v1' };
  const makers = ['StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'Pod'].map((kind) => workload(kind));
  expect(workloads([service, deployment(), foreign, ...makers])).toEqual([deployment(), ...makers]);
});

/** The observation once for each of its fields and each kind of junk in that field's place. */
function* mutants(seed: Observation): Generator<Observation> {
  const copy = structuredClone(seed);
  for (const { parent, key } of fieldsOf(copy)) {
    const kept = parent[key];
    for (const junk of [undefined, null, 0, '', 'x', [], [null], {}]) {
      parent[key] = junk;
      yield copy;
    }
    parent[key] = kept;
  }
}

function replaced(seed: Observation, index: number, junk: unknown): Observation {
  const copy = structuredClone(seed);
  const fields = fieldsOf(copy);
  const field = fields[index % fields.length];
  if (field !== undefined) field.parent[field.key] = junk;
  return copy;
}

/** Every field of the observed objects, however deep. */
function fieldsOf(seed: Observation): { parent: Record<string, unknown>; key: string }[] {
  const fields: { parent: Record<string, unknown>; key: string }[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      fields.push({ parent: value as Record<string, unknown>, key });
      collect(item);
    }
  };
  collect(seed.workload);
  for (const list of [seed.replicaSets, seed.pods, seed.events]) list.forEach((object) => collect(object));
  return fields;
}
