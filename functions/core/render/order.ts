import type { Manifest, Ref } from '../kubernetes.ts';
import { refOf } from '../kubernetes.ts';

/**
 * Kinds in the order of applying, in waves: what others need comes first, what sends traffic or takes part in other objects'
 * admission last. Objects of one wave need none of the same wave, so they can be applied at the same time.
 * Kinds that are not named (custom ones too) stand at the `*`.
 */
const waves = [
  ['Namespace'],
  ['CustomResourceDefinition', 'PriorityClass', 'RuntimeClass', 'CSIDriver', 'StorageClass', 'IngressClass'],
  ['ResourceQuota', 'LimitRange'],
  ['ServiceAccount', 'Secret', 'ConfigMap', 'PersistentVolume', 'PersistentVolumeClaim', 'ClusterRole', 'Role'],
  // A binding is refused while its role is not there: the API server has to see that it gives nobody more than its maker has.
  ['ClusterRoleBinding', 'RoleBinding', 'NetworkPolicy', 'Service', 'PodDisruptionBudget'],
  ['DaemonSet', 'Pod', 'ReplicaSet', 'Deployment', 'StatefulSet', 'Job', 'CronJob'],
  ['*'],
  ['Ingress', 'HorizontalPodAutoscaler'],
  ['APIService'],
  ['MutatingAdmissionPolicy', 'ValidatingAdmissionPolicy'],
  ['MutatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicyBinding'],
  ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
];
const ranks = new Map(waves.flat().map((kind, rank) => [kind, rank]));
const waveOfKind = new Map(waves.flatMap((kinds, wave) => kinds.map((kind) => [kind, wave] as const)));
const otherRank = ranks.get('*') ?? 0;
const otherWave = waveOfKind.get('*') ?? 0;
/** Up to here, what other objects are made of or lie in. */
const lastOfGroundwork = waveOfKind.get('CustomResourceDefinition') ?? 0;

/** The number of the wave: objects of a lower one are applied before. */
export function waveOf({ kind }: Pick<Ref, 'kind'>): number {
  return waveOfKind.get(kind) ?? otherWave;
}

/** True for Namespaces, CRDs and classes: they have to be there, and ready, before anything else can be applied. */
export function isGroundwork(ref: Pick<Ref, 'kind'>): boolean {
  return waveOf(ref) <= lastOfGroundwork;
}

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
