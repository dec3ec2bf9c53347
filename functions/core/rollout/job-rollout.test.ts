import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { containerStatus, lineOf, podOf, rolloutOf, terminated, workload } from '../testing/objects.ts';
import { judge } from './rollout.ts';
import { troubledContainer } from './wait.ts';

const job = (status: object = {}, spec: object = {}): Manifest => workload('Job', spec, status);
const condition = (type: string, reason = '', message = '', status = 'True'): object => ({
  conditions: [{ type, status, reason, message }],
});
const limit = 'Job has reached the specified backoff limit';
const ended = (owner: Manifest, exitCode: number, name = 'db-x'): Manifest =>
  podOf(owner, name, { status: { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [containerStatus(terminated(exitCode))] } }); // prettier-ignore

const table: [string, Manifest, string, RegExp?][] = [
  ['complete', job(condition('Complete')), 'ready'],
  ['its success criteria met', job(condition('SuccessCriteriaMet')), 'ready'],
  ['complete no more', job(condition('Complete', '', '', 'False')), 'progressing', /the next pod is not created yet/],
  ['suspended', job(condition('Suspended'), { suspend: true }), 'skipped', /suspended/],
  ['failed and suspended since', job(condition('Failed', 'BackoffLimitExceeded', limit), { suspend: true }), 'failed', /BackoffLimitExceeded/],
  ['new', job(), 'progressing', /^the next pod is not created yet$/],
  ['some of several done', job({ succeeded: 2, failed: 1 }, { completions: 5 }), 'progressing', /^2 of 5 completions; 1 attempt failed; /],
  ['tried too often', job(condition('Failed', 'BackoffLimitExceeded', limit)), 'failed', /^Job shop\/db: it failed \(BackoffLimitExceeded\): Job has reached the specified backoff limit\.$/],
  ['took too long', job(condition('Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline')), 'failed', /DeadlineExceeded/],
  ['about to fail', job(condition('FailureTarget', 'PodFailurePolicy', 'Container app for pod shop/db-x failed with exit code 42')), 'failed', /PodFailurePolicy\): .*exit code 42/],
]; // prettier-ignore

describe('a Job', () => {
  test.each(table)('%s', (_, owner, state, text = /^$/) => {
    const verdict = judge(rolloutOf(owner));
    expect(verdict.state).toBe(state);
    expect(verdict.state === 'failed' ? verdict.code : 'JobFailed').toBe('JobFailed');
    expect(lineOf(verdict)).toMatch(text);
  });

  it('says how its last pod ended, and whose log to read', () => {
    const owner = job(condition('Failed', 'BackoffLimitExceeded', limit));
    const pods = [ended(owner, 3)];
    expect(judge(rolloutOf(owner, { pods }))).toMatchObject({
      message: expect.stringMatching(/; container app exits 3\.$/) as string,
      details: { fix: expect.stringContaining('kubectl -n shop logs job/db') as string },
    });
    expect(troubledContainer(pods)).toMatchObject({ pod: { name: 'db-x' }, container: 'app', previous: false });
  });

  it('of several containers, the one that failed is the one to read', () => {
    const owner = job();
    const made = podOf(owner, 'db-x', {
      status: {
        containerStatuses: [containerStatus(terminated(0)), { ...containerStatus(terminated(3)), name: 'second' }],
      },
    });
    const pods = [{ ...made, spec: { containers: [{ name: 'app' }, { name: 'second' }] } }];
    expect(troubledContainer(pods)?.container).toBe('second');
  });

  it('tries again by its own rule: a crash decides nothing, an image that is not there does', () => {
    const owner = job();
    const waiting = (reason: string, message = '', more: object = {}): Manifest[] => [
      podOf(owner, 'db-x', {
        status: { containerStatuses: [containerStatus({ waiting: { reason, message } }, more)] },
      }),
    ];
    const crash = waiting('CrashLoopBackOff', '', { restartCount: 3, lastState: terminated(1) });
    expect(judge(rolloutOf(owner, { pods: crash }))).toMatchObject({
      state: 'progressing',
      waitsFor: expect.stringMatching(/container app exits 1/) as string,
    });
    const missing = waiting('ErrImagePull', 'ghcr.io/acme/shop: not found');
    expect(judge(rolloutOf(owner, { pods: missing }))).toMatchObject({ state: 'failed', code: 'ImageNotFound' });
  });

  it('fails at once when there is no such program: the next attempt would end the same way', () => {
    const owner = job({ failed: 1 });
    const end = terminated(128, {
      reason: 'StartError',
      message: 'exec: "migrat": executable file not found in $PATH',
    });
    const pods = [podOf(owner, 'db-x', { status: { phase: 'Failed', containerStatuses: [containerStatus(end)] } })];
    expect(judge(rolloutOf(owner, { pods }))).toMatchObject({ state: 'failed', code: 'ContainerCannotRun' });
  });

  it('goes on while its pod runs', () => {
    const owner = job();
    const running = podOf(owner, 'db-x', { ready: true });
    expect(judge(rolloutOf(owner, { pods: [running] }))).toEqual({ state: 'progressing', waitsFor: 'pod db-x runs' });
  });
});
