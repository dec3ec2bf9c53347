import { describe, expect, test } from 'vitest';
import { fail } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import { change, NEW, pullingCluster, pulls, type PullingCluster } from './testing/pulling-cluster.ts';

/** Begins to pull where the kubelet comes to no end, and is cut off. Returns what was thrown. */
async function cutOff({ answer, pull }: PullingCluster, reason: Error): Promise<unknown> {
  answer(() => undefined);
  const stop = new AbortController();
  const running = pull([change()], stop.signal).catch((thrown: unknown) => thrown);
  await Promise.resolve();
  setImmediate(() => stop.abort(reason));
  return running;
}

describe('cut off', () => {
  test('by the deadline, the pod goes on pulling, and the next run takes it over', async () => {
    const world = pullingCluster();
    const { memory, made, pods, pull } = world;
    const reason = fail('DeadlineReached', 'Late.');
    expect(await cutOff(world, reason)).toBe(reason);
    const [left] = pods();
    expect(left).toBeDefined();
    memory.put({
      ...left,
      status: {
        phase: 'Pending',
        containerStatuses: [{ name: 'web', ...pulls({ name: 'web', image: NEW }, left as Manifest) }],
      },
    } as Manifest);
    expect(await pull([change()])).toBeUndefined();
    expect(made).toHaveLength(1);
    expect(pods()).toEqual([]);
  });

  test('by anything else, it is removed', async () => {
    const world = pullingCluster();
    const { pods } = world;
    const reason = fail('LockLost', 'Another release has it.', { environment: 'production' });
    expect(await cutOff(world, reason)).toBe(reason);
    expect(pods()).toEqual([]);
  });

  test('what a crash left is removed before anything is made: another image, or one that ended', async () => {
    const world = pullingCluster();
    const { memory, made, removed, pods, answer, pull } = world;
    await cutOff(world, fail('DeadlineReached', 'Late.'));
    const [left] = pods();
    const other = { ...left, metadata: { ...left?.metadata, name: 'hawser-pull-other' } } as Manifest;
    memory.put(other);
    memory.put({ ...left, status: { phase: 'Failed' } } as Manifest);
    answer(pulls);
    removed.length = 0;
    expect(await pull([change()])).toBeUndefined();
    expect(removed.slice(0, 2).toSorted()).toEqual([left?.metadata.name, 'hawser-pull-other'].toSorted());
    expect(made).toHaveLength(2);
    expect(pods()).toEqual([]);
  });
});
