import { describe, expect, test } from 'vitest';
import { after, deployment, pod, startedAt, waitingPod } from '../testing/objects.ts';
import { ready, shopRollout } from './testing/shop-rollout.ts';

describe('verify', () => {
  test('is over when every workload is ready; what it waited for was said', async () => {
    const { clock, cluster, said, putPod, run } = shopRollout();
    putPod(pod());
    const call = run();
    await clock.advance(3_000);
    cluster.put(deployment(ready));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said[0]).toContain('1 of 1 pods not ready');
    expect(said.at(-1)).toBe('Deployment shop/shop is ready');
  });

  test('objects without a workload are ready', async () => {
    const { run } = shopRollout();
    expect(await run(1_000, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }])).toBeUndefined();
  });

  test('a known doom ends it at once, with the log', async () => {
    const { clock, putPod, run } = shopRollout();
    putPod(waitingPod('CrashLoopBackOff', 'back-off', { restartCount: 3, lastState: { terminated: { exitCode: 1 } } }));
    const failure = await run();
    expect(failure).toMatchObject({
      code: 'ContainerCrashing',
      logs: ['listening', 'Error: DATABASE_URL must be set'],
    });
    expect(clock.now()).toEqual(startedAt);
  });

  test('a log that cannot be had is no reason to say nothing', async () => {
    const { cluster, putPod, run } = shopRollout();
    putPod(waitingPod('CrashLoopBackOff', 'back-off', { restartCount: 3, lastState: { terminated: { exitCode: 1 } } }));
    cluster.logs = () => Promise.reject(new Error('no answer'));
    expect(await run()).toMatchObject({ code: 'ContainerCrashing', logs: [] });
  });

  test('what is short is told in numbers, of the nodes and the pods of all namespaces', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    const resources = (memory: string): object => ({ resources: { requests: { memory } } });
    cluster.put({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'ip-10-0-0-11' },
      status: {
        allocatable: { cpu: '2', memory: '1Gi', pods: '110' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
    cluster.put({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'traefik', namespace: 'kube-system' },
      spec: { nodeName: 'ip-10-0-0-11', containers: [{ name: 'traefik', ...resources('768Mi') }] },
      status: { phase: 'Running' },
    });
    const message = '0/1 nodes are available: 1 Insufficient memory.';
    const unplaced = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    putPod(
      pod({
        container: resources('512Mi'),
        status: { phase: 'Pending', conditions: [{ ...unplaced, lastTransitionTime: after(0) }] },
      }),
    );
    const call = run();
    await clock.advance(20_000);
    const failure = await call;
    expect(failure?.code).toBe('Unschedulable');
    expect(failure?.message).toContain(
      'on node ip-10-0-0-11 the pod requests 512Mi memory, 256Mi of 1Gi are free, 256Mi short',
    );
  });

  test('the hint on a pull that is denied names the secret of the config', async () => {
    const { putPod, run } = shopRollout();
    putPod(waitingPod('ErrImagePull', 'failed to authorize: 401 Unauthorized'));
    expect(await run()).toMatchObject({
      code: 'ImagePullDenied',
      hint: expect.stringContaining('The token in shop/registry needs') as string,
    });
  });

  test('without a doom it ends when the time is up, with what it waited for', async () => {
    const { clock, putPod, run } = shopRollout();
    putPod(pod());
    const call = run(10_000);
    await clock.advance(12_000);
    expect(await call).toMatchObject({ code: 'RolloutTimedOut', hint: expect.not.stringContaining('…') as string });
  });
});

describe('time', () => {
  test('counts from the apply, also when another run of the function goes on with it', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    putPod(pod());
    const begun = new Date(startedAt.getTime() - 50_000);
    const call = run(60_000, [deployment()], { startedAt: begun });
    await clock.advance(9_000);
    cluster.put(deployment({}));
    await clock.advance(3_000);
    expect(await call).toMatchObject({ code: 'RolloutTimedOut' });
    expect(clock.now().getTime() - startedAt.getTime()).toBeLessThan(13_000);
  });

  test('that was up while nobody looked is no reason to fail what is ready by now', async () => {
    const { cluster, run } = shopRollout();
    cluster.put(deployment(ready));
    const begun = new Date(startedAt.getTime() - 600_000);
    expect(await run(60_000, [deployment()], { startedAt: begun })).toBeUndefined();
  });
});
