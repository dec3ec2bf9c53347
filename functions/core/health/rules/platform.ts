import type { HealthRule } from '../rule.ts';
import { fails, holds, pends, ready, rule } from './case.ts';

const crossplane = [
  fails('Synced', 'Suspended', 'ReconcilePaused'),
  fails('LastAsyncOperation'),
  fails('Synced'),
  fails('Installed', 'Progressing', ['UnpackingPackage', 'InactivePackageRevision']),
  fails('Installed'),
  fails('Healthy'),
  fails('RevisionHealthy'),
  fails('Ready', 'Progressing'),
  fails('Offered', 'Progressing'),
  fails('Established', 'Progressing'),
  pends('Healthy'),
  holds('Ready'),
  holds('Healthy'),
  holds('Offered'),
  holds('Established'),
  holds('ValidPipeline'),
  holds('RevisionHealthy'),
];

/** Clouds and platforms: Crossplane, AWS controllers, KEDA, Knative. */
export const platformRules: readonly HealthRule[] = [
  rule('keda.sh', '*', [
    fails('Ready', 'Progressing', 'HPAMetricsUnavailable'),
    fails('Ready'),
    { when: { condition: 'Ready', is: 'Unknown', reason: 'PartialTriggerError' }, status: 'Degraded' },
    holds('Fallback', 'Degraded'),
    holds('Paused', 'Suspended'),
    {
      when: { path: "metadata.annotations['autoscaling.keda.sh/paused']", is: 'true' },
      status: 'Suspended',
      reason: 'Paused',
    },
    {
      when: { path: "metadata.annotations['autoscaling.keda.sh/paused-replicas']" },
      status: 'Suspended',
      reason: 'Paused',
    },
    pends('Ready'),
    holds('Ready'),
  ]),
  rule('*.knative.dev', '*', ready, 'Progressing'),
  rule('*.crossplane.io', '*', crossplane),
  rule('*.upbound.io', '*', crossplane),
  rule(
    '*.services.k8s.aws',
    '*',
    [holds('ACK.Terminal', 'Degraded'), holds('ACK.Recoverable', 'Degraded'), holds('ACK.ResourceSynced')],
    'Progressing',
  ),
];
