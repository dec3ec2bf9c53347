import { describe, expect, it, test } from 'vitest';
import { applyRefused, kindUnknown, readStatus, type Refusal } from './status.ts';

const endpoint = { address: '203.0.113.7:6443', tlsServerName: 'kubernetes', secret: 'shop/kubeconfig' };
const asked = { verb: 'patch', resource: 'deployments.apps', namespace: 'shop' } as const;
const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

function refuse(code: number, message: string, more: Partial<Refusal> = {}, object = ref) {
  return applyRefused({ code, reason: 'Invalid', message, causes: [], ...more }, object, asked, endpoint);
}

const table: [string, number, string, string, RegExp, RegExp][] = [
  ['immutable selector', 422, 'Deployment.apps "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{}: field is immutable', 'FieldImmutable', /^The API server refused Deployment shop\/web: spec\.selector: .*field is immutable\.$/, /change of spec\.selector.*kubectl delete deployment\/web -n shop/],
  ['NodePort taken', 422, 'Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated', 'PortTaken', /30080: provided port is already allocated/, /kubectl get services -A \| grep 30080/],
  ['quota', 403, 'pods "web" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1', 'QuotaExceeded', /exceeded quota: small/, /-n shop edit resourcequota small/],
  ['webhook denies', 400, 'admission webhook "policy.example.com" denied the request: no latest tag', 'AdmissionDenied', /policy\.example\.com.*no latest tag/, /webhook policy\.example\.com/],
  ['webhook denies with 403', 403, 'admission webhook "policy.example.com" denied the request: no', 'AdmissionDenied', /denied the request: no/, /policy/],
  ['webhook is down', 500, 'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://p.policy.svc:443/": dial tcp: connection refused', 'AdmissionUnavailable', /failed calling webhook "policy\.example\.com"/, /endpoints -n policy/],
  ['pod security', 403, 'pods "web" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true)', 'PodSecurityViolated', /runAsNonRoot != true/, /securityContext\.runAsNonRoot: true/],
  ['limit range', 403, 'pods "web" is forbidden: maximum memory usage per Container is 512Mi, but limit is 1Gi', 'LimitRangeViolated', /512Mi, but limit is 1Gi/, /describe limitrange/],
  ['namespace missing', 404, 'namespaces "shop" not found', 'NamespaceNotFound', /namespaces "shop" not found/, /kubectl create namespace shop/],
  ['namespace ends', 403, 'deployments.apps "web" is forbidden: unable to create new content in namespace shop because it is being terminated', 'NamespaceTerminating', /being terminated/, /get namespace shop/],
  ['too large', 413, 'Request entity too large: limit is 3145728', 'ObjectTooLarge', /limit is 3145728/, /1 MiB/],
  ['rights that it does not have', 403, 'roles.rbac.authorization.k8s.io "x" is forbidden: user "deployer" is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}', 'PrivilegesNotHeld', /not currently held.*Verbs:\["delete"\]/, /deployment\/web -n shop/],
  ['no right for the verb', 403, 'deployments.apps "web" is forbidden: User "u" cannot patch resource "deployments" in API group "apps" in the namespace "shop"', 'KubeconfigRejected', /may not patch deployments\.apps in namespace shop/, /kubeconfig/],
  ['unknown field of strict decoding', 400, 'strict decoding error: unknown field "spec.template.spec.containers[0].imag"', 'ApplyRejected', /containers\[0\]\.imag"; did you mean image\?\.$/, /mend the field/],
  ['unknown field of server-side apply', 500, 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema', 'ApplyRejected', /\.spec\.replicaz.*did you mean replicas\?/, /mend the field/],
  ['invalid value', 422, 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0', 'ApplyRejected', /spec\.replicas: Invalid value: -1/, /mend the field/],
  ['unknown credential', 401, 'Unauthorized', 'KubeconfigRejected', /does not know the credential/, /kubeconfig/],
  ['a server that fails', 500, 'etcdserver: request timed out', 'ApiServerUnreachable', /answered 500/, /6443/],
]; // prettier-ignore

describe('an apply that is refused', () => {
  test.each(table)('%s', (_, code, message, expected, sentence, hint) => {
    const error = refuse(code, message);
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(sentence);
    expect(error.hint).toMatch(hint);
    expect(error.hint).not.toContain('…');
  });

  it('takes the field from the causes', () => {
    const causes = [
      { reason: 'FieldValueInvalid', message: 'Invalid value: {}: field is immutable', field: 'spec.selector' },
    ];
    expect(refuse(422, 'x is invalid: field is immutable', { causes }).details).toMatchObject({
      field: 'spec.selector',
    });
  });

  it('keeps a conflict of owners what it is', () => {
    const causes = [
      { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.spec.replicas' },
    ];
    expect(refuse(409, 'field is immutable', { causes }).code).toBe('ApplyConflict');
  });

  test.each([
    'Secret "s" is invalid: type: Invalid value: "canary": field is immutable',
    'Secret "s" is invalid: data[x]: Invalid value: "canary": too short',
    'admission webhook "w" denied the request: canary',
  ])('does not repeat a value of a Secret: %s', (message) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 's' };
    const error = refuse(422, message, {}, secret);
    expect(JSON.stringify(error) + error.message + error.hint).not.toContain('canary');
  });

  it('does not repeat a password that is shown in a refusal', () => {
    const message = 'ConfigMap "c" is invalid: data: Invalid value: "postgres://app:canary@db/shop"';
    expect(refuse(422, message).message).not.toContain('canary');
  });
});

test('a kind that the cluster does not have', () => {
  const error = kindUnknown({ apiVersion: 'example.com/v1', kind: 'Widget', namespace: 'shop', name: 'w' });
  expect(error).toMatchObject({ code: 'KindUnknown', message: expect.stringContaining('Widget shop/w') as string });
  expect(error.hint).toMatch(/CRD of Widget \(example\.com\/v1\)/);
});

test.each(['', 'no JSON', 'null', '[]', '{"kind":"Other"}'])('%j is no Status', (body) => {
  expect(readStatus(500, body)).toBeUndefined();
});
