import { describe, expect, it } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { health } from './health.ts';
import { check, type Parts } from './testing/check.ts';
import { conditions, object } from './testing/object.ts';

describe('CustomResourceDefinition', () => {
  const accepted = 'NamesAccepted=True NoConflicts';
  check('apiextensions.k8s.io/v1 CustomResourceDefinition', [
    ['only just made', { spec: {} }, 'Progressing', 'NotEstablished'],
    ['served', { status: conditions(accepted, 'Established=True InitialNamesAccepted') }, 'Healthy', 'Established'],
    ['being installed', { status: conditions(accepted, 'Established=False Installing') }, 'Progressing', 'Installing'],
    [
      'not established',
      { status: conditions(accepted, 'Established=False NotAccepted: not all names are accepted') },
      'Degraded',
      'NotAccepted',
    ],
    [
      'names are taken',
      {
        status: conditions(
          'NamesAccepted=False PluralConflict: "widgets" is already in use',
          'Established=False NotAccepted',
        ),
      },
      'Degraded',
      'PluralConflict',
    ],
    [
      'schema is not structural',
      { status: conditions(accepted, 'Established=True InitialNamesAccepted', 'NonStructuralSchema=True Violations') },
      'Degraded',
      'Violations',
    ],
    [
      'terminating',
      {
        status: conditions(
          accepted,
          'Established=True InitialNamesAccepted',
          'Terminating=True InstanceDeletionPending',
        ),
      },
      'Progressing',
      'Terminating',
    ],
  ]);
});

describe('APIService', () => {
  const spec = { service: { namespace: 'kube-system', name: 'metrics-server' } };
  check('apiregistration.k8s.io/v1 APIService', [
    ['answers', { spec, status: conditions('Available=True Passed: all checks passed') }, 'Healthy', 'Passed'],
    ['local', { spec: {}, status: conditions('Available=True Local') }, 'Healthy', 'Local'],
    [
      'does not answer',
      { spec, status: conditions('Available=False FailedDiscoveryCheck: connection refused') },
      'Progressing',
      'FailedDiscoveryCheck',
    ],
    [
      'has no endpoints',
      { spec, status: conditions('Available=False MissingEndpoints') },
      'Progressing',
      'MissingEndpoints',
    ],
    ['only just made', { spec }, 'Progressing', 'NotAvailable'],
  ]);
});

describe('Namespace and Node', () => {
  check('v1 Namespace', [
    ['active', { status: { phase: 'Active' } }, 'Healthy', 'NamespaceActive'],
    ['without a status', {}, 'Healthy', 'NamespaceActive'],
    [
      'terminating',
      {
        status: {
          phase: 'Terminating',
          ...conditions('NamespaceContentRemaining=True SomeResourcesRemain: pods. has 1 resource instances'),
        },
      },
      'Progressing',
      'Terminating',
    ],
  ]);
  const well = ['MemoryPressure=False KubeletHasSufficientMemory', 'DiskPressure=False', 'PIDPressure=False'];
  check('v1 Node', [
    ['ready', { status: conditions(...well, 'Ready=True KubeletReady') }, 'Healthy', 'KubeletReady'],
    [
      'not ready',
      { status: conditions(...well, 'Ready=False KubeletNotReady: container runtime network not ready') },
      'Degraded',
      'KubeletNotReady',
    ],
    [
      'does not answer',
      { status: conditions('Ready=Unknown NodeStatusUnknown: Kubelet stopped posting node status.') },
      'Degraded',
      'NodeStatusUnknown',
    ],
    [
      'its disk is full',
      { status: conditions('DiskPressure=True KubeletHasDiskPressure', 'Ready=True KubeletReady') },
      'Degraded',
      'KubeletHasDiskPressure',
    ],
    [
      'cordoned',
      { spec: { unschedulable: true }, status: conditions(...well, 'Ready=True KubeletReady') },
      'Suspended',
      'SchedulingDisabled',
    ],
    ['only just joined', { spec: {} }, 'Progressing', 'KubeletNotReported'],
  ]);
});

describe('kinds of Kubernetes with nothing to wait for', () => {
  for (const typed of [
    'v1 ConfigMap',
    'v1 Secret',
    'v1 ServiceAccount',
    'v1 ResourceQuota',
    'v1 LimitRange',
    'v1 Endpoints',
    'v1 Event',
    'rbac.authorization.k8s.io/v1 Role',
    'rbac.authorization.k8s.io/v1 ClusterRoleBinding',
    'networking.k8s.io/v1 NetworkPolicy',
    'networking.k8s.io/v1 IngressClass',
    'storage.k8s.io/v1 StorageClass',
    'scheduling.k8s.io/v1 PriorityClass',
    'coordination.k8s.io/v1 Lease',
    'discovery.k8s.io/v1 EndpointSlice',
    'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration',
    'apps/v1 ControllerRevision',
  ]) {
    check(typed, [['is there', {}, 'Healthy', 'Exists']]);
  }
  check('v1 ConfigMap', [
    [
      'that is being deleted',
      { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } },
      'Progressing',
      'Terminating',
    ],
  ]);
  check('certificates.k8s.io/v1 CertificateSigningRequest', [
    ['only just made', { spec: {} }, 'Progressing', 'NoCaseFits'],
    ['denied', { status: conditions('Denied=True NoPermission') }, 'Degraded', 'NoPermission'],
    ['approved, not signed', { status: conditions('Approved=True AutoApproved') }, 'Progressing', 'NoCaseFits'],
    [
      'signed',
      { status: { certificate: 'LS0t', ...conditions('Approved=True AutoApproved') } },
      'Healthy',
      'AutoApproved',
    ],
  ]);
  check('storage.k8s.io/v1 VolumeAttachment', [
    ['attached', { status: { attached: true } }, 'Healthy', 'Attached'],
    [
      'cannot be attached',
      { status: { attached: false, attachError: { message: 'volume is in use' } } },
      'Degraded',
      'AttachFailed',
    ],
    ['being attached', { status: { attached: false } }, 'Progressing', 'NoCaseFits'],
  ]);
});

describe('what is being deleted', () => {
  const deleted = (typed: string, more: Parts = {}): string =>
    health(
      object(typed, {
        ...more,
        metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/a', 'example.com/b'] },
      }),
    ).message;

  it('names the finalizers, and for a Namespace what is left in it', () => {
    expect(deleted('v1 ConfigMap')).toBe(
      'The ConfigMap is being deleted; it is held by the finalizer example.com/a, example.com/b.',
    );
    expect(
      deleted('v1 Namespace', {
        status: conditions('NamespaceContentRemaining=True SomeResourcesRemain: 1 Pod is left'),
      }),
    ).toBe('The Namespace is being deleted: 1 Pod is left.');
    expect(deleted('example.com/v1 Namespace')).toContain('held by');
  });
});

describe('what is not there', () => {
  it('is Missing', () => {
    expect(health(undefined)).toMatchObject({ status: 'Missing', reason: 'NotFound' });
    const answer = object('v1 Status', { code: 404, reason: 'NotFound', message: 'deployments.apps "shop" not found' });
    expect(health(answer)).toMatchObject({
      status: 'Missing',
      message: 'The API server answered: deployments.apps "shop" not found.',
    });
  });

  it('is Unknown when the answer is another one', () => {
    expect(health(object('v1 Status', { code: 403, reason: 'Forbidden' }))).toMatchObject({
      status: 'Unknown',
      reason: 'Forbidden',
    });
    expect(health({} as Manifest)).toMatchObject({ status: 'Unknown', reason: 'NoKind' });
  });
});
