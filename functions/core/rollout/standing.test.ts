import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { after, lineOf, startedAt } from '../testing/objects.ts';
import { judgeStanding, standingOf, standingTrouble, type Standing } from './standing.ts';

const object = (apiVersion: string, kind: string, rest: object = {}, annotations: object = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop', generation: 1, annotations: annotations as Record<string, string> },
  ...rest,
});
const ingress = (spec: object = {}, annotations: object = {}): Manifest =>
  object('networking.k8s.io/v1', 'Ingress', { spec }, annotations);
const classOf = (kind: string, name: string, annotations: object = {}): Manifest => ({
  ...object(kind === 'StorageClass' ? 'storage.k8s.io/v1' : 'networking.k8s.io/v1', kind, {}, annotations),
  metadata: { name, annotations: annotations as Record<string, string> },
});
const traefik = classOf('IngressClass', 'traefik', { 'ingressclass.kubernetes.io/is-default-class': 'true' });
const nginx = classOf('IngressClass', 'nginx');
const balancer = object('v1', 'Service', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } });
/** A condition of a certificate; of a kind that has no rule of its own when it is Stalled. */
const certificate = (type: string, status: string, since = 1): Manifest => {
  const [apiVersion, kind] = type === 'Stalled' ? ['example.com/v1', 'Thing'] : ['cert-manager.io/v1', 'Certificate'];
  const told = { reason: 'Failed', message: 'The issuer is not there', lastTransitionTime: after(since) };
  return object(apiVersion ?? '', kind ?? '', {
    status: { observedGeneration: 1, conditions: [{ type, status, ...told }] },
  });
};
const claim = object('v1', 'PersistentVolumeClaim', {
  spec: { storageClassName: 'local-path' },
  status: { phase: 'Pending' },
});
const slowClaim = object('v1', 'PersistentVolumeClaim', {
  spec: { storageClassName: 'slow' },
  status: { phase: 'Pending' },
});
const all = new Set(['IngressClass', 'StorageClass']);

interface Case {
  related?: Manifest[];
  known?: ReadonlySet<string>;
  at?: number;
}
const seen = (subject: Manifest, { related = [], known = all, at = 5 }: Case = {}): Standing => ({
  object: subject,
  related,
  known,
  now: new Date(after(at)),
  startedAt,
});

const table: [string, Manifest, Case, string, RegExp?][] = [
  ['an Ingress of a class that is not there', ingress({ ingressClassName: 'haproxy' }), { related: [traefik] }, 'skipped', /^the cluster has no IngressClass haproxy$/],
  ['an Ingress without a class where none is the default', ingress(), { related: [nginx] }, 'skipped', /no IngressClass of the cluster is the default/],
  ['an Ingress whose controller takes a moment', ingress({ ingressClassName: 'nginx' }), { related: [nginx] }, 'progressing'],
  ['an Ingress of the default class', ingress(), { related: [traefik] }, 'progressing'],
  ['an Ingress with the old annotation', ingress({}, { 'kubernetes.io/ingress.class': 'traefik' }), {}, 'progressing'],
  ['an Ingress where classes may not be read', ingress({ ingressClassName: 'nginx' }), { known: new Set() }, 'progressing'],
  ['an Ingress that never gets an address', ingress({ ingressClassName: 'nginx' }), { related: [nginx], at: 16 }, 'skipped', /address/],
  ['a LoadBalancer that waits', balancer, {}, 'progressing'],
  ['a LoadBalancer that nobody serves', balancer, { at: 16 }, 'skipped', /.+/],
  ['a claim that waits for its first pod', claim, {}, 'ready'],
  ['a claim of a class that nobody knows', slowClaim, {}, 'progressing', /slow/],
  ['a claim of a class that may not be read', slowClaim, { known: new Set() }, 'skipped', /slow/],
  ['a lost claim, as soon as it was waited for', { ...claim, status: { phase: 'Lost' } }, { at: 16 }, 'failed', /volume/],
  ['a custom resource of which nobody knows whether it gets a status', object('example.com/v1', 'Thing'), {}, 'ready'],
  ['a custom resource whose controller is slow', object('cert-manager.io/v1', 'Certificate'), {}, 'progressing', /status/],
  ['a custom resource whose controller is not there', object('cert-manager.io/v1', 'Certificate'), { at: 16 }, 'skipped', /status/],
  ['a custom resource that is ready', certificate('Ready', 'True'), {}, 'ready'],
  ['one that failed just now', certificate('Ready', 'False', 4), {}, 'progressing', /issuer is not there/],
  ['one that has said so for 13 s', certificate('Ready', 'False', 4), { at: 17 }, 'progressing'],
  ['one that says so for a while', certificate('Ready', 'False', 4), { at: 20 }, 'failed', /^Certificate shop\/web: .*The issuer is not there\.$/],
  ['one that failed before the rollout gets its time, too', certificate('Ready', 'False', -600), {}, 'progressing'],
  ['one that is stalled', certificate('Stalled', 'True', 4), {}, 'failed', /issuer is not there/],
  ['one in the middle of it', certificate('Reconciling', 'True'), {}, 'progressing', /.+/],
]; // prettier-ignore

describe('an object without pods', () => {
  test.each(table)('%s', (_, subject, parts, state, text = /^/) => {
    const verdict = judgeStanding(seen(subject, parts));
    expect(verdict.state).toBe(state);
    expect(lineOf(verdict)).toMatch(text);
  });

  it('fails with the words of its controller and the command to read more', () => {
    expect(judgeStanding(seen(certificate('Stalled', 'True')))).toMatchObject({
      code: 'ObjectDegraded',
      details: { namespace: 'shop', object: 'thing/web' },
    });
  });

  it('is named with what it waits for when the time is up', () => {
    expect(standingTrouble(seen(certificate('Reconciling', 'True')))).toMatchObject({ code: 'RolloutTimedOut' });
    expect(standingTrouble(seen(claim)).code).toBe('VolumeClaimPending');
  });
});

test('standing are the objects whose state says whether the release serves', () => {
  const counts = [
    claim,
    balancer,
    ingress(),
    certificate('Ready', 'True'),
    object('gateway.networking.k8s.io/v1', 'Gateway'),
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
    object('v1', 'Namespace'),
  ];
  const others = [
    object('v1', 'ConfigMap'),
    object('v1', 'Secret'),
    object('v1', 'Service', { spec: { type: 'ClusterIP' } }),
    object('apps/v1', 'Deployment'),
    object('rbac.authorization.k8s.io/v1', 'Role'),
    object('policy/v1', 'PodDisruptionBudget'),
    object('batch/v1', 'CronJob'),
  ];
  expect(standingOf([...counts, ...others])).toEqual(counts);
});
