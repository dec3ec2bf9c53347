import type { Manifest } from '../../../functions/core/kubernetes.ts';
import { PAUSE_IMAGE } from '../../node/pause.ts';
import { APP, worker, type FailureCase } from '../case.ts';

const TAKEN = 31_999;
const refused = { outcome: 'rolled_back', code: 'PodsNotCreated', hint: /./ } as const;
const rejected = { outcome: 'failed', code: 'ApplyRejected', hint: /./ } as const;

const core = { apiGroups: [''], apiVersions: ['v1'] };
const creations = (resources: string[], group: object = core): object => ({
  ...group,
  operations: ['CREATE', 'UPDATE'],
  resources,
});
const onlyApp = { matchLabels: { 'kubernetes.io/metadata.name': APP } };

/** A pod such as the app's, for the API server to refuse. */
const aPod: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'trial', namespace: APP },
  spec: {
    containers: [
      { name: 'trial', image: PAUSE_IMAGE, resources: { requests: { memory: '16Mi' }, limits: { memory: '64Mi' } } },
    ],
  },
};
const aDeployment = worker('trial', PAUSE_IMAGE);

const service = (namespace: string, name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'NodePort', selector: { app: name }, ports: [{ port: 80, nodePort: TAKEN }] },
});

/** A policy that denies such requests in the app's namespace. */
function policy(name: string, rule: object): Manifest[] {
  const about = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } };
  const validations = [{ expression: 'false', message: 'every workload needs the label team' }];
  return [
    { ...about, kind: 'ValidatingAdmissionPolicy', spec: { matchConstraints: { resourceRules: [rule] }, validations } },
    {
      ...about,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector: onlyApp } },
    },
  ];
}

/** A webhook that nobody answers for. */
function webhook(name: string, rule: object): Manifest {
  const hook = {
    name: `${name}.example.com`,
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Fail',
    clientConfig: { service: { namespace: 'default', name: 'nowhere' } },
    namespaceSelector: onlyApp,
    rules: [rule],
  };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [hook],
  };
}

const apps = { apiGroups: ['apps'], apiVersions: ['v1'] };

/** What the cluster's own rules refuse. */
export const admissionCases: readonly FailureCase[] = [
  {
    name: 'a node port that another Service holds',
    others: [service('default', 'holder')],
    objects: [service(APP, 'second')],
    expect: { ...rejected, code: 'PortTaken', message: /Service shop\/second.*31999.*already allocated/ },
  },
  {
    name: 'the quota is used up',
    others: [
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'small', namespace: APP },
        spec: { hard: { pods: '1' } },
      },
    ],
    refuses: aPod,
    expect: { ...refused, code: 'QuotaExceeded', message: /exceeded quota: small.*pods=1/ },
  },
  {
    name: 'more than the limit range allows',
    others: [
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'modest', namespace: APP },
        spec: { limits: [{ type: 'Container', max: { memory: '32Mi' } }] },
      },
    ],
    refuses: aPod,
    expect: { ...refused, code: 'LimitRangeViolated', message: /maximum memory usage per Container is 32Mi/ },
  },
  {
    name: 'an admission policy denies the pods',
    others: policy('deny-pods', creations(['pods'])),
    refuses: aPod,
    expect: { ...refused, code: 'AdmissionDenied', message: /deny-pods.*every workload needs the label team/ },
  },
  {
    name: 'an admission policy denies the Deployment',
    others: policy('deny-deployments', creations(['deployments'], apps)),
    refuses: aDeployment,
    expect: {
      ...rejected,
      code: 'AdmissionDenied',
      message: /Deployment shop\/shop.*every workload needs the label team/,
    },
  },
  {
    name: 'an admission webhook for pods is down',
    others: [webhook('pods', creations(['pods']))],
    refuses: aPod,
    waits: true,
    expect: {
      ...refused,
      code: 'AdmissionUnavailable',
      message: /failed calling webhook "pods\.example\.com".*service "nowhere" not found/,
    },
  },
  {
    name: 'an admission webhook for Deployments is down',
    others: [webhook('deployments', creations(['deployments'], apps))],
    refuses: aDeployment,
    expect: {
      ...rejected,
      code: 'AdmissionUnavailable',
      message: /Deployment shop\/shop.*failed calling webhook "deployments\.example\.com"/,
    },
  },
  {
    name: 'a pod that the standards of its namespace forbid',
    besides: true,
    others: [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      },
    ],
    objects: [worker('careless', PAUSE_IMAGE, {}, 'strict')],
    expect: {
      ...refused,
      code: 'PodSecurityViolated',
      message: /violates PodSecurity "restricted:latest": allowPrivilegeEscalation/,
    },
  },
];
