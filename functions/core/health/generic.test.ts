import { describe, expect, it, test } from 'vitest';
import { health } from './health.ts';
import { polarityOf, type Polarity } from './polarity.ts';
import { check, type Parts } from './testing/check.ts';
import { conditions, object } from './testing/object.ts';
import type { HealthStatus } from './verdict.ts';
import { judgeWord } from './word.ts';

/** A kind that no rule knows. */
const widget = 'example.com/v1 Widget';
const told = (...texts: string[]): Parts => ({ status: { observedGeneration: 2, ...conditions(...texts) } });

describe('conditions', () => {
  check(widget, [
    [
      'a part is not available, for a reason that nobody knows',
      told('ClusterAvailable=False NoEndpointsAvailable'),
      'Progressing',
      'NoEndpointsAvailable',
    ],
    ['Ready holds', told('Ready=True AllGood'), 'Healthy', 'AllGood'],
    ['Ready is Unknown', told('Ready=Unknown'), 'Progressing', 'NotReady'],
    ['Ready does not hold, and says nothing', told('Ready=False'), 'Progressing', 'NotReady'],
    ['Ready does not hold: failed', told('Ready=False InstallFailed: no space left'), 'Degraded', 'InstallFailed'],
    ['Ready does not hold: under way', told('Ready=False Installing'), 'Progressing', 'Installing'],
    [
      'Ready does not hold: the sentence tells of a failure',
      told('Ready=False Check: secret "x" not found'),
      'Degraded',
      'Check',
    ],
    [
      'Ready does not hold: the sentence tells of work',
      told('Ready=False Check: waiting for 2 Pods'),
      'Progressing',
      'Check',
    ],
    ['Ready does not hold, for a reason that nobody knows', told('Ready=False Tuesday'), 'Degraded', 'Tuesday'],
    [
      'Ready does not hold: not ready, says the reason',
      told('Ready=False ComponentsNotReady'),
      'Progressing',
      'ComponentsNotReady',
    ],
    ['Available does not hold', told('Available=False'), 'Progressing', 'NotAvailable'],
    [
      'Available does not hold: Pods start',
      told('Available=False MinimumReplicasUnavailable: Deployment does not have minimum availability.'),
      'Progressing',
      'MinimumReplicasUnavailable',
    ],
    [
      'Available holds',
      told('Available=True AsExpected', 'Progressing=False AsExpected', 'Degraded=False AsExpected'),
      'Healthy',
      'AsExpected',
    ],
    [
      'Available holds, and it is Degraded',
      told('Available=True', 'Progressing=False', 'Degraded=True OneIsDown'),
      'Degraded',
      'OneIsDown',
    ],
    [
      'Available holds while it is Progressing',
      told('Available=True', 'Progressing=True Updating', 'Degraded=False'),
      'Progressing',
      'Updating',
    ],
    [
      'Progressing holds, and says that it is done',
      told('Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable'),
      'Healthy',
      'MinimumReplicasAvailable',
    ],
    [
      'Progressing does not hold, as its deadline is over',
      told('Available=True', 'Progressing=False ProgressDeadlineExceeded'),
      'Degraded',
      'ProgressDeadlineExceeded',
    ],
    ['Reconciling holds', told('Reconciling=True', 'Ready=Unknown'), 'Progressing', 'Reconciling'],
    ['Reconciling and Stalled do not hold', told('Reconciling=False', 'Stalled=False'), 'Healthy', 'NoTrouble'],
    ['Stalled holds', told('Stalled=True InvalidSpec', 'Ready=False InvalidSpec'), 'Degraded', 'InvalidSpec'],
    ['Failed holds', told('Failed=True Boom'), 'Degraded', 'Boom'],
    ['Failed does not hold', told('Failed=False'), 'Healthy', 'NoTrouble'],
    ['Synced holds', told('Synced=True'), 'Healthy', 'Synced'],
    [
      'Ready holds, Synced does not',
      told('Ready=True', 'Synced=False ReconcileError: denied'),
      'Degraded',
      'ReconcileError',
    ],
    ['Accepted holds', told('Accepted=True'), 'Healthy', 'Accepted'],
    ['Accepted does not hold', told('Accepted=False Invalid'), 'Degraded', 'Invalid'],
    [
      'Accepted holds, Programmed does not yet',
      told('Accepted=True', 'Programmed=False Pending'),
      'Progressing',
      'Pending',
    ],
    ['Established holds', told('Established=True'), 'Healthy', 'Established'],
    ['Succeeded holds', told('Succeeded=True'), 'Healthy', 'Succeeded'],
    ['Succeeded does not hold', told('Succeeded=False Error'), 'Degraded', 'Error'],
    ['Complete holds', told('Complete=True'), 'Healthy', 'Complete'],
    ['NotReady holds', told('NotReady=True Creating'), 'Progressing', 'Creating'],
    ['NotReady holds, as something failed', told('NotReady=True TimeoutException'), 'Degraded', 'TimeoutException'],
    ['Paused holds', told('Paused=True', 'Ready=True'), 'Suspended', 'Paused'],
    [
      'a summary is what counts: a part that is not there is none',
      told('Ready=True', 'Active=False NoTraffic'),
      'Healthy',
      'Ready',
    ],
    [
      'no summary: every part counts',
      told('DatabaseReady=True', 'CacheReady=False Creating'),
      'Progressing',
      'Creating',
    ],
    ['no summary: all parts are there', told('DatabaseReady=True', 'CacheReady=True'), 'Healthy', 'DatabaseReady'],
    [
      'severity Info',
      { status: { conditions: [{ type: 'Ready', status: 'False', severity: 'Info', reason: 'ScalingUp' }] } },
      'Progressing',
      'ScalingUp',
    ],
    [
      'severity Error',
      { status: { conditions: [{ type: 'Ready', status: 'False', severity: 'Error', reason: 'Quota' }] } },
      'Degraded',
      'Quota',
    ],
    [
      'severity Warning',
      { status: { conditions: [{ type: 'Ready', status: 'False', severity: 'Warning', reason: 'Later' }] } },
      'Progressing',
      'Later',
    ],
    ['a condition of an older generation', told('Ready=True AllGood @1'), 'Progressing', 'GenerationNotObserved'],
    ['a failure of an older generation', told('Ready=False InstallFailed @1'), 'Progressing', 'GenerationNotObserved'],
    [
      'a failure of this generation, the rest is older',
      told('Stalled=True InvalidSpec @2', 'Ready=True AllGood @1'),
      'Degraded',
      'InvalidSpec',
    ],
    ['a condition of this generation', told('Ready=True AllGood @2'), 'Healthy', 'AllGood'],
    [
      'the last of those with the same type counts',
      told('Ready=False InstallFailed', 'Ready=True AllGood'),
      'Healthy',
      'AllGood',
    ],
    ['no condition yet', { status: { conditions: [] } }, 'Progressing', 'NoConditions'],
    ['a type that nobody knows, holds', told('Purple=True'), 'Healthy', 'Purple'],
    ['a type that nobody knows, does not hold', told('Purple=False'), 'Progressing', 'Purple'],
    ['a type that nobody knows, failed', told('Purple=False PaintError'), 'Degraded', 'PaintError'],
    [
      'true and false in lower case',
      { status: { conditions: [{ type: 'Ready', status: 'true' }] } },
      'Healthy',
      'Ready',
    ],
    [
      'conditions of parents, as Gateway API has them',
      { status: { ancestors: [{ conditions: conditions('Accepted=False Conflicted').conditions }] } },
      'Degraded',
      'Conflicted',
    ],
  ]);
});

