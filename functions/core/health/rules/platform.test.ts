import { describe } from 'vitest';
import { check } from '../testing/check.ts';
import { told } from '../testing/told.ts';

describe('scaling, serving and cloud resources', () => {
  check('keda.sh/v1alpha1 ScaledObject', [
    [
      'ready, and nothing to do',
      told('Ready=True ScaledObjectReady', 'Active=False ScalerNotActive', 'Fallback=False'),
      'Healthy',
      'ScaledObjectReady',
    ],
    ['its triggers do not work', told('Ready=False TriggerError'), 'Degraded', 'TriggerError'],
    ['uses its fallback', told('Ready=True', 'Fallback=True FallbackExists'), 'Degraded', 'FallbackExists'],
    ['waits for metrics', told('Ready=False HPAMetricsUnavailable'), 'Progressing', 'HPAMetricsUnavailable'],
    ['paused', told('Ready=True', 'Paused=True ScaledObjectPaused'), 'Suspended', 'ScaledObjectPaused'],
    [
      'paused by an annotation',
      { metadata: { annotations: { 'autoscaling.keda.sh/paused': 'true' } }, ...told('Ready=True') },
      'Suspended',
      'Paused',
    ],
  ]);

  check('serving.knative.dev/v1 Service', [
    ['ready', told('ConfigurationsReady=True', 'Ready=True', 'RoutesReady=True'), 'Healthy', 'Ready'],
    ['deploys', told('ConfigurationsReady=Unknown', 'Ready=Unknown RevisionMissing'), 'Progressing', 'RevisionMissing'],
    [
      'failed',
      told('ConfigurationsReady=False RevisionFailed', 'Ready=False RevisionFailed'),
      'Degraded',
      'RevisionFailed',
    ],
  ]);

  check('s3.aws.upbound.io/v1beta1 Bucket', [
    ['ready', told('Synced=True ReconcileSuccess', 'Ready=True Available'), 'Healthy', 'Available'],
    ['being made', told('Synced=True ReconcileSuccess', 'Ready=False Creating'), 'Progressing', 'Creating'],
    [
      'cannot be made',
      told('Synced=False ReconcileError: access denied', 'Ready=False Creating'),
      'Degraded',
      'ReconcileError',
    ],
    [
      'its last update failed',
      told('Synced=True', 'Ready=True', 'LastAsyncOperation=False AsyncUpdateFailure'),
      'Degraded',
      'AsyncUpdateFailure',
    ],
    ['paused', told('Synced=False ReconcilePaused'), 'Suspended', 'ReconcilePaused'],
    ['only just made', { spec: {} }, 'Progressing', 'StatusNotWritten'],
  ]);

  check('pkg.crossplane.io/v1 Provider', [
    [
      'installed',
      told('Installed=True ActivePackageRevision', 'Healthy=True HealthyPackageRevision'),
      'Healthy',
      'HealthyPackageRevision',
    ],
    [
      'its package does not run',
      told('Installed=True', 'Healthy=False UnhealthyPackageRevision'),
      'Degraded',
      'UnhealthyPackageRevision',
    ],
  ]);

  check('aws.upbound.io/v1beta1 ProviderConfig', [
    ['in use', { status: { users: 2 } }, 'Healthy', 'StatusWritten'],
    ['not in use', { spec: {} }, 'Healthy', 'Exists'],
  ]);

  check('s3.services.k8s.aws/v1alpha1 Bucket', [
    ['synced', told('ACK.ResourceSynced=True'), 'Healthy', 'ACKResourceSynced'],
    ['refused', told('ACK.ResourceSynced=False', 'ACK.Terminal=True: bad name'), 'Degraded', 'ACKTerminal'],
    ['under way', told('ACK.ResourceSynced=False'), 'Progressing', 'NoCaseFits'],
  ]);
});
