import type { HealthRule } from '../rule.ts';
import { fails, holds, pends, ready, rule, says } from './case.ts';

/** What deploys other things: Argo, Flux, the Helm controller of k3s, OLM; and secrets that come from elsewhere. */
export const deliveryRules: readonly HealthRule[] = [
  rule('argoproj.io', 'Rollout', [
    { when: { path: 'spec.paused', is: 'true' }, status: 'Suspended', reason: 'RolloutPaused' },
    holds('InvalidSpec', 'Degraded'),
    {
      when: { path: 'status.abort', is: 'true' },
      status: 'Degraded',
      reason: 'RolloutAborted',
      message: 'status.message',
    },
    fails('Progressing', 'Degraded', ['RolloutAborted', 'ProgressDeadlineExceeded']),
    says('status.phase', 'Healthy', 'Healthy', 'status.message'),
    says('status.phase', 'Degraded', 'Degraded', 'status.message'),
    says('status.phase', 'Paused', 'Suspended', 'status.message'),
    { when: { path: 'status.pauseConditions[].reason' }, status: 'Suspended', reason: 'RolloutPaused' },
    says('status.phase', 'Progressing', 'Progressing', 'status.message'),
  ]),
  rule(
    'argoproj.io',
    'Application',
    (['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown'] as const).map((word) =>
      says('status.health.status', word, word, 'status.health.message'),
    ),
    'Progressing',
  ),
  // While a failed attempt is tried again it is Reconciling as well; the failure is what people must see.
  rule('*.toolkit.fluxcd.io', '*', [
    { when: { path: 'spec.suspend', is: 'true' }, status: 'Suspended' },
    holds('Stalled', 'Degraded'),
    fails('Ready', 'Progressing', ['Progressing', 'DependencyNotReady', 'HealthCheckRunning']),
    fails('Ready'),
    holds('Reconciling', 'Progressing'),
    pends('Ready'),
    holds('Ready'),
  ]),
  // The chart's Job tells the rest; the HelmChart itself says no more.
  rule(
    'helm.cattle.io',
    'HelmChart',
    [
      holds('Failed', 'Degraded'),
      holds('JobCreated'),
      { when: { path: 'status.jobName' }, status: 'Healthy', reason: 'JobCreated' },
    ],
    'Progressing',
  ),
  rule('bitnami.com', 'SealedSecret', [fails('Synced'), holds('Synced')], 'Progressing'),
  rule('external-secrets.io', '*', ready),
  rule(
    'operators.coreos.com',
    'Subscription',
    [
      holds('CatalogSourcesUnhealthy', 'Degraded'),
      holds('ResolutionFailed', 'Degraded'),
      holds('InstallPlanFailed', 'Degraded'),
      holds('InstallPlanMissing', 'Degraded'),
      { when: { condition: 'InstallPlanPending', is: 'True', reason: 'RequiresApproval' }, status: 'Suspended' },
      says('status.state', 'AtLatestKnown', 'Healthy'),
    ],
    'Progressing',
  ),
  rule(
    'operators.coreos.com',
    'InstallPlan',
    [
      says('status.phase', 'RequiresApproval', 'Suspended'),
      says('status.phase', 'Complete', 'Healthy'),
      says('status.phase', 'Failed', 'Degraded'),
    ],
    'Progressing',
  ),
  rule(
    'operators.coreos.com',
    'CatalogSource',
    [
      says('status.connectionState.lastObservedState', 'READY', 'Healthy'),
      says('status.connectionState.lastObservedState', ['TRANSIENT_FAILURE', 'SHUTDOWN'], 'Degraded'),
    ],
    'Progressing',
  ),
  rule('policy.open-cluster-management.io', '*', [
    says('status.compliant', 'Compliant', 'Healthy'),
    says('status.compliant', 'NonCompliant', 'Degraded'),
  ]),
];