describe('what is said of a status that is older than the spec', () => {
  test.each([
    ['the status', { status: { observedGeneration: 1, phase: 'Ready' } }],
    ['a condition', told('Ready=True AllGood @1')],
    ['one of the conditions', told('Ready=True AllGood @1', 'Failed=False @2')],
  ])('%s', (_name, parts) => {
    const { message } = health(object(widget, parts));
    expect(message).toBe('The controller has seen generation 1 of the Widget, not yet 2.');
  });
});

describe('phases, states and health', () => {
  const word = (field: string, value: string): Parts => ({ status: { [field]: value } });
  check(widget, [
    [
      'a type that nobody knows, phase Initialized',
      { status: { phase: 'Initialized', ...conditions('Purple=Unknown') } },
      'Healthy',
      'Initialized',
    ],
    ['phase Running', word('phase', 'Running'), 'Healthy', 'Running'],
    ['phase Pending', word('phase', 'Pending'), 'Progressing', 'Pending'],
    ['phase Failed', { status: { phase: 'Failed', message: 'no space left' } }, 'Degraded', 'Failed'],
    ['phase Paused', word('phase', 'Paused'), 'Suspended', 'Paused'],
    ['phase Unknown', word('phase', 'Unknown'), 'Unknown', 'Unknown'],
    ['a phase that nobody knows', word('phase', 'Purple'), 'Healthy', 'StatusWritten'],
    ['state ready', word('state', 'ready'), 'Healthy', 'Ready'],
    ['state in capitals', word('state', 'UPDATE_IN_PROGRESS'), 'Progressing', 'UpdateInProgress'],
    ['state rolled back', word('state', 'UPDATE_ROLLBACK_COMPLETE'), 'Degraded', 'UpdateRollbackComplete'],
    ['health green', word('health', 'green'), 'Healthy', 'Green'],
    ['health red', word('health', 'red'), 'Degraded', 'Red'],
    [
      'health of its own',
      { status: { health: { status: 'Degraded', message: 'one replica is down' } } },
      'Degraded',
      'Degraded',
    ],
    ['health Missing', { status: { health: { status: 'Missing' } } }, 'Missing', 'Missing'],
    ['phase Ready, health yellow', { status: { phase: 'Ready', health: 'yellow' } }, 'Progressing', 'Yellow'],
    ['a sentence for a phase', word('phase', 'Cluster in healthy state'), 'Healthy', 'ClusterInHealthyState'],
    ['a status that is a word', { status: 'Running' }, 'Healthy', 'Running'],
    [
      'Ready does not hold, phase Creating',
      { status: { phase: 'Creating', ...conditions('Ready=False Tuesday') } },
      'Progressing',
      'Creating',
    ],
    ['Ready holds, phase Failed', { status: { phase: 'Failed', ...conditions('Ready=True') } }, 'Degraded', 'Failed'],
    [
      'Ready holds, phase Upgrading',
      { status: { phase: 'Upgrading', ...conditions('Ready=True') } },
      'Progressing',
      'Upgrading',
    ],
    [
      'Ready holds, phase that nobody knows',
      { status: { phase: 'Purple', ...conditions('Ready=True AllGood') } },
      'Healthy',
      'AllGood',
    ],
    [
      'Ready holds, phase Unknown',
      { status: { phase: 'Unknown', ...conditions('Ready=True AllGood') } },
      'Healthy',
      'AllGood',
    ],
  ]);
});

