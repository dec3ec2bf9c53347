import { describe, expect, test } from 'vitest';
import { node, type WorkloadParts } from '../testing/capacity.ts';
import { change, NEW, OLD, pullingCluster, recreate } from './testing/pulling-cluster.ts';

describe('whether there is anything to pull', () => {
  test('makes no pod where the node has the image', async () => {
    const { memory, made, said, pull } = pullingCluster();
    const has = node('a', 1_000);
    memory.put({
      ...has,
      status: { ...(has['status'] as object), images: [{ names: [NEW, 'registry.test/acme/shop:2'] }] },
    });
    expect(await pull([change()])).toBeUndefined();
    expect([made, said]).toEqual([[], []]);
    await pull([change({}, OLD, NEW.replace('@', ':2@'))]);
    expect(made).toEqual([]);
  });

  test('pulls on no node that the pods may not come to', async () => {
    const { memory, made, pull } = pullingCluster();
    memory.put(node('b', 1_000, { spec: { unschedulable: true } }));
    await pull([change({ podSpec: { nodeSelector: { disk: 'ssd' } } })]);
    expect(made).toEqual([]);
    await pull([change()]);
    expect(made).toHaveLength(1);
  });

  const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  });
  test.each<[string, WorkloadParts, number]>([
    ['Recreate', {}, 1],
    ['maxSurge 0', { spec: rolling(0, 1) }, 1],
    ['one pod that may be missing', { spec: rolling(1, 1) }, 1],
    ['a pod more', { spec: rolling(1, 0) }, 0],
    ['the default, with one pod', { spec: {} }, 0],
    ['the default, with four: one goes at once', { spec: { replicas: 4 } }, 1],
    ['no pods', { spec: { ...recreate, replicas: 0 } }, 0],
    ['StatefulSet', { kind: 'StatefulSet', spec: {} }, 1],
    ['StatefulSet, OnDelete', { kind: 'StatefulSet', spec: { updateStrategy: { type: 'OnDelete' } } }, 0],
    ['DaemonSet', { kind: 'DaemonSet', spec: {} }, 1],
    [
      'DaemonSet with a pod more',
      { kind: 'DaemonSet', spec: { updateStrategy: { rollingUpdate: { maxSurge: 1 } } } },
      0,
    ],
    ['Job', { kind: 'Job', spec: {} }, 0],
    ['an image that is never pulled', { container: { imagePullPolicy: 'Never' } }, 0],
  ])('is for rollouts in which an old pod goes first: %s', async (_, parts, count) => {
    const { made, pull } = pullingCluster();
    await pull([change(parts)]);
    expect(made).toHaveLength(count);
  });

  test('and only for new images of what is there', async () => {
    const { made, pull } = pullingCluster();
    await pull([change({}, NEW, NEW), { ...change(), live: undefined }]);
    expect(made).toEqual([]);
  });
});
