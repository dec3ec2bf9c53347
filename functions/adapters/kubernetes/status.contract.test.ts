import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../core/kubernetes.ts';
import type { ReleaseError } from '../../core/errors.ts';
import { connectCluster } from '../cluster.ts';
import { startApiServer, type ApiServer } from '../contract/apiserver.ts';

/** What a real API server says when it refuses, so that the classes do not rest on remembered texts. */
let server: ApiServer;
let cluster: ReturnType<typeof connectCluster>;
beforeAll(async () => {
  server = await startApiServer();
  cluster = connectCluster(server.admin, '127.0.0.1');
  for (const object of before)
    await cluster.apply(object, { dryRun: false, force: false }, AbortSignal.timeout(20_000));
}, 120_000);
afterAll(async () => {
  await cluster.close();
  await server.stop();
});

const object = (apiVersion: string, kind: string, name: string, rest: object, namespace = 'default'): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === '' ? {} : { namespace }) },
  ...rest,
});
const template = (app: string): object => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'app', image: 'ghcr.io/acme/shop:1' }] },
});
const deployment = (app: string, more: object = {}): Manifest =>
  object('apps/v1', 'Deployment', 'web', {
    spec: { selector: { matchLabels: { app } }, template: template(app), ...more },
  });
const service = (name: string, nodePort: number): Manifest =>
  object('v1', 'Service', name, {
    spec: { type: 'NodePort', selector: { app: 'a' }, ports: [{ port: 80, nodePort }] },
  });
const pod = (name: string, namespace: string): Manifest =>
  object('v1', 'Pod', name, { spec: { serviceAccountName: 'default', containers: [{ name: 'app', image: 'x', resources: { limits: { memory: '1Gi' } } }] } }, namespace); // prettier-ignore

const before: Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'small' } },
  object('v1', 'ServiceAccount', 'default', {}, 'strict'),
  object('v1', 'ServiceAccount', 'default', {}, 'small'),
  object('v1', 'LimitRange', 'bounds', { spec: { limits: [{ type: 'Container', max: { memory: '512Mi' } }] } }, 'small'),
  deployment('a'),
  service('first', 30_080),
  object('v1', 'ConfigMap', 'fixed', { data: { a: 'b' }, immutable: true }),
  object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'r', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' } }),
]; // prettier-ignore

describe('a real API server', () => {
  test.each<[string, Manifest, string, RegExp, RegExp]>([
    ['selector', deployment('b'), 'FieldImmutable', /field is immutable/, /change of spec\.selector/],
    ['NodePort', service('second', 30_080), 'PortTaken', /30080: provided port is already allocated/, /grep 30080/],
    ['immutable ConfigMap', object('v1', 'ConfigMap', 'fixed', { data: { a: 'c' }, immutable: true }), 'FieldImmutable', /immutable/, /change of data/],
    ['roleRef', object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'r', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'b' } }), 'FieldImmutable', /roleRef/, /change of roleRef/],
    ['pod security', pod('p', 'strict'), 'PodSecurityViolated', /violates PodSecurity "restricted:latest"/, /securityContext\.allowPrivilegeEscalation: false.*capabilities\.drop: \["ALL"\].*runAsNonRoot: true.*seccompProfile\.type: RuntimeDefault/],
    ['limit range', pod('p', 'small'), 'LimitRangeViolated', /maximum memory usage per Container is 512Mi, but limit is 1Gi/, /-n small describe limitrange/],
    ['namespace', object('v1', 'ConfigMap', 'c', {}, 'nowhere'), 'NamespaceNotFound', /namespaces "nowhere" not found/, /create namespace nowhere/],
    ['kind', object('example.com/v1', 'Widget', 'w', {}), 'KindUnknown', /does not know \(example\.com\/v1\)/, /Widget/],
    ['size', object('v1', 'ConfigMap', 'large', { data: { a: 'x'.repeat(1_100_000) } }), 'ObjectTooLarge', /Too long|too large/i, /1 MiB/],
    ['size of a request', object('v1', 'ConfigMap', 'huge', { data: { a: 'x'.repeat(3_200_000) } }), 'ObjectTooLarge', /too large/i, /1 MiB/],
    ['unknown field', deployment('a', { replicaz: 2 }), 'ApplyRejected', /\.spec\.replicaz.*did you mean replicas\?/, /mend the field/],
  ])('refuses: %s', async (_, manifest, code, message, hint) => {
    const error = (await cluster
      .apply(manifest, { dryRun: true, force: true }, AbortSignal.timeout(20_000))
      .catch((thrown: unknown) => thrown)) as ReleaseError;
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  }); // prettier-ignore
});
