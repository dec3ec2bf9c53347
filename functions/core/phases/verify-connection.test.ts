import { describe, expect, test } from 'vitest';
import { deployment, pod } from '../testing/objects.ts';
import { ready, shopRollout } from './testing/shop-rollout.ts';

describe('the connection', () => {
  test('each change is seen, also after the server forgot where it was', async () => {
    const { clock, cluster, putPod, run } = shopRollout();
    putPod(pod());
    const call = run(600_000);
    await clock.advance(1_000);
    cluster.expire();
    cluster.put(deployment(ready));
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
  });

  test('an error of a watch is thrown, not swallowed', async () => {
    const { clock, cluster, run } = shopRollout();
    const error = new Error('connection lost');
    const call = run(600_000).catch((thrown: unknown) => thrown);
    await clock.advance(1_000);
    cluster.breakWith(error);
    expect(await call).toBe(error);
  });
});

describe('the signal', () => {
  test('whatever the connection says when the time is up, the reason of the signal is thrown', async () => {
    const { cluster, time, run } = shopRollout();
    const reason = new Error('the time is up');
    cluster.list = () => {
      time.abort(reason);
      return Promise.reject(new Error('socket hang up'));
    };
    await expect(run()).rejects.toBe(reason);
  });

  test('ends with the signal, with its reason: that is no verdict', async () => {
    const { clock, time, run } = shopRollout();
    const reason = new Error('the time is up');
    const call = run().catch((error: unknown) => error);
    await clock.advance(1_000);
    time.abort(reason);
    expect(await call).toBe(reason);
  });
});
