import { groupOf } from '../../core/kubernetes.ts';

/** Where the objects of a kind live in the API. */
export interface Resource {
  plural: string;
  namespaced: boolean;
}

/** Kinds that every cluster has, by API group, as `Kind:plural`. Known here, they cost no discovery. */
const NAMESPACED: Readonly<Record<string, string>> = {
  '': 'ConfigMap:configmaps Endpoints:endpoints Event:events LimitRange:limitranges PersistentVolumeClaim:persistentvolumeclaims Pod:pods PodTemplate:podtemplates ReplicationController:replicationcontrollers ResourceQuota:resourcequotas Secret:secrets Service:services ServiceAccount:serviceaccounts',
  apps: 'ControllerRevision:controllerrevisions DaemonSet:daemonsets Deployment:deployments ReplicaSet:replicasets StatefulSet:statefulsets',
  autoscaling: 'HorizontalPodAutoscaler:horizontalpodautoscalers',
  batch: 'CronJob:cronjobs Job:jobs',
  'coordination.k8s.io': 'Lease:leases',
  'discovery.k8s.io': 'EndpointSlice:endpointslices',
  'events.k8s.io': 'Event:events',
  'networking.k8s.io': 'Ingress:ingresses NetworkPolicy:networkpolicies',
  policy: 'PodDisruptionBudget:poddisruptionbudgets',
  'rbac.authorization.k8s.io': 'Role:roles RoleBinding:rolebindings',
};

const CLUSTER_SCOPED: Readonly<Record<string, string>> = {
  '': 'Namespace:namespaces Node:nodes PersistentVolume:persistentvolumes',
  'admissionregistration.k8s.io':
    'MutatingWebhookConfiguration:mutatingwebhookconfigurations ValidatingAdmissionPolicy:validatingadmissionpolicies ValidatingAdmissionPolicyBinding:validatingadmissionpolicybindings ValidatingWebhookConfiguration:validatingwebhookconfigurations',
  'apiextensions.k8s.io': 'CustomResourceDefinition:customresourcedefinitions',
  'apiregistration.k8s.io': 'APIService:apiservices',
  'networking.k8s.io': 'IngressClass:ingressclasses',
  'node.k8s.io': 'RuntimeClass:runtimeclasses',
  'rbac.authorization.k8s.io': 'ClusterRole:clusterroles ClusterRoleBinding:clusterrolebindings',
  'scheduling.k8s.io': 'PriorityClass:priorityclasses',
  'storage.k8s.io': 'CSIDriver:csidrivers StorageClass:storageclasses',
};

const BUILT_IN = new Map([...entries(NAMESPACED, true), ...entries(CLUSTER_SCOPED, false)]);

/** `/api/v1` or `/apis/<group>/<version>`. */
export function apiRoot(apiVersion: string): string {
  const parts = apiVersion.split('/').map(encodeURIComponent).join('/');
  return apiVersion.includes('/') ? `/apis/${parts}` : `/api/${parts}`;
}

/** The resource of a built-in kind; undefined for any other, which discovery has to tell. */
export function builtIn(apiVersion: string, kind: string): Resource | undefined {
  return BUILT_IN.get(`${groupOf(apiVersion)}/${kind}`);
}

/** The resource of a kind in an APIResourceList, the answer of discovery. */
export function discovered(list: unknown, kind: string): Resource | undefined {
  const resources = (list as { resources?: unknown } | null)?.resources;
  if (!Array.isArray(resources)) return undefined;
  const found = (resources as { name?: unknown; kind?: unknown; namespaced?: unknown }[]).find(
    (resource) => resource.kind === kind && typeof resource.name === 'string' && !resource.name.includes('/'),
  );
  return found === undefined ? undefined : { plural: String(found.name), namespaced: found.namespaced === true };
}

function entries(table: Readonly<Record<string, string>>, namespaced: boolean): [string, Resource][] {
  return Object.entries(table).flatMap(([group, kinds]) =>
    kinds.split(' ').map((pair): [string, Resource] => {
      const [kind = '', plural = ''] = pair.split(':');
      return [`${group}/${kind}`, { plural, namespaced }];
    }),
  );
}
