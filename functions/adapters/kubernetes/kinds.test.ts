import { expect, test } from 'vitest';
import { apiRoot, builtIn, discovered } from './kinds.ts';

test.each([
  ['v1', 'Pod', { plural: 'pods', namespaced: true }],
  ['v1', 'Namespace', { plural: 'namespaces', namespaced: false }],
  ['apps/v1', 'Deployment', { plural: 'deployments', namespaced: true }],
  ['networking.k8s.io/v1', 'NetworkPolicy', { plural: 'networkpolicies', namespaced: true }],
  ['networking.k8s.io/v1', 'Ingress', { plural: 'ingresses', namespaced: true }],
  ['example.com/v1', 'Deployment', undefined],
  ['v1', 'Deployment', undefined],
])('%s %s', (apiVersion, kind, resource) => {
  expect(builtIn(apiVersion, kind)).toEqual(resource);
});

test('roots of the API', () => {
  expect(apiRoot('v1')).toBe('/api/v1');
  expect(apiRoot('apps/v1')).toBe('/apis/apps/v1');
});

test('discovery passes over subresources, which share their kind', () => {
  const resources = [
    { name: 'buoys/status', kind: 'Buoy', namespaced: true },
    { name: 'buoys', kind: 'Buoy', namespaced: true },
  ];
  expect(discovered({ resources }, 'Buoy')).toEqual({ plural: 'buoys', namespaced: true });
  expect(discovered({ resources }, 'Mooring')).toBeUndefined();
  expect(discovered(undefined, 'Buoy')).toBeUndefined();
});