describe('other fields', () => {
  check(widget, [
    ['ready is true', { status: { ready: true } }, 'Healthy', 'Ready'],
    ['ready is false', { status: { ready: false } }, 'Progressing', 'NotReady'],
    ['an error', { status: { ready: false, failureMessage: 'no such image' } }, 'Degraded', 'ErrorReported'],
    ['replicas that are ready', { spec: { replicas: 2 }, status: { readyReplicas: 2 } }, 'Healthy', 'ReplicasReady'],
    [
      'replicas that are not ready',
      { spec: { replicas: 2 }, status: { readyReplicas: 1 } },
      'Progressing',
      'ReplicasNotReady',
    ],
    [
      'suspended by its spec',
      { spec: { suspend: true }, status: conditions('Ready=False Failed') },
      'Suspended',
      'Suspended',
    ],
    ['paused by its spec, without a status', { spec: { paused: true } }, 'Suspended', 'Suspended'],
    [
      'a status older than the spec',
      { status: { observedGeneration: 1, ...conditions('Ready=True') } },
      'Progressing',
      'GenerationNotObserved',
    ],
    [
      'a generation as text',
      { status: { observedGeneration: '1', phase: 'Ready' } },
      'Progressing',
      'GenerationNotObserved',
    ],
    [
      'a generation that is a hash says nothing',
      { status: { observedGeneration: '7bf6f7c9d', phase: 'Ready' } },
      'Healthy',
      'Ready',
    ],
    ['a status that tells only its generation', { status: { observedGeneration: 2 } }, 'Healthy', 'GenerationObserved'],
    ['a status that tells nothing', { status: { users: 3 } }, 'Healthy', 'StatusWritten'],
    [
      'being deleted',
      {
        metadata: { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] },
        status: conditions('Ready=True'),
      },
      'Progressing',
      'Terminating',
    ],
  ]);
});

