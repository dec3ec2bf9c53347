import { APP, type FailureCase } from '../case.ts';

const rejected = { outcome: 'failed', code: 'ApplyRejected', hint: /./ } as const;

/** Objects that the API server does not take: found by the dry-run, before anything is written. */
export const manifestCases: readonly FailureCase[] = [
  {
    name: 'a field that cannot be changed',
    deployment: { selector: { matchLabels: { app: APP }, matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
    expect: { ...rejected, code: 'FieldImmutable', message: /Deployment shop\/shop.*spec\.selector.*immutable/ },
  },
  {
    name: 'a field that is not known',
    container: { imagePullPolcy: 'Always' },
    expect: { ...rejected, message: /Deployment shop\/shop.*imagePullPolcy/ },
  },
  {
    name: 'a value that is not valid',
    container: { resources: { requests: { memory: '128Mi' }, limits: { memory: '64Mi' } } },
    expect: {
      ...rejected,
      message: /Deployment shop\/shop.*requests.*128Mi.*must be less than or equal to memory limit/,
    },
  },
  {
    name: 'a value of another type',
    deployment: { replicas: 'two' },
    expect: { ...rejected, message: /Deployment shop\/shop.*replicas/ },
  },
  {
    name: 'a kind that the cluster does not know',
    objects: [
      {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'ServiceMonitor',
        metadata: { name: APP, namespace: APP },
        spec: {},
      },
    ],
    expect: { ...rejected, code: 'KindUnknown', message: /ServiceMonitor shop\/shop.*does not know/ },
  },
  {
    name: 'a namespace that is not there',
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lost', namespace: 'nowhere' }, data: {} }],
    expect: {
      ...rejected,
      code: 'NamespaceNotFound',
      message: /ConfigMap nowhere\/lost.*namespaces "nowhere" not found/,
    },
  },
];
