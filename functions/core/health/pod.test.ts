import { describe, expect, it } from 'vitest';
import { health } from './health.ts';
import { check, type Parts } from './testing/check.ts';
import { conditions, object } from './testing/object.ts';

const notReady = conditions('Ready=False ContainersNotReady: containers with unready status: [app]');

function container(name: string, state: Parts, more: Parts = {}): Parts {
  return { name, ready: false, restartCount: 0, state, ...more };
}

const runs = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const waits = (reason: string, message?: string): Parts => ({
  waiting: { reason, ...(message === undefined ? {} : { message }) },
});
const ended = (exitCode: number, reason = exitCode === 0 ? 'Completed' : 'Error', message?: string): Parts => ({
  terminated: { exitCode, reason, ...(message === undefined ? {} : { message }) },
});
const up = container('app', runs, { ready: true, started: true });

function pod(phase: string, containerStatuses: Parts[], status: Parts = {}, spec: Parts = {}): Parts {
  return {
    spec: { restartPolicy: 'Always', containers: [{ name: 'app' }], ...spec },
    status: { phase, containerStatuses, ...status },
  };
}

describe('a Pod that is restarted always', () => {
  check('v1 Pod', [
    ['only just made', { spec: {} }, 'Progressing', 'NotScheduled'],
    [
      'the kubelet has not seen it',
      pod('Pending', [], conditions('PodScheduled=True'), { nodeName: 'node-1' }),
      'Progressing',
      'PodPending',
    ],
    [
      'waits for a node',
      pod(
        'Pending',
        [],
        conditions('PodScheduled=False Unschedulable: 0/1 nodes are available: 1 Insufficient memory.'),
      ),
      'Progressing',
      'Unschedulable',
    ],
    [
      'is held by a gate',
      pod('Pending', [], conditions('PodScheduled=False SchedulingGated')),
      'Progressing',
      'SchedulingGated',
    ],
    [
      'its containers are made',
      pod('Pending', [container('app', waits('ContainerCreating'))]),
      'Progressing',
      'ContainerCreating',
    ],
    ['runs, ready', pod('Running', [up], conditions('Ready=True')), 'Healthy', 'PodReady'],
    ['runs, not ready', pod('Running', [container('app', runs)], notReady), 'Progressing', 'ContainersNotReady'],
    [
      'runs, waits for a readiness gate',
      pod('Running', [up], conditions('Ready=False ReadinessGatesNotReady', 'example.com/lb=False')),
      'Progressing',
      'ReadinessGatesNotReady',
    ],
    [
      'ready after restarts',
      pod('Running', [{ ...up, restartCount: 3, lastState: ended(1) }], conditions('Ready=True')),
      'Healthy',
      'PodReady',
    ],
    [
      'not ready after a restart',
      pod('Running', [container('app', runs, { lastState: ended(1), restartCount: 1 })], notReady),
      'Degraded',
      'Error',
    ],
    ['ended, to be restarted', pod('Running', [container('app', ended(2))], notReady), 'Degraded', 'Error'],
    [
      'crash loop',
      pod(
        'Running',
        [
          container('app', waits('CrashLoopBackOff', 'back-off 40s restarting failed container'), {
            lastState: ended(1),
            restartCount: 4,
          }),
        ],
        notReady,
      ),
      'Degraded',
      'CrashLoopBackOff',
    ],
    [
      'killed for lack of memory',
      pod(
        'Running',
        [container('app', waits('CrashLoopBackOff', 'back-off 10s'), { lastState: ended(137, 'OOMKilled') })],
        notReady,
      ),
      'Degraded',
      'CrashLoopBackOff',
    ],
    [
      'image cannot be pulled',
      pod('Pending', [container('app', waits('ErrImagePull', 'not found'))]),
      'Degraded',
      'ErrImagePull',
    ],
    [
      'image cannot be pulled, again',
      pod('Pending', [container('app', waits('ImagePullBackOff', 'Back-off pulling image'))]),
      'Degraded',
      'ImagePullBackOff',
    ],
    [
      'image name is none',
      pod('Pending', [container('app', waits('InvalidImageName'))]),
      'Degraded',
      'InvalidImageName',
    ],
    [
      'a Secret is missing',
      pod('Pending', [container('app', waits('CreateContainerConfigError', 'secret "shop" not found'))]),
      'Degraded',
      'CreateContainerConfigError',
    ],
    [
      'the kubelet has yet to see a Secret',
      pod('Pending', [
        container(
          'app',
          waits('CreateContainerConfigError', 'failed to sync secret cache: timed out waiting for the condition'),
        ),
      ]),
      'Progressing',
      'CreateContainerConfigError',
    ],
    [
      'cannot be started',
      pod('Running', [container('app', waits('RunContainerError', 'exec format error'))]),
      'Degraded',
      'RunContainerError',
    ],
    [
      'one of two is in trouble',
      pod('Running', [up, container('log', waits('CrashLoopBackOff'))], notReady),
      'Degraded',
      'CrashLoopBackOff',
    ],
    ['the node does not answer', pod('Unknown', [up]), 'Unknown', 'NodeNotReachable'],
    ['a phase that is none', pod('Asleep', []), 'Unknown', 'PhaseNotKnown'],
    [
      'no restartPolicy means Always',
      { spec: {}, status: { phase: 'Running', containerStatuses: [up], ...conditions('Ready=True') } },
      'Healthy',
      'PodReady',
    ],
    [
      'not admitted by its node, without a sentence',
      pod('Failed', [], { reason: 'NodeAffinity' }),
      'Degraded',
      'NodeAffinity',
    ],
    [
      'evicted',
      pod('Failed', [], { reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      'Degraded',
      'Evicted',
    ],
    [
      'being deleted',
      { ...pod('Running', [up], conditions('Ready=True')), metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } },
      'Progressing',
      'Terminating',
    ],
  ]);
});

describe('a Pod that is to end', () => {
  check('v1 Pod', [
    [
      'Never: runs',
      pod('Running', [up], conditions('Ready=True'), { restartPolicy: 'Never' }),
      'Progressing',
      'PodRunning',
    ],
    [
      'OnFailure: runs',
      pod('Running', [up], conditions('Ready=True'), { restartPolicy: 'OnFailure' }),
      'Progressing',
      'PodRunning',
    ],
    [
      'Never: one has failed, another runs',
      pod('Running', [container('app', ended(3)), up], notReady, { restartPolicy: 'Never' }),
      'Degraded',
      'Error',
    ],
    [
      'Never: one has its own restart policy',
      pod('Running', [container('app', ended(3)), up], notReady, {
        restartPolicy: 'Never',
        containers: [{ name: 'app', restartPolicy: 'OnFailure' }],
      }),
      'Progressing',
      'PodRunning',
    ],
    [
      'OnFailure: failed, to be restarted',
      pod('Running', [container('app', ended(3))], notReady, { restartPolicy: 'OnFailure' }),
      'Progressing',
      'PodRunning',
    ],
    [
      'OnFailure: fails again and again',
      pod('Running', [container('app', waits('CrashLoopBackOff'), { lastState: ended(3) })], notReady, {
        restartPolicy: 'OnFailure',
      }),
      'Degraded',
      'CrashLoopBackOff',
    ],
    [
      'succeeded',
      pod('Succeeded', [container('app', ended(0))], {}, { restartPolicy: 'Never' }),
      'Healthy',
      'PodCompleted',
    ],
    ['failed', pod('Failed', [container('app', ended(1))], {}, { restartPolicy: 'Never' }), 'Degraded', 'Error'],
    [
      'failed for lack of memory',
      pod('Failed', [container('app', ended(137, 'OOMKilled'))], {}, { restartPolicy: 'Never' }),
      'Degraded',
      'OOMKilled',
    ],
    [
      'failed by its deadline',
      pod(
        'Failed',
        [],
        { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' },
        { restartPolicy: 'Never' },
      ),
      'Degraded',
      'DeadlineExceeded',
    ],
    ['failed, and nothing tells why', pod('Failed', [], {}, { restartPolicy: 'Never' }), 'Degraded', 'PodFailed'],
  ]);
});

describe('init containers and native sidecars', () => {
  const spec = { initContainers: [{ name: 'migrate' }, { name: 'proxy', restartPolicy: 'Always' }] };
  const init = (migrate: Parts, proxy: Parts = waits('PodInitializing'), more: Parts = {}): Parts => ({
    initContainerStatuses: [container('migrate', migrate), container('proxy', proxy, more)],
  });
  const pending = container('app', waits('PodInitializing'));
  check('v1 Pod', [
    ['an init container runs', pod('Pending', [pending], init(runs), spec), 'Progressing', 'PodInitializing'],
    [
      'an init container is in a crash loop',
      pod('Pending', [pending], init(waits('CrashLoopBackOff')), spec),
      'Degraded',
      'CrashLoopBackOff',
    ],
    ['an init container has failed', pod('Pending', [pending], init(ended(1)), spec), 'Degraded', 'Error'],
    [
      'the image of an init container cannot be pulled',
      pod('Pending', [pending], init(waits('ErrImagePull')), spec),
      'Degraded',
      'ErrImagePull',
    ],
    [
      'the sidecar is starting',
      pod('Pending', [pending], init(ended(0), runs, { started: false }), spec),
      'Progressing',
      'PodInitializing',
    ],
    [
      'the sidecar has started, the container not yet',
      pod('Pending', [container('app', waits('ContainerCreating'))], init(ended(0), runs, { started: true }), spec),
      'Progressing',
      'ContainerCreating',
    ],
    [
      'the sidecar is in a crash loop',
      pod('Pending', [pending], init(ended(0), waits('CrashLoopBackOff')), spec),
      'Degraded',
      'CrashLoopBackOff',
    ],
    [
      'all run, ready',
      pod(
        'Running',
        [up],
        { ...init(ended(0), runs, { started: true, ready: true }), ...conditions('Ready=True') },
        spec,
      ),
      'Healthy',
      'PodReady',
    ],
    [
      'the sidecar is not ready',
      pod('Running', [up], { ...init(ended(0), runs, { started: true }), ...notReady }, spec),
      'Progressing',
      'ContainersNotReady',
    ],
    [
      'the sidecar ended with a signal after the rest',
      pod('Succeeded', [container('app', ended(0))], init(ended(0), ended(143)), { ...spec, restartPolicy: 'Never' }),
      'Healthy',
      'PodCompleted',
    ],
    [
      'failed: the container is the cause, not the sidecar',
      pod('Failed', [container('app', ended(4, 'Crashed'))], init(ended(0), ended(137, 'Killed')), {
        ...spec,
        restartPolicy: 'Never',
      }),
      'Degraded',
      'Crashed',
    ],
    [
      'failed: the init container is the cause',
      pod('Failed', [pending], init(ended(7, 'Migration')), { ...spec, restartPolicy: 'Never' }),
      'Degraded',
      'Migration',
    ],
  ]);
});

describe('what is said of a Pod', () => {
  const said = (parts: Parts): string => health(object('v1 Pod', parts)).message;

  it('names the container, its exit code and the words of the kubelet', () => {
    const loop = container('app', waits('CrashLoopBackOff', 'back-off 40s'), { lastState: ended(137, 'OOMKilled') });
    expect(said(pod('Running', [loop]))).toBe(
      'Container app was killed for using more memory than its limit and is restarted again and again: back-off 40s.',
    );
    const init = { initContainerStatuses: [container('migrate', ended(1, 'Error', 'no table\n  orders'))] };
    expect(said(pod('Pending', [], init))).toBe('Init container migrate exited with 1: no table orders.');
  });

  it('names the readiness gate that it waits for', () => {
    const gate = conditions('Ready=False ReadinessGatesNotReady', 'example.com/lb=False', 'example.com/dns=True');
    expect(said(pod('Running', [up], gate))).toBe('The Pod waits for its readiness gate example.com/lb.');
  });

  it('counts containers, sidecars with them', () => {
    const sidecar = { initContainerStatuses: [container('proxy', runs, { ready: true })], ...notReady };
    const spec = { initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] };
    expect(said(pod('Running', [container('app', runs)], sidecar, spec))).toBe(
      'The Pod runs: 1 of 2 containers is ready.',
    );
    expect(said(pod('Running', [{ ...up, restartCount: 1 }], conditions('Ready=True')))).toBe(
      'The Pod is ready: 1 of 1 containers is ready, after 1 restart.',
    );
  });
});
