import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { refOf } from '../kubernetes.ts';
import { after, containerStatus, deployment, pod, podOf, startedAt } from '../testing/objects.ts';
import { crashing, ready, shopRollout, statefulSet } from './testing/shop-rollout.ts';
import { watchCounts } from './testing/watch-counts.ts';

describe('many objects at once', () => {
  test('the doom of any ends all at once, also of one that comes after one that waits; no watch and no listener stays', async () => {
    const { clock, cluster, time, putPod, run } = shopRollout();
    const counts = watchCounts(cluster);
    putPod(pod());
    const owner = cluster.put(statefulSet());
    const call = run(600_000, [deployment(), statefulSet()]);
    await clock.advance(3_000);
    expect(counts.open).toBeGreaterThan(3);
    cluster.put(podOf(owner, 'db-0', { status: crashing }));
    await clock.advance(0);
    expect(await call).toMatchObject({
      code: 'ContainerCrashing',
      subject: 'Pod shop/db-0',
      logs: ['listening', 'Error: DATABASE_URL must be set'],
    });
    expect(clock.now().getTime() - startedAt.getTime()).toBe(3_000);
    expect(counts.open).toBe(0);
    expect(getEventListeners(time.signal, 'abort')).toEqual([]);
  });

  test('all must be ready; the line says what each waits for, and only when that changes', async () => {
    const { clock, cluster, said, putPod, run } = shopRollout();
    putPod(pod());
    cluster.put(statefulSet());
    const call = run(600_000, [deployment(), statefulSet()]);
    await clock.advance(5_000);
    expect(said).toEqual([
      'Deployment shop/shop: 1 of 1 pods not ready: container app is being created; StatefulSet shop/db: 1 of 1 pods not created yet',
    ]);
    cluster.put(deployment(ready));
    await clock.advance(1_000);
    cluster.put(statefulSet({ currentRevision: 'b', readyReplicas: 1, updatedReplicas: 1 }));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said.slice(1)).toEqual([
      'StatefulSet shop/db: 1 of 1 pods not created yet',
      'Deployment shop/shop and StatefulSet shop/db are ready',
    ]);
  });

  test('out of time, the one with a known cause is blamed and the others are named', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    putPod(pod());
    const owner = cluster.put(statefulSet());
    cluster.put(
      podOf(owner, 'db-0', {
        status: {
          containerStatuses: [
            containerStatus({ waiting: { reason: 'ErrImagePull', message: '503 Service Unavailable' } }),
          ],
        },
      }),
    );
    const call = run(10_000, [deployment(), statefulSet()]);
    await clock.advance(12_000);
    expect(await call).toMatchObject({
      subject: 'Pod shop/db-0',
      message: expect.stringMatching(/cannot pull .* Not ready either: Deployment shop\/shop\.$/) as string,
    });
  });

  test('a pod that waits for the room of another workload’s pod is no doom', async () => {
    const { clock, cluster, said, time, putPod, run } = shopRollout();
    const owner = cluster.put(statefulSet());
    const unplaced = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient memory.', lastTransitionTime: after(-60) }; // prettier-ignore
    putPod(pod({ status: { conditions: [unplaced] } }));
    const leaving = cluster.put(podOf(owner, 'db-0', { metadata: { deletionTimestamp: after(0) } }));
    const call = run(600_000, [deployment(), statefulSet()]);
    await clock.advance(20_000);
    expect(said.at(-1)).toContain('no node takes it');
    await cluster.remove(refOf(leaving), time.signal);
    let isOver = false;
    void call.then(() => (isOver = true));
    await clock.advance(9_000);
    expect(isOver).toBe(false);
    await clock.advance(2_000);
    expect(await call).toMatchObject({ code: 'Unschedulable' });
  });
});
