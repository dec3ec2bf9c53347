import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { deployment, pod, startedAt } from '../testing/objects.ts';
import { done, job, ready, shopRollout, statefulSet } from './testing/shop-rollout.ts';
import { watchCounts } from './testing/watch-counts.ts';
import { verify } from './verify.ts';

describe('watches', () => {
  test('what is ready at first sight is not watched', async () => {
    const { clock, cluster, run } = shopRollout();
    const counts = watchCounts(cluster);
    cluster.put(deployment(ready));
    cluster.put(job(done));
    expect(await run(1_000, [deployment(), job()])).toBeUndefined();
    expect(counts.total).toBe(0);
    cluster.put(statefulSet());
    const call = run(1_000, [deployment(), job(), statefulSet()]);
    await clock.advance(3_000);
    expect(await call).toMatchObject({ code: 'RolloutTimedOut', subject: 'StatefulSet shop/db' });
    expect(counts.kinds.toSorted()).toEqual(['Event', 'Pod', 'StatefulSet']);
  });

  test('the one of a kind that is not ready yet is followed beside those that are', async () => {
    const { clock, cluster, said, run } = shopRollout();
    const web = (status: object): Manifest => ({
      ...deployment(status),
      metadata: { ...deployment().metadata, name: 'web' },
    });
    cluster.put(deployment(ready));
    cluster.put(web({}));
    const call = run(600_000, [deployment(), web({})]);
    await clock.advance(2_000);
    cluster.put(web(ready));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said.at(-1)).toBe('Deployment shop/shop and Deployment shop/web are ready');
  });

  test('where looking takes long, the changes of a while are taken together', async () => {
    const { clock, cluster, time, putPod } = shopRollout();
    let at = startedAt.getTime();
    const pauses: number[] = [];
    const slow = {
      now: () => new Date((at += 300)),
      sleep: (ms: number, signal?: AbortSignal) => {
        pauses.push(ms);
        return clock.sleep(ms, signal);
      },
    };
    putPod(pod());
    const call = verify({ cluster, clock: slow }, [deployment()], { timeoutMs: 600_000, facts: {} }, () => undefined, time.signal); // prettier-ignore
    await clock.advance(2_000);
    cluster.put(deployment(ready));
    await clock.advance(2_000);
    expect(await call).toBeUndefined();
    expect(pauses).toContain(500);
  });

  test('no more than eight watches; what has none is read again', async () => {
    const { clock, cluster, run } = shopRollout();
    const counts = watchCounts(cluster);
    const many = Array.from({ length: 6 }, (_, index) => statefulSet({}, { name: `db-${index}`, namespace: `n${index}`, uid: `w-${index}` })); // prettier-ignore
    many.forEach((one) => cluster.put(one));
    const call = run(600_000, many);
    await clock.advance(1_000);
    expect(counts.open).toBe(8);
    for (const { metadata } of many) {
      cluster.put(statefulSet({ currentRevision: 'b', readyReplicas: 1, updatedReplicas: 1 }, metadata));
    }
    await clock.advance(6_000);
    expect(await call).toBeUndefined();
  });
});
