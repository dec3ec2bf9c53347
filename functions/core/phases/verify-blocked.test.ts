import { describe, expect, test } from 'vitest';
import { fail } from '../errors.ts';
import { containerStatus, podOf } from '../testing/objects.ts';
import { shopRollout, statefulSet } from './testing/shop-rollout.ts';

describe('a pod of a failed release that blocks a StatefulSet', () => {
  const broken = {
    containerStatuses: [containerStatus({ waiting: { reason: 'ErrImagePull', message: 'x: not found' } })],
  };

  test('is named', async () => {
    const { cluster, run } = shopRollout();
    const owner = cluster.put(statefulSet({ updatedReplicas: 0 }));
    cluster.put(podOf(owner, 'db-0', { revision: 'a', status: broken }));
    expect(await run(600_000, [statefulSet()])).toMatchObject({
      code: 'UpdateBlocked',
      hint: expect.stringContaining('kubectl -n shop delete pod db-0') as string,
    });
  });

  test('is deleted where that is asked for, once, and the new one is waited for', async () => {
    const { clock, cluster, said, time, run } = shopRollout();
    const owner = cluster.put(statefulSet({ updatedReplicas: 0 }));
    const { metadata } = cluster.put(podOf(owner, 'db-0', { revision: 'a', status: broken }));
    const { remove } = cluster;
    const removed: (string | undefined)[] = [];
    cluster.remove = async (ref) => {
      removed.push(ref.uid);
      throw fail('ApplyRejected', 'Another object has that name by now.', { object: 'pod/db-0' });
    };
    const call = run(60_000, [statefulSet()], { unblock: true });
    await clock.advance(3_000);
    expect(removed).toEqual([metadata.uid]);
    expect(said[0]).toContain('pod db-0 of an older revision blocks the update');
    await remove({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'db-0' }, time.signal);
    cluster.put(statefulSet({ currentRevision: 'b', readyReplicas: 1, updatedReplicas: 1 }));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
  });
});
