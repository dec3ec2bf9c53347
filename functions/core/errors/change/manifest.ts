import type { CatalogueEntry } from '../entry.ts';

/** What is wrong with an object, found before or while it is applied: by Hawser, or by the API server. */
export const manifest = {
  ManifestInvalid: {
    owner: 'change',
    retryable: false,
    hint: 'Mend the manifest that is named; see it rendered with: npx hawser render --environment {environment} --image {image}',
  },
  ManifestsTooLarge: {
    owner: 'change',
    retryable: false,
    hint: 'Move large data (certificates, dashboards, data files) out of the ConfigMaps, or into an image.',
  },
  InventoryTooLarge: {
    owner: 'change',
    retryable: false,
    hint: 'Split the app: {objects} objects are more than one inventory holds ({bytes} of {limit} bytes).',
  },
  ApplyRejected: {
    owner: 'change',
    retryable: false,
    hint: 'The API server refused the object; mend the field it names.',
  },
  ApplyConflict: {
    owner: 'change',
    retryable: false,
    hint: 'Another manager owns the field. Remove it from the manifest, let go of it there (kubectl get {object} -o yaml --show-managed-fields), or take it: annotate the object in the manifest with hawser.dev/force-conflicts: "true"',
  },
  FieldImmutable: {
    owner: 'change',
    retryable: false,
    hint: 'Undo the change of {field}, give the object a new name, or delete it so that it is made anew: kubectl delete {object}',
  },
  KindUnknown: {
    owner: 'change',
    retryable: false,
    hint: 'Apply the CRD of {kind} first (in k8s/ or by its own installer); see what the cluster knows: kubectl api-resources',
  },
  ObjectTooLarge: {
    owner: 'change',
    retryable: false,
    hint: 'Split the object or move its data into the image or a volume; etcd takes about 1 MiB for one object.',
  },
  NamespaceNotFound: {
    owner: 'change',
    retryable: false,
    hint: 'Add a Namespace to k8s/, or create it: kubectl create namespace {namespace}',
  },
  QuotaExceeded: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  LimitRangeViolated: {
    owner: 'change',
    retryable: false,
    hint: 'Bring the resources of the container within the LimitRange: kubectl -n {namespace} describe limitrange',
  },
  AdmissionDenied: {
    owner: 'change',
    retryable: false,
    hint: 'Change the manifest as {policy} asks, or have the policy changed.',
  },
  PodSecurityViolated: {
    owner: 'change',
    retryable: false,
    hint: 'Set in the pod template: {settings}. Or allow it: kubectl label namespace {namespace} pod-security.kubernetes.io/enforce=privileged --overwrite',
  },
  ServiceAccountMissing: {
    owner: 'change',
    retryable: false,
    hint: 'Add the ServiceAccount to k8s/, or create it: kubectl -n {namespace} create serviceaccount {account}',
  },
  PodsNotCreated: {
    owner: 'change',
    retryable: false,
    hint: 'The API server refuses the pods: mend what it names (quota, pod security, admission webhook).',
  },
} as const satisfies Record<string, CatalogueEntry<'change'>>;
