import { describe, expect, test } from 'vitest';
import { health } from './health.ts';
import { check } from './testing/check.ts';
import { conditions, object } from './testing/object.ts';

describe('Job', () => {
  const spec = { completions: 3, backoffLimit: 4 };
  check('batch/v1 Job', [
    ['only just made', { spec }, 'Progressing', 'JobRunning'],
    ['runs', { spec, status: { active: 2, succeeded: 1 } }, 'Progressing', 'JobRunning'],
    [
      'complete',
      {
        spec,
        status: {
          succeeded: 3,
          ...conditions('SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached'),
        },
      },
      'Healthy',
      'JobComplete',
    ],
    [
      'success is decided, Pods are ending',
      { spec, status: { active: 1, ...conditions('SuccessCriteriaMet=True SuccessPolicy') } },
      'Progressing',
      'SuccessCriteriaMet',
    ],
    [
      'out of retries',
      {
        spec,
        status: {
          failed: 5,
          ...conditions(
            'FailureTarget=True BackoffLimitExceeded',
            'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
          ),
        },
      },
      'Degraded',
      'BackoffLimitExceeded',
    ],
    [
      'failure is decided, Pods are ending',
      { spec, status: { active: 1, ...conditions('FailureTarget=True DeadlineExceeded') } },
      'Degraded',
      'DeadlineExceeded',
    ],
    [
      'stopped by its failure policy',
      { spec, status: conditions('Failed=True PodFailurePolicy') },
      'Degraded',
      'PodFailurePolicy',
    ],
    [
      'a Failed that does not hold',
      { spec, status: { active: 1, ...conditions('Failed=False') } },
      'Progressing',
      'JobRunning',
    ],
    ['some attempts failed', { spec, status: { active: 1, failed: 2 } }, 'Progressing', 'JobRunning'],
    [
      'suspended',
      { spec: { ...spec, suspend: true }, status: conditions('Suspended=True JobSuspended') },
      'Suspended',
      'JobSuspended',
    ],
    ['suspended, not yet seen', { spec: { ...spec, suspend: true } }, 'Suspended', 'JobSuspended'],
    [
      'resumed',
      { spec: { ...spec, suspend: false }, status: { active: 1, ...conditions('Suspended=False JobResumed') } },
      'Progressing',
      'JobRunning',
    ],
    [
      'resumed, not yet seen',
      { spec: { ...spec, suspend: false }, status: conditions('Suspended=True JobSuspended') },
      'Progressing',
      'JobRunning',
    ],
    [
      'complete, then suspended',
      { spec: { ...spec, suspend: true }, status: conditions('Complete=True') },
      'Healthy',
      'JobComplete',
    ],
  ]);

  test('counts attempts against what is allowed', () => {
    const failed = health(object('batch/v1 Job', { spec: {}, status: { failed: 2, active: 1 } }));
    expect(failed.message).toBe('The Job runs: 0 completions, 1 active, 2 failed Pods, where backoffLimit allows 6.');
    const indexed = {
      spec: { completions: 5, backoffLimitPerIndex: 1 },
      status: { failed: 4, failedIndexes: '1,3', ...conditions('Failed=True FailedIndexes: Job has failed indexes') },
    };
    expect(health(object('batch/v1 Job', indexed)).message).toBe(
      'The Job failed after 4 failed Pods, of the indexes 1,3: Job has failed indexes.',
    );
  });
});

describe('CronJob', () => {
  const run = '2026-01-02T00:00:00Z';
  check('batch/v1 CronJob', [
    ['never scheduled', { spec: { schedule: '0 3 * * *' }, status: {} }, 'Healthy', 'NotYetScheduled'],
    ['runs', { spec: {}, status: { active: [{ name: 'shop-1' }], lastScheduleTime: run } }, 'Healthy', 'JobActive'],
    [
      'has succeeded',
      { spec: {}, status: { lastScheduleTime: run, lastSuccessfulTime: '2026-01-02T00:01:00Z' } },
      'Healthy',
      'LastRunSucceeded',
    ],
    ['never succeeded so far', { spec: {}, status: { lastScheduleTime: run } }, 'Healthy', 'NoSuccessYet'],
    [
      'last run failed',
      { spec: {}, status: { lastScheduleTime: run, lastSuccessfulTime: '2026-01-01T00:01:00Z' } },
      'Degraded',
      'LastRunFailed',
    ],
    [
      'last run failed, the next runs',
      {
        spec: {},
        status: { active: [{ name: 'shop-2' }], lastScheduleTime: run, lastSuccessfulTime: '2026-01-01T00:01:00Z' },
      },
      'Healthy',
      'JobActive',
    ],
    ['suspended', { spec: { suspend: true }, status: {} }, 'Suspended', 'CronJobSuspended'],
  ]);
});
