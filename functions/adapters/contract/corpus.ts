import type { Manifest } from '../../core/kubernetes.ts';

const namespace = 'corpus';
const app = { app: 'shop' };
const labels = { ...app, 'hawser.dev/environment': 'production' };
const meta = (name: string, more: object = {}) => ({ metadata: { name, namespace, labels, ...more } });
const global = (name: string, more: object = {}) => ({ metadata: { name, labels, ...more } });

const probe = { httpGet: { path: '/health', port: 'http' }, periodSeconds: 5, initialDelaySeconds: 0 };
const podSpec = {
  serviceAccountName: 'shop',
  automountServiceAccountToken: false,
  terminationGracePeriodSeconds: 15,
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'apps', effect: 'NoSchedule' }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: app } } },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: app },
    },
  ],
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  imagePullSecrets: [{ name: 'hawser-pull' }],
  volumes: [
    { name: 'tmp', emptyDir: {} },
    { name: 'config', configMap: { name: 'config' } },
    { name: 'all', projected: { sources: [{ secret: { name: 'secret' } }, { configMap: { name: 'config' } }] } },
  ],
  initContainers: [{ name: 'proxy', image: 'example.com/proxy:1', restartPolicy: 'Always', args: [] }],
  containers: [
    {
      name: 'shop',
      image: 'example.com/shop:1',
      command: ['node'],
      args: ['server.js', '--port=8080'],
      env: [
        { name: 'EMPTY', value: '' },
        { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'secret', key: 'key' } } },
      ],
      envFrom: [{ configMapRef: { name: 'config' } }],
      ports: [
        { name: 'http', containerPort: 8080 },
        { name: 'dns', containerPort: 8080, protocol: 'UDP' },
      ],
      resources: { requests: { cpu: 0.5, memory: '64Mi' }, limits: { memory: '0.5Gi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: [] } },
      startupProbe: { ...probe, failureThreshold: 60 },
      readinessProbe: probe,
      livenessProbe: { tcpSocket: { port: 8080 } },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      volumeMounts: [
        { name: 'tmp', mountPath: '/tmp' },
        { name: 'config', mountPath: '/etc/shop', readOnly: true },
      ],
    },
  ],
};
const template = { metadata: { labels: app, annotations: { 'example.com/checksum': 'abc' } }, spec: podSpec };
const jobTemplate = {
  metadata: { labels: app },
  spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.com/job:1' }] },
};
const claim = {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1024Mi' } },
  storageClassName: 'fast',
};
const webhook = {
  name: 'check.example.com',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  failurePolicy: 'Ignore',
  clientConfig: { service: { name: 'webhook', namespace, path: '/check' } },
  rules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['widgets'] }],
};

/**
 * One or more objects of every kind that releases are made of, written as people write them: with empty lists, nulls and amounts in
 * notations that the API server does not keep. All lie in the namespace `corpus` or in none.
 */
