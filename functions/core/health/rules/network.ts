import type { HealthRule } from '../rule.ts';
import { fails, holds, pends, ready, rule, says, within } from './case.ts';

/** Gateway API's routes have conditions for each parent. */
const parents = 'status.parents[].conditions';
const route = [
  within(parents, 'Accepted', 'False', 'Progressing', 'Pending'),
  within(parents, 'Accepted', 'False', 'Degraded'),
  within(parents, 'ResolvedRefs', 'False', 'Degraded'),
  within(parents, 'PartiallyInvalid', 'True', 'Degraded'),
  within(parents, 'Programmed', 'False', 'Progressing'),
  within(parents, 'Accepted', 'Unknown', 'Progressing'),
  within(parents, 'Accepted', 'True', 'Healthy'),
];

/** Certificates and gateways. */
export const networkRules: readonly HealthRule[] = [
  rule(
    'cert-manager.io',
    'Certificate',
    // Ready says Issuing before the condition of that name is there.
    [holds('Issuing', 'Progressing'), fails('Ready', 'Progressing', 'Issuing'), ...ready],
    'Progressing',
  ),
  rule(
    'cert-manager.io',
    'CertificateRequest',
    [
      holds('Denied', 'Degraded'),
      holds('InvalidRequest', 'Degraded'),
      fails('Ready', 'Progressing', 'Pending'),
      ...ready,
    ],
    'Progressing',
  ),
  rule('cert-manager.io', '*', ready, 'Progressing'),
  rule(
    'acme.cert-manager.io',
    '*',
    [
      says('status.state', 'valid', 'Healthy', 'status.reason'),
      says('status.state', ['invalid', 'errored', 'expired'], 'Degraded', 'status.reason'),
    ],
    'Progressing',
  ),
  rule(
    'gateway.networking.k8s.io',
    'GatewayClass',
    [fails('Accepted', 'Progressing', ['Waiting', 'Pending']), fails('Accepted'), holds('Accepted')],
    'Progressing',
  ),
  rule(
    'gateway.networking.k8s.io',
    'Gateway',
    [
      fails('Accepted', 'Progressing', ['Pending', 'NotReconciled']),
      fails('Accepted'),
      fails('ResolvedRefs'),
      fails('Programmed', 'Degraded', ['Invalid', 'AddressNotUsable']),
      within('status.listeners[].conditions', 'Accepted', 'False', 'Degraded'),
      within('status.listeners[].conditions', 'ResolvedRefs', 'False', 'Degraded'),
      within('status.listeners[].conditions', 'Conflicted', 'True', 'Degraded'),
      fails('Programmed', 'Progressing'),
      within('status.listeners[].conditions', 'Programmed', 'False', 'Progressing'),
      pends('Programmed'),
      holds('Programmed'),
      holds('Ready'),
      holds('Accepted'),
    ],
    'Progressing',
  ),
  ...['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map((kind) =>
    rule('gateway.networking.k8s.io', kind, route, 'Progressing'),
  ),
];
