import { refOf, type Manifest } from '../kubernetes.ts';
import type { Selection } from '../ports.ts';
import { isRecord, at } from './field.ts';
import { workloads } from './rollout.ts';
import { standingOf } from './standing.ts';

/** One list of the cluster that verifying looks at. */
export interface Source {
  selection: Selection;
  /** It only explains: a credential that may not read it does without. */
  isOptional: boolean;
  /** It hardly changes: the list is enough. */
  isStill: boolean;
}

/** The objects of the release whose state decides whether it serves. */
export function followed(objects: readonly Manifest[]): Manifest[] {
  return [...workloads(objects), ...standingOf(objects)];
}

/** The namespace that the object is in as the API server sees it. */
export function namespaceOf(object: Manifest): string | undefined {
  return object.metadata.namespace ?? (workloads([object]).length > 0 ? 'default' : undefined);
}

/** What to list to see these objects: one list for each kind and namespace; by name where it is for one object. */
export function subjectSources(objects: readonly Manifest[]): Source[] {
  const groups = Map.groupBy(objects, (object) => [object.apiVersion, object.kind, namespaceOf(object)].join(' '));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const names = new Set(group.map(({ metadata }) => metadata.name));
    const { apiVersion, kind } = refOf(first);
    const namespace = namespaceOf(first);
    const selection: Selection = {
      apiVersion,
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      ...(names.size === 1 ? { fieldSelector: `metadata.name=${first.metadata.name}` } : {}),
    };
    // Pods tell whether the release serves. All else is looked at where the credential may.
    return [{ selection, isOptional: workloads([first]).length === 0, isStill: false }];
  });
}

/** Whether the object is one of those that the source lists. */
export function lists({ selection }: Source, object: Manifest): boolean {
  const { apiVersion, kind } = object;
  return selection.apiVersion === apiVersion && selection.kind === kind && selection.namespace === namespaceOf(object);
}

/**
 * What else tells how these objects come along: pods, what is between them and their workload, and events.
 * Where one workload is alone in its namespace, only the pods that its selector selects: others may be thousands (pulumi-kubernetes#1502).
 * `objects`: as they are in the cluster, or else as they are wanted.
 */
export function supportSources(objects: readonly Manifest[]): Source[] {
  const makers = workloads(objects);
  const ofKind = (kind: string): Manifest[] => makers.filter((object) => object.kind === kind);
  const withPods = makers.filter(({ kind }) => kind !== 'Pod');
  const claims = objects.filter(({ kind, apiVersion }) => kind === 'PersistentVolumeClaim' && apiVersion === 'v1');
  const still = { isOptional: true, isStill: true };
  return [
    ...perNamespace([...withPods, ...claims], { apiVersion: 'v1', kind: 'Pod' }, claims.length > 0 ? [] : withPods),
    ...perNamespace(ofKind('Deployment'), { apiVersion: 'apps/v1', kind: 'ReplicaSet' }, ofKind('Deployment')),
    ...perNamespace(objects, { apiVersion: 'v1', kind: 'Event' }).map((source) => ({ ...source, isOptional: true })),
    ...perNamespace(ofKind('DaemonSet'), { apiVersion: 'apps/v1', kind: 'ControllerRevision' }).map((source) => ({
      ...source,
      isOptional: true,
    })),
    ...(claims.length === 0
      ? []
      : [{ selection: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' }, ...still }]),
    ...(objects.some(({ kind, apiVersion }) => kind === 'Ingress' && apiVersion.startsWith('networking.k8s.io/'))
      ? [{ selection: { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' }, ...still }]
      : []),
  ];
}

const ranks = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet', 'Event'];

/** What tells most comes first: only some can be watched, the rest is read again now and then. */
export function byNeed(sources: readonly Source[]): Source[] {
  const rank = ({ selection }: Source): number =>
    ranks.includes(selection.kind) ? ranks.indexOf(selection.kind) : ranks.length;
  return sources.toSorted((a, b) => rank(a) - rank(b));
}

function perNamespace(
  objects: readonly Manifest[],
  kind: { apiVersion: string; kind: string },
  owners: readonly Manifest[] = [],
): Source[] {
  const namespaces = new Set(objects.map(namespaceOf).filter((namespace) => namespace !== undefined));
  return [...namespaces].map((namespace) => {
    const [owner, another] = owners.filter((one) => namespaceOf(one) === namespace);
    const labelSelector = owner === undefined || another !== undefined ? '' : selectorOf(owner);
    const narrow = labelSelector === '' ? {} : { labelSelector };
    return { selection: { ...kind, namespace, ...narrow }, isOptional: false, isStill: false };
  });
}

/** `app=shop,tier=web`. What a selector says by expressions is left out: more pods are seen then, and told apart by their owner. */
function selectorOf(workload: Manifest): string {
  const labels = at(workload, 'spec', 'selector', 'matchLabels');
  if (!isRecord(labels)) return '';
  return Object.entries(labels)
    .flatMap(([key, value]) => (typeof value === 'string' ? [`${key}=${value}`] : []))
    .join(',');
}
