import type { Manifest, Ref } from '../kubernetes.ts';
import { refOf } from '../kubernetes.ts';

/**
 * Kinds in the order of applying: what others need comes first, what sends traffic or takes part in other objects'
 * admission last. Kinds that are not named (custom ones too) stand at the `*`.
 */
const kinds = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'IngressClass',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
  'Service',
  'PodDisruptionBudget',
  'DaemonSet',
  'Pod',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'Job',
  'CronJob',
  '*',
  'Ingress',
  'HorizontalPodAutoscaler',
  'APIService',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];
const ranks = new Map(kinds.map((kind, rank) => [kind, rank]));
const otherRank = kinds.indexOf('*');

/** Compares two refs for the order of applying: 0 only for the same object. A total order, so plans read the same each time. */
export function compareRefs(a: Ref, b: Ref): number {
  const rank = (ref: Ref): number => ranks.get(ref.kind) ?? otherRank;
  return (
    rank(a) - rank(b) ||
    compareText(a.kind, b.kind) ||
    compareText(a.apiVersion, b.apiVersion) ||
    // Cluster-scoped before namespaced, as '' sorts first.
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.name, b.name)
  );
}

/** The objects in the order of applying. The input stays as it is. */
export function inOrder(objects: readonly Manifest[]): Manifest[] {
  return objects.toSorted((a, b) => compareRefs(refOf(a), refOf(b)));
}

/** By code unit: a locale would order names otherwise on another machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
