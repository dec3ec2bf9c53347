import { textAt } from '../rollout/field.ts';
import { groupOf, type Manifest } from '../kubernetes.ts';

/** The built-in kinds that belong to no namespace (Kubernetes 1.34), and the usual custom ones. */
const clusterScoped = new Set([
  'APIService',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterTrustBundle',
  'CSIDriver',
  'CSINode',
  'CustomResourceDefinition',
  'DeviceClass',
  'FlowSchema',
  'GatewayClass',
  'IngressClass',
  'IPAddress',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'ResourceSlice',
  'RuntimeClass',
  'ServiceCIDR',
  'StorageClass',
  'StorageVersionMigration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
  'VolumeAttributesClass',
  'VolumeSnapshotClass',
]);

/**
 * Which of the objects belong to no namespace. A CustomResourceDefinition among them decides for its kind; other custom
 * kinds count as cluster-scoped when they are named Cluster…, as ClusterIssuer is.
 */
export function scopeOf(objects: readonly Manifest[]): (object: Manifest) => 'Cluster' | 'Namespaced' {
  const defined = new Map(
    objects
      .filter((object) => object.kind === 'CustomResourceDefinition')
      .map((crd) => [
        `${textAt(crd, 'spec', 'group')}/${textAt(crd, 'spec', 'names', 'kind')}`,
        textAt(crd, 'spec', 'scope') === 'Cluster' ? ('Cluster' as const) : ('Namespaced' as const),
      ]),
  );
  return ({ apiVersion, kind }) => {
    const known = defined.get(`${groupOf(apiVersion)}/${kind}`);
    if (known !== undefined) return known;
    return clusterScoped.has(kind) || /^Cluster[A-Z]/.test(kind) ? 'Cluster' : 'Namespaced';
  };
}
