import { expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { autoscaled, withoutReplicas } from './scale.ts';

const deployment = (name: string, metadata: object = {}, namespace = 'shop'): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, ...metadata },
  spec: { replicas: 2, paused: false },
});
const scaler: Manifest = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'any', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' } },
};

test('an autoscaler names its workload by kind, name and its own namespace', () => {
  const is = autoscaled([scaler]);
  expect(is(deployment('shop'))).toBe(true);
  expect(
    [deployment('other'), deployment('shop', {}, 'other'), { ...deployment('shop'), kind: 'StatefulSet' }].map(is),
  ).toEqual([false, false, false]);
  expect(autoscaled([])(deployment('shop'))).toBe(false);
});

test.each<[string, object[], boolean]>([
  ['scaled through its subresource', [{ subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }], true],
  ['never scaled', [], false],
  ['set by an apply', [{ fieldsV1: { 'f:spec': { 'f:replicas': {} } } }], false],
  ['its status only', [{ subresource: 'status', fieldsV1: { 'f:status': {} } }], false],
])('%s: replicas are left out: %s', (_, entries, isLeftOut) => {
  const live = deployment('shop', {
    managedFields: entries.map((entry) => ({ manager: 'x', operation: 'Update', ...entry })),
  });
  const wanted = withoutReplicas(deployment('shop'), live);
  expect(wanted['spec']).toEqual(isLeftOut ? { paused: false } : { replicas: 2, paused: false });
});
