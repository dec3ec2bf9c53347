import { describe } from 'vitest';
import { check } from '../testing/check.ts';
import { conditions } from '../testing/object.ts';
import { told } from '../testing/told.ts';

describe('databases, queues and storage', () => {
  check('postgresql.cnpg.io/v1 Cluster', [
    [
      'healthy',
      { status: { phase: 'Cluster in healthy state', ...conditions('Ready=True ClusterIsReady') } },
      'Healthy',
      'ClusterInHealthyState',
    ],
    [
      'starts',
      { status: { phase: 'Setting up primary', ...conditions('Ready=False ClusterIsNotReady') } },
      'Progressing',
      'ClusterIsNotReady',
    ],
    [
      'fails over',
      { status: { phase: 'Failing over', ...conditions('Ready=False ClusterIsNotReady') } },
      'Degraded',
      'FailingOver',
    ],
    [
      'is beyond repair',
      { status: { phase: 'Cluster is unrecoverable and needs manual intervention' } },
      'Degraded',
      'Degraded',
    ],
    [
      'hibernates',
      { metadata: { annotations: { 'cnpg.io/hibernation': 'on' } }, status: { phase: 'Cluster in healthy state' } },
      'Suspended',
      'Hibernation',
    ],
  ]);

  check('kafka.strimzi.io/v1beta2 Kafka', [
    ['ready', told('Ready=True'), 'Healthy', 'Ready'],
    ['being made', told('NotReady=True Creating'), 'Progressing', 'Creating'],
    ['failed', told('NotReady=True InvalidResourceException: wrong spec'), 'Degraded', 'InvalidResourceException'],
    ['paused', told('ReconciliationPaused=True'), 'Suspended', 'ReconciliationPaused'],
    ['warns', told('Warning=True DeprecatedFields', 'Ready=True'), 'Healthy', 'Ready'],
  ]);

  check('acid.zalan.do/v1 postgresql', [
    ['runs', { status: { PostgresClusterStatus: 'Running' } }, 'Healthy', 'Running'],
    ['failed', { status: { PostgresClusterStatus: 'SyncFailed' } }, 'Degraded', 'SyncFailed'],
  ]);

  check('elasticsearch.k8s.elastic.co/v1 Elasticsearch', [
    ['green', { status: { phase: 'Ready', health: 'green' } }, 'Healthy', 'Green'],
    [
      'yellow while it changes',
      { status: { phase: 'ApplyingChanges', health: 'yellow' } },
      'Progressing',
      'ApplyingChanges',
    ],
    ['yellow', { status: { phase: 'Ready', health: 'yellow' } }, 'Degraded', 'Yellow'],
  ]);

  check('longhorn.io/v1beta2 Volume', [
    ['attached', { status: { state: 'attached', robustness: 'healthy' } }, 'Healthy', 'Attached'],
    ['not attached', { status: { state: 'detached', robustness: 'unknown' } }, 'Healthy', 'Detached'],
    ['copies its replicas', { status: { state: 'attached', robustness: 'degraded' } }, 'Progressing', 'Degraded'],
    ['faulted', { status: { state: 'detached', robustness: 'faulted' } }, 'Degraded', 'Faulted'],
  ]);

  check('minio.min.io/v2 Tenant', [
    ['initialized', { status: { currentState: 'Initialized', healthStatus: 'green' } }, 'Healthy', 'Green'],
    [
      'being made',
      { status: { currentState: 'Provisioning MinIO Statefulset' } },
      'Progressing',
      'ProvisioningMinIOStatefulset',
    ],
    [
      'has pools of two versions',
      { status: { currentState: 'Different versions across MinIO Pools' } },
      'Degraded',
      'Degraded',
    ],
  ]);
});
