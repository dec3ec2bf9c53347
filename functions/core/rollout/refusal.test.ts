import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { catalogue } from '../errors.ts';
import { diagnosed, savedEvent, savedObject } from '../testing/saved.ts';
import { classifyRefusal, podsRefused, refusalCause } from './refusal.ts';
import { nearestField } from './spelling.ts';

const at = { namespace: 'shop', object: 'replicaset/web-5d' };
const restricted =
  'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "app" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

/** Texts of FailedCreate: the API server's, as the controllers repeat them. */
const pods: [string, string, string, RegExp, RegExp?][] = [
  ['quota', 'pods "web-1" is forbidden: exceeded quota: small, requested: limits.memory=512Mi,pods=1, used: limits.memory=1Gi,pods=4, limited: limits.memory=1Gi,pods=4', 'QuotaExceeded', /exceeded quota: small, requested: limits\.memory=512Mi,pods=1, used: limits\.memory=1Gi,pods=4/, /now limits\.memory=1Gi,pods=4\): kubectl -n shop edit resourcequota small/],
  ['quota of Secrets', 'pods "web-1" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=10, limited: secrets=10', 'QuotaExceeded', /requested: secrets=1, used: secrets=10/],
  ['quota wants limits', 'pods "web-1" is forbidden: failed quota: compute: must specify limits.cpu for: app; limits.memory for: app', 'QuotaExceeded', /must specify limits\.cpu/, /set in resources: limits\.cpu for: app; limits\.memory for: app/],
  ['quota not counted yet', 'pods "web-1" is forbidden: status unknown for quota: small, resources: pods', 'QuotaExceeded', /status unknown for quota: small/, /kubectl -n shop describe resourcequota small/],
  ['limit range above', 'pods "web-1" is forbidden: [maximum memory usage per Container is 512Mi, but limit is 1Gi, maximum cpu usage per Container is 500m, but limit is 1]', 'LimitRangeViolated', /maximum memory usage per Container is 512Mi, but limit is 1Gi/, /describe limitrange/],
  ['limit range below', 'pods "web-1" is forbidden: minimum cpu usage per Container is 100m, but request is 50m', 'LimitRangeViolated', /minimum cpu usage/],
  ['limit range ratio', 'pods "web-1" is forbidden: memory max limit to request ratio per Container is 1, but provided ratio is 2.000000', 'LimitRangeViolated', /ratio/],
  ['pod security', `pods "web-1" is forbidden: ${restricted}`, 'PodSecurityViolated', /allowPrivilegeEscalation != false/, /allowPrivilegeEscalation: false; securityContext\.capabilities\.drop: \["ALL"\]; securityContext\.runAsNonRoot: true; securityContext\.seccompProfile\.type: RuntimeDefault.*label namespace shop/],
  ['pod security, host network', 'pods "web-1" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true), hostPort (container "app" uses hostPort 80)', 'PodSecurityViolated', /host namespaces/, /hostNetwork: false; without hostPort \(container "app" uses hostPort 80\)/],
  ['pod security, privileged', 'pods "web-1" is forbidden: violates PodSecurity "baseline:latest": privileged (container "app" must not set securityContext.privileged=true)', 'PodSecurityViolated', /privileged/, /securityContext\.privileged without the value true/],
  ['webhook denies', 'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/shop/web was blocked\n\nno-latest:\n  tag: validation error', 'AdmissionDenied', /"validate\.kyverno\.svc-fail" denied the request: resource Pod\/shop\/web was blocked/, /webhook validate\.kyverno\.svc-fail/],
  ['webhook denies with the words of another cause', 'admission webhook "x.y" denied the request: exceeded quota: mine', 'AdmissionDenied', /exceeded quota: mine/],
  ['webhook is down', 'Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/validate?timeout=10s": dial tcp 10.43.2.1:443: connect: connection refused', 'AdmissionUnavailable', /failed calling webhook.*connection refused/, /get pods,endpoints -n kyverno/],
  ['webhook without endpoints', 'Internal error occurred: failed calling webhook "a.b": failed to call webhook: Post "https://svc.ns1.svc:443/x": no endpoints available for service "svc"', 'AdmissionUnavailable', /no endpoints/, /-n ns1/],
  ['admission policy', "pods \"web-1\" is forbidden: ValidatingAdmissionPolicy 'replicalimit' with binding 'b' denied request: failed expression: object.spec.replicas <= 5", 'AdmissionDenied', /failed expression/, /ValidatingAdmissionPolicy replicalimit/],
  ['service account', 'pods "web-1" is forbidden: error looking up service account shop/web: serviceaccount "web" not found', 'ServiceAccountMissing', /service account shop\/web/, /create serviceaccount web/],
  ['namespace that ends', 'pods "web-1" is forbidden: unable to create new content in namespace shop because it is being terminated', 'NamespaceTerminating', /being terminated/],
  ['priority class', 'pods "web-1" is forbidden: no PriorityClass with name high was found', 'PodsNotCreated', /no PriorityClass with name high/],
  ['runtime class', 'pods "web-1" is forbidden: pod rejected: RuntimeClass "kata" not found', 'PodsNotCreated', /RuntimeClass "kata" not found/],
]; // prettier-ignore

