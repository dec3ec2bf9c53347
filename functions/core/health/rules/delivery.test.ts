import { describe } from 'vitest';
import { check } from '../testing/check.ts';
import { conditions } from '../testing/object.ts';
import { told } from '../testing/told.ts';

describe('what delivers applications, packages and secrets', () => {
  check('argoproj.io/v1alpha1 Rollout', [
    ['healthy', { status: { observedGeneration: '2', phase: 'Healthy' } }, 'Healthy', 'Healthy'],
    [
      'not yet observed',
      { status: { observedGeneration: '1', phase: 'Healthy' } },
      'Progressing',
      'GenerationNotObserved',
    ],
    ['waits at a step', { status: { phase: 'Paused', message: 'CanaryPauseStep' } }, 'Suspended', 'Paused'],
    [
      'aborted',
      { status: { phase: 'Degraded', abort: true, message: 'RolloutAborted: metric failed' } },
      'Degraded',
      'RolloutAborted',
    ],
    ['its spec is wrong', told('InvalidSpec=True InvalidSpec'), 'Degraded', 'InvalidSpec'],
    ['no phase: by the generic rules', told('Available=True AvailableReason'), 'Healthy', 'AvailableReason'],
  ]);

  check('argoproj.io/v1alpha1 Application', [
    ['Missing', { status: { health: { status: 'Missing' } } }, 'Missing', 'Missing'],
    [
      'Healthy, with a note that has no status',
      { status: { health: { status: 'Healthy' }, conditions: [{ type: 'OrphanedResourceWarning' }] } },
      'Healthy',
      'Healthy',
    ],
    ['nothing told', { status: { sync: {} } }, 'Progressing', 'NoCaseFits'],
  ]);

  check('helm.toolkit.fluxcd.io/v2 HelmRelease', [
    ['released', told('Ready=True InstallSucceeded', 'Released=True InstallSucceeded'), 'Healthy', 'InstallSucceeded'],
    ['at work', told('Reconciling=True Progressing', 'Ready=Unknown Progressing'), 'Progressing', 'Progressing'],
    [
      'failed, and tried again',
      told('Reconciling=True ProgressingWithRetry', 'Ready=False InstallFailed: timed out'),
      'Degraded',
      'InstallFailed',
    ],
    ['waits for another', told('Ready=False DependencyNotReady'), 'Progressing', 'DependencyNotReady'],
    ['stalled', told('Stalled=True RetriesExceeded', 'Ready=False RetriesExceeded'), 'Degraded', 'RetriesExceeded'],
    ['suspended', { spec: { suspend: true }, ...told('Ready=True InstallSucceeded') }, 'Suspended', 'Suspended'],
  ]);

  check('kustomize.toolkit.fluxcd.io/v1 Kustomization', [
    [
      'applied',
      { status: { observedGeneration: 2, ...conditions('Ready=True ReconciliationSucceeded') } },
      'Healthy',
      'ReconciliationSucceeded',
    ],
    [
      'applied, for the spec before',
      { status: { observedGeneration: 1, ...conditions('Ready=True ReconciliationSucceeded') } },
      'Progressing',
      'GenerationNotObserved',
    ],
    ['cannot be built', told('Ready=False BuildFailed'), 'Degraded', 'BuildFailed'],
  ]);

  check('helm.cattle.io/v1 HelmChart', [
    [
      'installed',
      { status: { jobName: 'helm-install-shop', ...conditions('JobCreated=True', 'Failed=False') } },
      'Healthy',
      'JobCreated',
    ],
    ['failed', told('JobCreated=True', 'Failed=True ValuesInvalid'), 'Degraded', 'ValuesInvalid'],
    ['only just made', { spec: {} }, 'Progressing', 'StatusNotWritten'],
  ]);

  check('external-secrets.io/v1 ExternalSecret', [
    ['synced', told('Ready=True SecretSynced'), 'Healthy', 'SecretSynced'],
    [
      'cannot be read',
      told('Ready=False SecretSyncedError: could not get secret data from provider'),
      'Degraded',
      'SecretSyncedError',
    ],
  ]);

  check('bitnami.com/v1alpha1 SealedSecret', [
    ['unsealed', told('Synced=True'), 'Healthy', 'Synced'],
    ['cannot be unsealed', told('Synced=False: no key could decrypt secret'), 'Degraded', 'Synced'],
    ['only just made', { spec: {} }, 'Progressing', 'StatusNotWritten'],
  ]);

  check('operators.coreos.com/v1alpha1 Subscription', [
    [
      'current',
      { status: { state: 'AtLatestKnown', ...conditions('CatalogSourcesUnhealthy=False') } },
      'Healthy',
      'Healthy',
    ],
    [
      'no such package',
      { status: { ...conditions('ResolutionFailed=True ConstraintsNotSatisfiable') } },
      'Degraded',
      'ConstraintsNotSatisfiable',
    ],
    [
      'waits for approval',
      { status: { ...conditions('InstallPlanPending=True RequiresApproval') } },
      'Suspended',
      'RequiresApproval',
    ],
  ]);
});