export const corpus: readonly Manifest[] = [
  { apiVersion: 'v1', kind: 'Namespace', ...global(namespace) },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', ...global('shop'), value: 1000, globalDefault: false, description: '' },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', ...global('fast'), provisioner: 'example.com/fast', parameters: { type: 'fast' } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', ...global('shop'), spec: { controller: 'example.com/ingress' } },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', ...global('shop'), handler: 'shop' },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    ...global('widgets.example.com'),
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets', singular: 'widget', shortNames: [] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    size: { type: 'integer', default: 1 },
                    parts: { type: 'array', items: { type: 'string' } },
                    tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  },
                },
              },
            },
          },
        },
      ],
    },
  },
  { apiVersion: 'v1', kind: 'ResourceQuota', ...meta('quota'), spec: { hard: { pods: '50', 'requests.memory': '1024Mi', 'requests.cpu': 2 } } },
  { apiVersion: 'v1', kind: 'LimitRange', ...meta('limits'), spec: { limits: [{ type: 'Container', default: { memory: '128Mi' }, defaultRequest: { cpu: '0.05' } }] } },
  { apiVersion: 'v1', kind: 'ServiceAccount', ...meta('shop'), automountServiceAccountToken: false, imagePullSecrets: [] },
  { apiVersion: 'v1', kind: 'Secret', ...meta('secret'), type: 'Opaque', data: { key: 'c2VjcmV0' } },
  { apiVersion: 'v1', kind: 'Secret', ...meta('secret-text'), type: 'Opaque', stringData: { key: 'text' } },
  { apiVersion: 'v1', kind: 'ConfigMap', ...meta('config'), data: { a: '1', 'app.conf': 'x = 1\n' }, binaryData: {} },
  { apiVersion: 'v1', kind: 'ConfigMap', ...meta('empty', { annotations: {} }), data: null },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    ...global('disk'),
    spec: { capacity: { storage: '1024Mi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'fast', hostPath: { path: '/srv/disk' }, mountOptions: [] },
  },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...meta('data'), spec: claim },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...global('shop'), rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...meta('shop'), rules: [] },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    ...global('shop'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'shop' },
    subjects: [{ kind: 'ServiceAccount', name: 'shop', namespace }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    ...meta('shop'),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'shop' },
    subjects: [],
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    ...meta('shop'),
    // An empty list is stored as none: applied blindly, this one is written anew each time.
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
  },
  { apiVersion: 'v1', kind: 'Service', ...meta('shop'), spec: { type: 'NodePort', selector: app, externalIPs: [], ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 31445 }, { name: 'dns', port: 53, protocol: 'UDP' }] } },
  { apiVersion: 'v1', kind: 'Service', ...meta('headless'), spec: { clusterIP: 'None', selector: app, ports: [{ port: 80 }] } },
  { apiVersion: 'v1', kind: 'Endpoints', ...meta('outside'), subsets: [{ addresses: [{ ip: '203.0.113.9' }], ports: [{ port: 80 }] }] },
  { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', ...meta('outside'), addressType: 'IPv4', endpoints: [{ addresses: ['203.0.113.9'] }], ports: [{ name: '', port: 80 }] },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', ...meta('shop'), spec: { minAvailable: 1, selector: { matchLabels: app } } },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', ...meta('shop'), spec: { selector: { matchLabels: app }, template } },
  { apiVersion: 'v1', kind: 'Pod', ...meta('bare'), spec: { ...podSpec, serviceAccountName: null } },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', ...meta('shop'), spec: { replicas: 0, selector: { matchLabels: app }, template } },
  { apiVersion: 'apps/v1', kind: 'Deployment', ...meta('shop'), spec: { replicas: 2, strategy: null, selector: { matchLabels: app }, template } },
  { apiVersion: 'apps/v1', kind: 'Deployment', ...meta('rolling'), spec: { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } }, selector: { matchLabels: app }, template } },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    ...meta('shop'),
    spec: { serviceName: 'headless', replicas: 1, selector: { matchLabels: app }, template, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }] },
  },
  { apiVersion: 'batch/v1', kind: 'Job', ...meta('once'), spec: { backoffLimit: 0, template: jobTemplate } },
  { apiVersion: 'batch/v1', kind: 'CronJob', ...meta('nightly'), spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: jobTemplate } } } },
  { apiVersion: 'example.com/v1', kind: 'Widget', ...meta('first'), spec: { parts: ['b', 'a'], tags: ['x', 'y'], any: { deep: [{ a: null }, 1, 1.5] } } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    ...meta('shop'),
    spec: { ingressClassName: 'shop', tls: [], rules: [{ host: 'shop.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { name: 'http' } } } }] } }] },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    ...meta('shop'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    ...global('shop'),
    spec: { failurePolicy: 'Ignore', matchConstraints: { resourceRules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['widgets'] }] }, validations: [{ expression: 'true' }] },
  },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', ...global('shop'), spec: { policyName: 'shop', validationActions: ['Deny'] } },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', ...global('shop'), webhooks: [webhook] },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', ...global('shop'), webhooks: [webhook] },
]; // prettier-ignore
