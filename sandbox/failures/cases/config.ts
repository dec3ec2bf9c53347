import { PAUSE_IMAGE } from '../../node/pause.ts';
import { APP, worker, type FailureCase } from '../case.ts';

const invalid = { outcome: 'rolled_back', code: 'ContainerConfigInvalid' } as const;
const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: APP },
  data: { a: '1' },
};
const mounted = (volume: object): Pick<FailureCase, 'container' | 'pod'> => ({
  container: { volumeMounts: [{ name: 'mounted', mountPath: '/mounted' }] },
  pod: { volumes: [{ name: 'mounted', ...volume }] },
});

/** What the pod refers to and is not there, or is not as it must be. */
export const configCases: readonly FailureCase[] = [
  {
    name: 'a ConfigMap that is not there',
    container: { envFrom: [{ configMapRef: { name: 'settings' } }] },
    expect: { ...invalid, message: /container shop.*configmap "settings" not found/, hint: /configmap settings/ },
  },
  {
    name: 'a Secret that is not there',
    container: { env: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'database', key: 'url' } } }] },
    expect: { ...invalid, message: /container shop.*secret "database" not found/, hint: /create secret generic/ },
  },
  {
    name: 'a key that the ConfigMap does not have',
    objects: [settings],
    container: { env: [{ name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } }] },
    expect: {
      ...invalid,
      message: /container shop.*couldn't find key b in ConfigMap shop\/settings/,
      hint: /configmap settings/,
    },
  },
  {
    name: 'a volume of a Secret that is not there',
    ...mounted({ secret: { secretName: 'certificate' } }),
    expect: { ...invalid, message: /mounted.*secret "certificate" not found/, hint: /create secret generic/ },
  },
  {
    name: 'a volume of a key that the ConfigMap does not have',
    objects: [settings],
    ...mounted({ configMap: { name: 'settings', items: [{ key: 'b', path: 'b' }] } }),
    expect: {
      ...invalid,
      message: /mounted.*configmap references non-existent config key: b/,
      hint: /configmap settings/,
    },
  },
  {
    name: 'an image that runs as root, where no pod may',
    image: 'root',
    pod: { securityContext: { runAsNonRoot: true } },
    expect: {
      outcome: 'rolled_back',
      code: 'RunAsNonRootViolated',
      message: /container shop cannot be created: container has runAsNonRoot and image will run as root\.$/,
      hint: /USER 1000/,
    },
  },
  {
    name: 'a service account that is not there',
    besides: true,
    objects: [worker('accountless', PAUSE_IMAGE, { serviceAccountName: 'nobody' })],
    expect: {
      outcome: 'rolled_back',
      code: 'ServiceAccountMissing',
      message: /serviceaccount "nobody" not found/,
      hint: /create serviceaccount nobody/,
    },
  },
];
