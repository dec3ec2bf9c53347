import { describe } from 'vitest';
import { check, type Parts } from './testing/check.ts';
import { condition, conditions } from './testing/object.ts';

describe('HorizontalPodAutoscaler', () => {
  const able = 'AbleToScale=True ReadyForNewScale';
  check('autoscaling/v2 HorizontalPodAutoscaler', [
    ['only just made', { status: {} }, 'Progressing', 'NoConditions'],
    [
      'works',
      { status: conditions(able, 'ScalingActive=True ValidMetricFound', 'ScalingLimited=False DesiredWithinRange') },
      'Healthy',
      'ReadyForNewScale',
    ],
    [
      'at its limit',
      {
        status: conditions(
          able,
          'ScalingActive=True ValidMetricFound',
          'ScalingLimited=True TooManyReplicas: the desired replica count is more than the maximum',
        ),
      },
      'Healthy',
      'TooManyReplicas',
    ],
    [
      'finds no target',
      { status: conditions('AbleToScale=False FailedGetScale: deployments.apps "shop" not found') },
      'Degraded',
      'FailedGetScale',
    ],
    [
      'cannot change its target',
      { status: conditions('AbleToScale=False FailedUpdateScale') },
      'Degraded',
      'FailedUpdateScale',
    ],
    [
      'gets no metrics',
      {
        status: conditions(
          'AbleToScale=True SucceededGetScale',
          'ScalingActive=False FailedGetResourceMetric: no metrics returned',
        ),
      },
      'Degraded',
      'FailedGetResourceMetric',
    ],
    [
      'gets no metrics of an object',
      { status: conditions('AbleToScale=True SucceededGetScale', 'ScalingActive=False FailedGetObjectMetric') },
      'Degraded',
      'FailedGetObjectMetric',
    ],
    [
      'its selector is wrong',
      { status: conditions(able, 'ScalingActive=False InvalidSelector') },
      'Degraded',
      'InvalidSelector',
    ],
    [
      'its target is at zero',
      {
        status: conditions(
          able,
          'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
        ),
      },
      'Healthy',
      'ScalingDisabled',
    ],
  ]);
  const saved = (...texts: string[]): Parts => ({
    metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': JSON.stringify(texts.map(condition)) } },
  });
  check('autoscaling/v1 HorizontalPodAutoscaler', [
    ['v1: no annotation yet', { status: { currentReplicas: 1 } }, 'Progressing', 'NoConditions'],
    ['v1: works', saved(able, 'ScalingActive=True ValidMetricFound'), 'Healthy', 'ReadyForNewScale'],
    [
      'v1: gets no metrics',
      saved('AbleToScale=True SucceededGetScale', 'ScalingActive=False FailedGetResourceMetric'),
      'Degraded',
      'FailedGetResourceMetric',
    ],
    [
      'v1: an annotation that is no JSON',
      { metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/conditions': '[{' } } },
      'Progressing',
      'NoConditions',
    ],
  ]);
  check('autoscaling/v2beta2 HorizontalPodAutoscaler', [
    ['old version', { status: conditions(able) }, 'Healthy', 'ReadyForNewScale'],
  ]);
});

describe('PodDisruptionBudget', () => {
  const counted = (expected: number, current: number, desired: number, more: Parts = {}): Parts => ({
    status: {
      observedGeneration: 2,
      expectedPods: expected,
      currentHealthy: current,
      desiredHealthy: desired,
      disruptionsAllowed: Math.max(0, current - desired),
      ...more,
    },
  });
  check('policy/v1 PodDisruptionBudget', [
    ['only just made', { spec: {} }, 'Progressing', 'GenerationNotObserved'],
    ['not yet counted', { status: { observedGeneration: 2 } }, 'Progressing', 'NotCounted'],
    ['counted by a controller that writes no condition', counted(2, 2, 1), 'Healthy', 'SufficientPods'],
    [
      'a condition, not yet counted',
      { status: { observedGeneration: 2, ...conditions('DisruptionAllowed=False SyncFailed') } },
      'Degraded',
      'SyncFailed',
    ],
    [
      'allows evictions',
      counted(3, 3, 2, conditions('DisruptionAllowed=True SufficientPods')),
      'Healthy',
      'SufficientPods',
    ],
    [
      'allows none, as it should',
      counted(1, 1, 1, conditions('DisruptionAllowed=False InsufficientPods')),
      'Healthy',
      'InsufficientPods',
    ],
    [
      'Pods are short',
      counted(3, 1, 2, conditions('DisruptionAllowed=False InsufficientPods')),
      'Progressing',
      'InsufficientPods',
    ],
    [
      'no Pod is under it',
      counted(0, 0, 1, conditions('DisruptionAllowed=False InsufficientPods')),
      'Healthy',
      'NoPods',
    ],
    [
      'cannot be computed',
      counted(2, 2, 1, conditions('DisruptionAllowed=False SyncFailed: found no controllers')),
      'Degraded',
      'SyncFailed',
    ],
  ]);
});
