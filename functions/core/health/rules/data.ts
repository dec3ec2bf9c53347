import type { HealthRule } from '../rule.ts';
import { holds, rule, says } from './case.ts';

/** Databases, queues and storage. */
export const dataRules: readonly HealthRule[] = [
  rule('postgresql.cnpg.io', 'Cluster', [
    {
      when: { path: "metadata.annotations['cnpg.io/hibernation']", is: 'on' },
      status: 'Suspended',
      reason: 'Hibernation',
    },
    {
      when: { path: "metadata.annotations['cnpg.io/reconciliation']", is: 'disabled' },
      status: 'Suspended',
      reason: 'ReconciliationDisabled',
    },
    holds('cnpg.io/hibernation', 'Suspended'),
    says('status.phase', 'Cluster in healthy state', 'Healthy', 'status.phaseReason'),
    says('status.phase', 'Switchover in progress', 'Progressing', 'status.phaseReason'),
    says('status.phase', ['Waiting for user action'], 'Suspended', 'status.phaseReason'),
    says(
      'status.phase',
      [
        'Cluster is unrecoverable and needs manual intervention',
        'Unable to create required cluster objects',
        'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
        'Cluster has incomplete or invalid image catalog',
      ],
      'Degraded',
      'status.phaseReason',
    ),
  ]),
  rule(
    'kafka.strimzi.io',
    '*',
    [
      holds('ReconciliationPaused', 'Suspended'),
      holds('NotReady', 'Progressing', 'Creating'),
      holds('NotReady', 'Degraded'),
      holds('Ready'),
    ],
    'Progressing',
  ),
  rule(
    'acid.zalan.do',
    'postgresql',
    [
      says('status.PostgresClusterStatus', 'Running', 'Healthy'),
      says(
        'status.PostgresClusterStatus',
        ['CreateFailed', 'UpdateFailed', 'SyncFailed', 'Invalid', 'DeleteFailed'],
        'Degraded',
      ),
    ],
    'Progressing',
  ),
  rule(
    'elasticsearch.k8s.elastic.co',
    'Elasticsearch',
    [
      says('status.phase', ['ApplyingChanges', 'MigratingData'], 'Progressing'),
      says('status.phase', 'Invalid', 'Degraded'),
      says('status.health', ['yellow', 'red'], 'Degraded'),
      says('status.health', 'green', 'Healthy'),
    ],
    'Progressing',
  ),
  rule(
    'longhorn.io',
    'Volume',
    [
      says('status.robustness', 'faulted', 'Degraded'),
      { when: { path: 'status.state', is: 'detached' }, status: 'Healthy', reason: 'Detached' },
      says('status.robustness', 'degraded', 'Progressing'),
      {
        when: [
          { path: 'status.state', is: 'attached' },
          { path: 'status.robustness', is: 'healthy' },
        ],
        status: 'Healthy',
        reason: 'Attached',
      },
    ],
    'Progressing',
  ),
  rule('minio.min.io', 'Tenant', [
    says(
      'status.currentState',
      [
        'Another MinIO Tenant already exists in the namespace',
        'Different versions across MinIO Pools',
        'Statefulset not controlled by operator',
      ],
      'Degraded',
    ),
  ]),
];