describe('kinds that run to an end', () => {
  check('example.com/v1 PaintJob', [
    ['phase Running', { status: { phase: 'Running' } }, 'Progressing', 'Running'],
    ['phase Succeeded', { status: { phase: 'Succeeded' } }, 'Healthy', 'Succeeded'],
    ['phase Error', { status: { phase: 'Error' } }, 'Degraded', 'Error'],
    ['has begun', told('Created=True', 'Running=True JobRunning'), 'Progressing', 'NotEnded'],
    ['has ended', told('Created=True', 'Running=False', 'Succeeded=True JobSucceeded'), 'Healthy', 'JobSucceeded'],
    ['has failed', told('Created=True', 'Running=False', 'Failed=True JobFailed'), 'Degraded', 'JobFailed'],
  ]);
  check('tekton.dev/v1 TaskRun', [
    ['runs', told('Succeeded=Unknown Running'), 'Progressing', 'Running'],
    ['failed', told('Succeeded=False TaskRunTimeout: failed to finish within "1h0m0s"'), 'Degraded', 'TaskRunTimeout'],
    ['succeeded', told('Succeeded=True Succeeded'), 'Healthy', 'Succeeded'],
  ]);
  check('example.com/v1 ScheduledBackup', [
    ['a schedule is to stay', { status: { phase: 'Running' } }, 'Healthy', 'Running'],
  ]);
});

describe('no status', () => {
  const definition = (properties: Parts): Parts => ({
    spec: {
      group: 'example.com',
      names: { kind: 'Widget' },
      versions: [{ name: 'v1', schema: { openAPIV3Schema: { properties } } }],
    },
  });
  const crd = 'apiextensions.k8s.io/v1 CustomResourceDefinition';
  check(widget, [
    ['nothing can be told', { spec: {} }, 'Unknown', 'NoStatus'],
    ['an empty one says as little', { spec: {}, status: {} }, 'Unknown', 'NoStatus'],
    [
      'its definition has a status',
      { spec: {} },
      'Progressing',
      'StatusNotWritten',
      [object(crd, definition({ spec: {}, status: { type: 'object' } }))],
    ],
    ['its definition has none', { spec: {} }, 'Healthy', 'Exists', [object(crd, definition({ spec: {} }))]],
  ]);
  check('cert-manager.io/v1 Certificate', [
    ['a controller that always writes one', { spec: {} }, 'Progressing', 'StatusNotWritten'],
  ]);
  check('traefik.io/v1alpha1 IngressRoute', [
    ['a controller that never writes one', { spec: {} }, 'Healthy', 'Exists'],
  ]);
  check('keda.sh/v1alpha1 TriggerAuthentication', [
    ['a kind of such a group without one', { spec: {} }, 'Healthy', 'Exists'],
  ]);

  it('says what to do about it', () => {
    expect(health(object(widget)).message).toContain('a rule for example.com/Widget under health in k8s/deploy.yaml');
  });
});

describe('words', () => {
  const words: Record<Exclude<HealthStatus, 'Missing' | 'Unknown'>, string[]> = {
    Healthy: [
      'Ready',
      'Running',
      'ACTIVE',
      'Available',
      'Succeeded',
      'Completed',
      'Bound',
      'Deployed',
      'HEALTH_OK',
      'DB_READY',
      'InSync',
      'NoErrors',
      'Up',
    ],
    Progressing: [
      'Pending',
      'Creating',
      'InProgress',
      'Setting up primary',
      'Waiting for instances to become active',
      'NotReady',
      'yellow',
      'ContainerCreating',
      'Deleting',
    ],
    Degraded: [
      'Failed',
      'CreateFailed',
      'Error',
      'HEALTH_ERR',
      'Unhealthy',
      'Lost',
      'PartiallyFailed',
      'timed out',
      'ResourceNotFound',
      'Rejected',
      'CrashLoopBackOff',
    ],
    Suspended: ['Paused', 'Suspended', 'Stopped', 'Hibernated'],
  };
  for (const [status, all] of Object.entries(words)) {
    test.each(all)(`%s is ${status}`, (word) => expect(judgeWord(word)).toBe(status));
  }
  test.each(['', 'Purple', 'v1.2.3', 'x'.repeat(100)])('%j says nothing', (word) =>
    expect(judgeWord(word)).toBeUndefined(),
  );
});

describe('types of conditions', () => {
  const types: Record<Polarity, string[]> = {
    good: [
      'Ready',
      'Available',
      'Synced',
      'Established',
      'PodScheduled',
      'NetworkingReady',
      'ProvisioningSucceeded',
      'ResolvedRefs',
    ],
    bad: ['Degraded', 'Stalled', 'Failed', 'ReconcileError', 'ReplicaFailure', 'Unhealthy', 'Conflicted'],
    busy: ['Progressing', 'Reconciling', 'Updating', 'Issuing', 'Terminating'],
    held: ['Paused', 'Suspended'],
    other: ['Upgradeable', 'NoWarnings', 'MemoryPressure', 'Purple'],
  };
  for (const [polarity, all] of Object.entries(types)) {
    test.each(all)(`%s is ${polarity}`, (type) => expect(polarityOf(type)).toBe(polarity));
  }
});