describe('pods that are refused', () => {
  test.each(pods)('%s, as a ReplicaSet tells', (_, text, code, message, hint = /./) => {
    const about = { kind: 'ReplicaSet', name: 'web-5d', uid: 'ReplicaSet-web-5d' };
    const event = savedEvent('FailedCreate', `Error creating: ${text}`, about);
    const replicaSet = savedObject('apps/v1', 'ReplicaSet', 'web-5d', {
      spec: { replicas: 1 },
      status: { replicas: 0 },
    });
    const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: text };
    const told = { ...replicaSet, status: { replicas: 0, conditions: [condition] } };
    for (const objects of [[event], [replicaSet, event], [told]]) {
      const failure = diagnosed(objects);
      expect(failure).toMatchObject({ code, subject: 'ReplicaSet shop/web-5d' });
      expect(failure?.message).toMatch(message);
      expect(failure?.message).toMatch(/^ReplicaSet shop\/web-5d: its pods are not created: /);
      expect(failure?.hint).toMatch(hint);
    }
  });

  test.each([
    [
      'StatefulSet',
      'create Pod db-0 in StatefulSet db failed error: pods "db-0" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    ],
    [
      'DaemonSet',
      'Error creating: pods "db-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    ],
    [
      'Job',
      'Error creating: pods "db-x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1',
    ],
  ])('as a %s tells', (kind, text) => {
    const failure = diagnosed([savedEvent('FailedCreate', text, { kind, name: 'db', uid: '' })]);
    expect(failure).toMatchObject({ code: 'QuotaExceeded', subject: `${kind} shop/db` });
    expect(failure?.message).toMatch(/not created: exceeded quota: small, requested: pods=1/);
  });

  it('waits for what passes, and not for the rest', () => {
    expect(podsRefused('Internal error occurred: failed calling webhook "x": refused', at).isFinal).toBe(false);
    expect(podsRefused('pods "x" is forbidden: exceeded quota: q, requested: pods=1', at).isFinal).toBe(true);
    expect(podsRefused('pods "x" is forbidden: something new', at).isFinal).toBe(true);
    expect(podsRefused('etcdserver: request timed out', at).isFinal).toBe(false);
  });
});

const forms = ['is invalid: ', 'is invalid: [', 'is forbidden: '];

describe('refusals of an object', () => {
  test.each<[string, string | undefined, object?]>([
    ['Deployment.apps "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}}: field is immutable', 'FieldImmutable', { field: 'spec.selector' }],
    ['Service "web" is invalid: spec.clusterIPs[0]: Invalid value: []string(nil): primary clusterIP can not be unset', 'FieldImmutable', { field: 'spec.clusterIPs[0]' }],
    ['StatefulSet.apps "db" is invalid: spec: Forbidden: updates to statefulset spec for fields other than \'replicas\', \'ordinals\', \'template\' are forbidden', 'FieldImmutable', { field: 'spec' }],
    ['PersistentVolumeClaim "data" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims', 'FieldImmutable', { field: 'spec' }],
    ['Job.batch "m" is invalid: spec.template: Invalid value: core.PodTemplateSpec{}: field is immutable', 'FieldImmutable', { field: 'spec.template' }],
    ['ConfigMap "c" is invalid: data: Forbidden: field is immutable when `immutable` is set', 'FieldImmutable', { field: 'data' }],
    ['RoleBinding.rbac.authorization.k8s.io "r" is invalid: roleRef: Invalid value: rbac.RoleRef{}: cannot change roleRef', 'FieldImmutable', { field: 'roleRef' }],
    ['Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`', 'FieldImmutable', { field: 'spec' }],
    ['Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated', 'PortTaken', { port: 30080 }],
    ['Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.43.0.10"]: failed to allocate IP 10.43.0.10: provided IP is already allocated', 'PortTaken', {}],
    ['Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767', undefined],
    ['Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0', undefined],
    ['namespaces "nowhere" not found', 'NamespaceNotFound', { namespace: 'nowhere' }],
    ['configmaps "x" is forbidden: unable to create new content in namespace shop because it is being terminated', 'NamespaceTerminating', { namespace: 'shop' }],
    ['Request entity too large: limit is 3145728', 'ObjectTooLarge', {}],
    ['etcdserver: request is too large', 'ObjectTooLarge', {}],
    ['ConfigMap "x" is invalid: []: Too long: may not be more than 1048576 bytes', 'ObjectTooLarge', {}],
    ['ConfigMap "x" is invalid: metadata.labels: Too long: may not be more than 63 bytes', undefined],
    ['no matches for kind "Widget" in version "example.com/v1"', 'KindUnknown', { kind: 'Widget (example.com/v1)' }],
    ['roles.rbac.authorization.k8s.io "x" is forbidden: user "deployer" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}', 'PrivilegesNotHeld', { object: 'replicaset/web-5d' }],
  ])('%s', (message, code, details = {}) => {
    const refused = classifyRefusal({ message, status: 422 }, at);
    expect(refused?.code).toBe(code);
    expect(refused?.details ?? {}).toMatchObject(details);
  }); // prettier-ignore

  it('leaves out what only names the object again', () => {
    expect(refusalCause('Error creating: pods "x" is forbidden: exceeded quota: q.')).toBe('exceeded quota: q');
    expect(refusalCause('Service "web" is invalid: spec.ports: Required value')).toBe('spec.ports: Required value');
  });

  it('knows the code of every text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...forms), fc.string(), fc.nat(), (form, text, status) => {
        const found = classifyRefusal({ message: `x "y" ${form}${text}`, status, causes: [{}] }, at);
        expect(found === undefined || found.code in catalogue).toBe(true);
        expect(podsRefused(text, at).code in catalogue).toBe(true);
      }),
    );
  });
});

test.each([
  ['.spec.template.spec.containers[name="app"].imag', 'image'],
  ['spec.replicaz', 'replicas'],
  ['spec.template.spec.containers[0].livenesProbe', 'livenessProbe'],
  ['spec.template.spec.containers[0].volumeMount', 'volumeMounts'],
  ['spec.frobnicate', undefined],
  ['', undefined],
])('the name nearest to %s is %s', (field, expected) => {
  expect(nearestField(field)).toBe(expected);
});
