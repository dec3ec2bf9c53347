import type { Manifest } from '../kubernetes.ts';
import { at, listAt, numberAt, textAt, timeAt } from '../rollout/field.ts';
import { conditionOf } from './condition.ts';
import { because, count, degraded, healthy, progressing, suspended, type Health } from './verdict.ts';

/** Rules of the Job controller: FailureTarget and SuccessCriteriaMet come first, Failed and Complete when the Pods are gone. */
export function jobHealth(object: Manifest): Health {
  for (const type of ['Failed', 'FailureTarget']) {
    const condition = conditionOf(object, type);
    if (condition?.status === 'True') {
      return degraded(
        condition.reason || 'JobFailed',
        because(`The Job failed${failures(object, ' after ')}`, condition.message),
      );
    }
  }
  if (conditionOf(object, 'Complete')?.status === 'True') {
    return healthy('JobComplete', `The Job is complete: ${done(object)}.`);
  }
  const isSuspended = at(object, 'spec', 'suspend');
  if (isSuspended === true || (isSuspended === undefined && conditionOf(object, 'Suspended')?.status === 'True')) {
    return suspended('JobSuspended', 'The Job is suspended by spec.suspend.');
  }
  if (conditionOf(object, 'SuccessCriteriaMet')?.status === 'True') {
    return progressing('SuccessCriteriaMet', 'The Job has succeeded, and its last Pods are ending.');
  }
  const active = numberAt(object, 0, 'status', 'active');
  return progressing('JobRunning', `The Job runs: ${done(object)}, ${active} active${failures(object, ', ')}.`);
}

function done(job: Manifest): string {
  const succeeded = numberAt(job, 0, 'status', 'succeeded');
  const completions = at(job, 'spec', 'completions');
  // Without completions it is a work queue: one success is enough.
  return typeof completions === 'number'
    ? `${succeeded} of ${completions} completions`
    : count(succeeded, 'completion');
}

/** '' when no Pod has failed; otherwise behind `separator`. */
function failures(job: Manifest, separator: string): string {
  const failed = numberAt(job, 0, 'status', 'failed');
  if (failed === 0) return '';
  const pods = `${separator}${count(failed, 'failed Pod')}`;
  if (at(job, 'spec', 'backoffLimitPerIndex') === undefined) {
    return `${pods}, where backoffLimit allows ${numberAt(job, 6, 'spec', 'backoffLimit')}`;
  }
  const indexes = textAt(job, 'status', 'failedIndexes');
  return indexes === '' ? pods : `${pods}, of the indexes ${indexes}`;
}

/** A CronJob is Healthy between its runs, and Degraded when the last one is known to have failed. */
export function cronJobHealth(object: Manifest): Health {
  if (at(object, 'spec', 'suspend') === true)
    return suspended('CronJobSuspended', 'The CronJob is suspended by spec.suspend.');
  const active = listAt(object, 'status', 'active').length;
  const last = timeAt(object, 'status', 'lastScheduleTime');
  const succeeded = timeAt(object, 'status', 'lastSuccessfulTime');
  if (last === undefined)
    return healthy(
      'NotYetScheduled',
      `The CronJob has not run yet; its schedule is ${textAt(object, 'spec', 'schedule') || 'not set'}.`,
    );
  if (active > 0) return healthy('JobActive', `The CronJob runs: ${count(active, 'Job')} active.`);
  // The controller writes no failure, and a new CronJob may be between two lists of its Jobs.
  if (succeeded === undefined)
    return healthy('NoSuccessYet', 'The CronJob has run, and none of its Jobs is known to have succeeded yet.');
  if (succeeded < last) {
    return degraded(
      'LastRunFailed',
      `The run of ${textAt(object, 'status', 'lastScheduleTime')} did not succeed; the last success was at ${textAt(object, 'status', 'lastSuccessfulTime')}.`,
    );
  }
  return healthy('LastRunSucceeded', `The run of ${textAt(object, 'status', 'lastScheduleTime')} succeeded.`);
}
