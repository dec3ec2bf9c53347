import type { HealthRule } from '../rule.ts';
import { holds, ready, rule } from './case.ts';

/** Kubernetes' own kinds that need no code, and snapshots of volumes. */
export const kubernetesRules: readonly HealthRule[] = [
  // Kubernetes' own, beside those with code.
  rule(
    'certificates.k8s.io',
    'CertificateSigningRequest',
    [
      holds('Denied', 'Degraded'),
      holds('Failed', 'Degraded'),
      { when: [{ condition: 'Approved', is: 'True' }, { path: 'status.certificate' }], status: 'Healthy' },
    ],
    'Progressing',
  ),
  rule(
    'storage.k8s.io',
    'VolumeAttachment',
    [
      {
        when: { path: 'status.attachError' },
        status: 'Degraded',
        reason: 'AttachFailed',
        message: 'status.attachError.message',
      },
      {
        when: { path: 'status.detachError' },
        status: 'Degraded',
        reason: 'DetachFailed',
        message: 'status.detachError.message',
      },
      { when: { path: 'status.attached', is: 'true' }, status: 'Healthy', reason: 'Attached' },
    ],
    'Progressing',
  ),
  rule('flowcontrol.apiserver.k8s.io', 'FlowSchema', [
    holds('Dangling', 'Degraded'),
    { when: { path: 'kind' }, status: 'Healthy', reason: 'Exists' },
  ]),
  rule('networking.k8s.io', 'ServiceCIDR', ready, 'Progressing'),
  rule(
    'snapshot.storage.k8s.io',
    'VolumeSnapshot',
    [
      {
        when: { path: 'status.error.message' },
        status: 'Degraded',
        reason: 'SnapshotFailed',
        message: 'status.error.message',
      },
      { when: { path: 'status.readyToUse', is: 'true' }, status: 'Healthy', reason: 'ReadyToUse' },
    ],
    'Progressing',
  ),
  rule(
    'snapshot.storage.k8s.io',
    'VolumeSnapshotContent',
    [
      {
        when: { path: 'status.error.message' },
        status: 'Degraded',
        reason: 'SnapshotFailed',
        message: 'status.error.message',
      },
      { when: { path: 'status.readyToUse', is: 'true' }, status: 'Healthy', reason: 'ReadyToUse' },
    ],
    'Progressing',
  ),
];
