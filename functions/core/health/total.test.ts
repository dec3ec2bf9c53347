import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { health } from './health.ts';
import { conditions, object } from './testing/object.ts';
import { healthStatuses } from './verdict.ts';

const kinds = [
  'apps/v1 Deployment',
  'apps/v1 StatefulSet',
  'apps/v1 DaemonSet',
  'apps/v1 ReplicaSet',
  'v1 ReplicationController',
  'v1 Pod',
  'batch/v1 Job',
  'batch/v1 CronJob',
  'v1 Service',
  'networking.k8s.io/v1 Ingress',
  'v1 PersistentVolumeClaim',
  'v1 PersistentVolume',
  'v1 Namespace',
  'v1 Node',
  'autoscaling/v1 HorizontalPodAutoscaler',
  'autoscaling/v2 HorizontalPodAutoscaler',
  'policy/v1 PodDisruptionBudget',
  'v1 Secret',
  'v1 Status',
  'apiextensions.k8s.io/v1 CustomResourceDefinition',
  'apiregistration.k8s.io/v1 APIService',
  'cert-manager.io/v1 Certificate',
  'gateway.networking.k8s.io/v1 HTTPRoute',
  'argoproj.io/v1alpha1 Rollout',
  'example.com/v1 Widget',
  'example.com/v1 PaintJob',
  'traefik.io/v1 Middleware',
];
const kind = fc.constantFrom(...kinds);

const fields = [
  'phase',
  'conditions',
  'state',
  'health',
  'observedGeneration',
  'replicas',
  'readyReplicas',
  'updatedReplicas',
  'availableReplicas',
  'containerStatuses',
  'initContainerStatuses',
  'loadBalancer',
  'ingress',
  'parents',
  'active',
  'lastScheduleTime',
  'type',
  'status',
  'reason',
  'message',
  'waiting',
  'terminated',
  'lastState',
  'name',
  'restartPolicy',
  'suspend',
  'paused',
  'storageClassName',
  'selector',
  'ports',
  'exitCode',
  'listeners',
];
const word = fc.constantFrom(
  'Ready',
  'Running',
  'Failed',
  'Pending',
  'True',
  'False',
  'Unknown',
  'Progressing',
  'CrashLoopBackOff',
  'OnDelete',
  'Never',
  'LoadBalancer',
  '',
);

/** JSON with the names that Kubernetes uses, so that it comes past the first look at it. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    word,
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), tie('tree'), { maxKeys: 5 }),
  ),
}));
const manifest = fc
  .tuple(
    kind,
    fc.record(
      { spec: tree, status: tree, metadata: fc.oneof(tree, fc.constant({ name: 'shop' })) },
      { requiredKeys: [] },
    ),
  )
  .map(([typed, parts]) => {
    const [apiVersion, name] = typed.split(' ');
    return { apiVersion, kind: name, ...parts } as unknown as Manifest;
  });
const condition = fc.record(
  {
    type: fc.constantFrom(
      'Ready',
      'Available',
      'Progressing',
      'Degraded',
      'Stalled',
      'Reconciling',
      'Failed',
      'Synced',
      'Accepted',
      'Purple',
      'Paused',
    ),
    status: fc.constantFrom('True', 'False', 'Unknown'),
    reason: fc.constantFrom('', 'Error', 'Creating', 'AllGood', 'Tuesday'),
    message: fc.constantFrom('', 'not found', 'waiting for Pods'),
  },
  { requiredKeys: ['type', 'status'] },
);
const someConditions = fc.array(condition, { maxLength: 6 });

describe('health', () => {
  it('never throws, and always gives a status, a reason and a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(manifest, fc.jsonValue() as fc.Arbitrary<unknown>),
        fc.array(fc.oneof(manifest, fc.jsonValue()), { maxLength: 3 }),
        (any, related) => {
          const found = health(any as Manifest, related as Manifest[]);
          expect(healthStatuses).toContain(found.status);
          expect(found.reason).toMatch(/^[A-Z][A-Za-z\d]*$/);
          expect(found.message).not.toBe('');
          expect(found.message).not.toMatch(/\n|undefined|NaN|\[object/);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('changes nothing of what it is given, and says the same again', () => {
    fc.assert(
      fc.property(manifest, (one) => {
        const before = JSON.stringify(one);
        expect(health(one, [one])).toEqual(health(structuredClone(one), [one]));
        expect(JSON.stringify(one)).toBe(before);
      }),
    );
  });

  it('says Progressing of all that is being deleted', () => {
    fc.assert(
      fc.property(kind, tree, tree, (typed, spec, status) => {
        fc.pre(!typed.endsWith('Status'));
        const one = object(typed, { spec, status, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } });
        expect(health(one)).toMatchObject({ status: 'Progressing', reason: 'Terminating' });
      }),
    );
  });

  it('is never Healthy while the controller has not seen the spec', () => {
    const observing = kinds.filter((typed) =>
      /apps|policy|Replication|Certificate|Rollout|Widget|PaintJob/.test(typed),
    );
    fc.assert(
      fc.property(fc.constantFrom(...observing), someConditions, fc.nat(5), (typed, list, replicas) => {
        const status = {
          conditions: list,
          phase: 'Ready',
          replicas,
          readyReplicas: replicas,
          updatedReplicas: replicas,
          availableReplicas: replicas,
        };
        const of = (observedGeneration: number): string =>
          health(object(typed, { spec: { replicas }, status: { ...status, observedGeneration } })).status;
        expect(of(1)).toBe('Progressing');
      }),
    );
  });

  it('is never Healthy by conditions of an older generation alone', () => {
    fc.assert(
      fc.property(someConditions, (list) => {
        const old = list.map((one) => ({ ...one, observedGeneration: 1 }));
        expect(health(object('example.com/v1 Widget', { status: { conditions: old } })).status).toBe('Progressing');
      }),
    );
  });

  it('gets no better by a condition that tells of a failure', () => {
    fc.assert(
      fc.property(someConditions, fc.constantFrom('Stalled', 'Failed', 'Degraded', 'ReconcileError'), (list, type) => {
        const failed = object('example.com/v1 Widget', {
          status: { conditions: [...list, ...conditions(`${type}=True Boom`).conditions] },
        });
        expect(health(failed).status).toBe('Degraded');
      }),
    );
  });

  it('has one status for a set of conditions, in whatever order', () => {
    const distinct = fc.uniqueArray(condition, { selector: ({ type }) => type, maxLength: 6 });
    fc.assert(
      fc.property(distinct, (list) => {
        const of = (all: unknown[]): string =>
          health(object('example.com/v1 Widget', { status: { conditions: all } })).status;
        expect(of(list.toReversed())).toBe(of(list));
      }),
    );
  });
});
