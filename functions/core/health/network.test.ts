import { describe, expect, it } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { health } from './health.ts';
import { check, type Parts } from './testing/check.ts';
import { conditions, object } from './testing/object.ts';

describe('Service', () => {
  const balanced = (ingress: Parts[]): Parts => ({
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress } },
  });
  check('v1 Service', [
    [
      'ClusterIP',
      { spec: { type: 'ClusterIP', clusterIP: '10.43.0.7' }, status: { loadBalancer: {} } },
      'Healthy',
      'ServiceReady',
    ],
    ['no type means ClusterIP', { spec: {} }, 'Healthy', 'ServiceReady'],
    ['NodePort', { spec: { type: 'NodePort', clusterIP: '10.43.0.7' } }, 'Healthy', 'ServiceReady'],
    ['headless', { spec: { clusterIP: 'None' } }, 'Healthy', 'Headless'],
    ['ExternalName', { spec: { type: 'ExternalName', externalName: 'db.example.com' } }, 'Healthy', 'ExternalName'],
    [
      'LoadBalancer without an address',
      { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } },
      'Progressing',
      'LoadBalancerPending',
    ],
    ['LoadBalancer without a status', { spec: { type: 'LoadBalancer' } }, 'Progressing', 'LoadBalancerPending'],
    ['LoadBalancer with an empty list', balanced([]), 'Progressing', 'LoadBalancerPending'],
    ['LoadBalancer with an IP address', balanced([{ ip: '203.0.113.7' }]), 'Healthy', 'LoadBalancerReady'],
    ['LoadBalancer with a host name', balanced([{ hostname: 'lb.example.com' }]), 'Healthy', 'LoadBalancerReady'],
    [
      'LoadBalancer with a port it cannot serve',
      balanced([{ ip: '203.0.113.7', ports: [{ port: 80, protocol: 'TCP', error: 'PortInUse' }] }]),
      'Degraded',
      'LoadBalancerPortError',
    ],
  ]);
  check('serving.knative.dev/v1 Service', [
    [
      'is not the Service of the core group',
      { spec: {}, status: { observedGeneration: 2, ...conditions('Ready=Unknown RevisionMissing') } },
      'Progressing',
      'RevisionMissing',
    ],
  ]);
});

describe('Ingress', () => {
  const nginx: Manifest = object('networking.k8s.io/v1 IngressClass', {
    metadata: { name: 'nginx', namespace: undefined },
  });
  check('networking.k8s.io/v1 Ingress', [
    [
      'with an address',
      { status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } },
      'Healthy',
      'AddressAssigned',
    ],
    ['without an address', { spec: {}, status: { loadBalancer: {} } }, 'Progressing', 'AddressPending'],
    ['without a status', { spec: { ingressClassName: 'traefik' } }, 'Progressing', 'AddressPending'],
    ['of a class that is there', { spec: { ingressClassName: 'nginx' } }, 'Progressing', 'AddressPending', [nginx]],
    [
      'of a class that is not there',
      { spec: { ingressClassName: 'traefik' } },
      'Progressing',
      'IngressClassNotFound',
      [nginx],
    ],
  ]);
  check('extensions/v1beta1 Ingress', [
    ['old group', { status: { loadBalancer: { ingress: [{ hostname: 'lb' }] } } }, 'Healthy', 'AddressAssigned'],
  ]);

  it('says that a rollout does not wait for an Ingress without a controller', () => {
    for (const related of [[], [nginx]]) {
      const { message } = health(
        object('networking.k8s.io/v1 Ingress', { spec: { ingressClassName: 'traefik' } }),
        related,
      );
      expect(message).toContain('a rollout does not wait for an Ingress that has no controller');
    }
  });
});
