import { describe, expect, test } from 'vitest';
import { refOf, type Manifest } from '../kubernetes.ts';
import { after, deployment, pod, workload } from '../testing/objects.ts';
import { job, ready, shopRollout, statefulSet } from './testing/shop-rollout.ts';

describe('an object that is gone', () => {
  test('a Deployment that somebody deletes is not waited for until the end of time', async () => {
    const { clock, cluster, time, run } = shopRollout();
    const call = run(600_000).catch((error: unknown) => error);
    await clock.advance(1_000);
    await cluster.remove(refOf(deployment()), time.signal);
    await clock.advance(10_000);
    expect(await call).toMatchObject({
      code: 'RolloutTimedOut',
      owner: 'change',
      message: 'Deployment shop/shop was deleted while it was rolled out.',
    });
  });

  test('one that is replaced is followed on', async () => {
    const { clock, cluster, time, run } = shopRollout();
    const call = run(600_000);
    for (const status of [{}, {}, {}]) {
      await clock.advance(1_000);
      await cluster.remove(refOf(deployment()), time.signal);
      await clock.advance(3_000);
      cluster.put(deployment(status));
    }
    await clock.advance(1_000);
    cluster.put(deployment(ready));
    await clock.advance(2_000);
    expect(await call).toBeUndefined();
  });

  test.each([
    ['StatefulSet', statefulSet()],
    ['DaemonSet', workload('DaemonSet', {}, { observedGeneration: 9, desiredNumberScheduled: 1 })],
    ['Job', job()],
    ['Pod', pod({ metadata: { name: 'db', ownerReferences: [] } })],
    ['ReplicaSet', workload('ReplicaSet', {}, { observedGeneration: 9 })],
    [
      'Certificate',
      { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'db', namespace: 'shop' } },
    ],
  ])('a %s that somebody deletes is a failure', async (kind, object: Manifest) => {
    const { clock, cluster, time, run } = shopRollout();
    cluster.put(object);
    const call = run(600_000, [object]);
    await clock.advance(1_000);
    await cluster.remove(refOf(object), time.signal);
    await clock.advance(6_000);
    expect(await call).toMatchObject({
      code: 'RolloutTimedOut',
      message: `${kind} shop/db was deleted while it was rolled out.`,
    });
  });

  test('one that is being deleted will not be ready', async () => {
    const { cluster, run } = shopRollout();
    cluster.put(statefulSet({}, { deletionTimestamp: after(-60) }));
    expect(await run(600_000, [statefulSet()])).toMatchObject({ message: 'StatefulSet shop/db is being deleted while it was rolled out.' }); // prettier-ignore
  });
});
