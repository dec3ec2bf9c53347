import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import type { Failure } from '../release.ts';
import { after, containerStatus, deployment, pod, terminated, waitingPod } from '../testing/objects.ts';
import { ready, shopRollout } from './testing/shop-rollout.ts';

describe('a container without a readiness probe', () => {
  const probe = { readinessProbe: { httpGet: { path: '/health', port: 8080 } } };
  const wanted = (container: object = {}, spec: object = {}, status: object = {}): Manifest =>
    deployment(
      { ...ready, ...status },
      { ...spec, template: { spec: { containers: [{ name: 'app', ...container }] } } },
    );
  /** The new pod, ready; its container started that many seconds after the rollout began. */
  const up = (seconds: number, restartCount = 0): Manifest =>
    pod({
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [containerStatus({ running: { startedAt: after(seconds) } }, { ready: true, restartCount })],
      },
    });
  const verdict = async (call: Promise<Failure | undefined>): Promise<Failure | string> => {
    const open = Symbol('open');
    const found = await Promise.race([call, new Promise((resolve) => setImmediate(resolve, open))]);
    return found === open ? 'open' : ((found as Failure | undefined) ?? 'ready');
  };

  test('is ready when it has stayed up for 5 s: that it has started proves nothing', async () => {
    const { clock, cluster, said, putPod, run } = shopRollout();
    cluster.put(wanted());
    putPod(up(0));
    const call = run();
    await clock.advance(4_000);
    expect(await verdict(call)).toBe('open');
    expect(said).toEqual([
      'Deployment shop/shop: container app has no readinessProbe; it is watched for 5 s, to see that it stays up',
    ]);
    await clock.advance(1_000);
    expect(await verdict(call)).toBe('ready');
    expect(said.at(-1)).toBe('Deployment shop/shop is ready');
  });

  test('fails the release when it ends in that time, also before its Deployment knows', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    cluster.put(wanted());
    putPod(up(0));
    const call = run();
    await clock.advance(1_000);
    putPod(waitingPod('CrashLoopBackOff', 'back-off', { restartCount: 1, lastState: terminated(3) }));
    await clock.advance(0);
    expect(await verdict(call)).toBe('open');
    cluster.put(wanted({}, {}, { availableReplicas: 0 }));
    await clock.advance(0);
    expect(await call).toMatchObject({
      code: 'ContainerCrashing',
      message: expect.stringContaining('exits 3') as string,
    });
  });

  test.each<[string, Manifest[]]>([
    ['its pod was not seen yet', []],
    ['its start was not seen yet', [waitingPod('ContainerCreating')]],
    ['its pod has no status yet', [pod()]],
  ])('is waited for when its Deployment is seen first: %s', async (_, pods) => {
    const { clock, cluster, putPod, run } = shopRollout();
    cluster.put(wanted());
    pods.forEach(putPod);
    const call = run();
    await clock.advance(2_000);
    expect(await verdict(call)).toBe('open');
    putPod(up(2));
    await clock.advance(4_000);
    expect(await verdict(call)).toBe('open');
    await clock.advance(2_000);
    expect(await verdict(call)).toBe('ready');
  });

  test('of a pod that was evicted is not waited for: another one serves', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    cluster.put(wanted());
    const evicted = putPod(pod({ metadata: { name: 'evicted', uid: 'evicted' } }));
    const containerStatuses = [containerStatus(terminated(137))];
    cluster.put({ ...evicted, status: { phase: 'Failed', reason: 'Evicted', containerStatuses } });
    putPod(up(-60));
    const call = run();
    await clock.advance(0);
    expect(await verdict(call)).toBe('ready');
  });

  test('that is started again begins anew', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    cluster.put(wanted());
    putPod(up(0));
    const call = run();
    await clock.advance(4_000);
    putPod(up(4, 1));
    await clock.advance(4_000);
    expect(await verdict(call)).toBe('open');
    await clock.advance(2_000);
    expect(await verdict(call)).toBe('ready');
  });

  test('fails no release that is ready when the time is up', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    cluster.put(wanted());
    putPod(up(0));
    const call = run(2_000);
    await clock.advance(3_000);
    expect(await verdict(call)).toBe('ready');
  });

  test.each<[string, Manifest, number]>([
    ['that was up before this rollout', wanted(), -60],
    ['whose pod has to be ready for minReadySeconds', wanted({}, { minReadySeconds: 2 }), 0],
    ['is one with a probe', wanted(probe), 0],
  ])('%s: no time is lost', async (_, object, seconds) => {
    const { clock, cluster, putPod, run } = shopRollout();
    cluster.put(object);
    putPod(up(seconds));
    const call = run();
    await clock.advance(0);
    expect(await verdict(call)).toBe('ready');
  });
});
