import { groupOf, type Manifest } from '../kubernetes.ts';
import { listAt, textAt } from '../rollout/field.ts';
import { howToConfirm, isConfirmed, PRUNE_ANNOTATION } from './confirm.ts';
import { isHawsersOwn, type Entry, type InventoryOwner } from './inventory.ts';
import { isAppliedByHawser, otherOwner } from './ownership.ts';

/** One object of the inventory that is in no manifest any more, as it is in the cluster. */
export interface Leftover {
  entry: Entry;
  live: Manifest;
}

/** What the rules know beside the object itself. */
export interface RuleFacts {
  owner: InventoryOwner;
  /** UIDs of the objects that the release wants. */
  wantedUids: ReadonlySet<string>;
  enabled: boolean;
  /** Objects that the config lets go, such as `PersistentVolumeClaim shop/data`. */
  confirm: readonly string[];
}

/** Why an object stays. One that is not tracked is Hawser's no more: it is said once and forgotten. */
export interface Objection {
  why: string;
  tracked: boolean;
}

/** Speaks up when the object must stay. Each looks at one thing only. */
export type ObjectRule = (leftover: Leftover, facts: RuleFacts) => Objection | undefined;

export const keepHawsersOwn: ObjectRule = ({ entry }) =>
  forget(isHawsersOwn(entry), 'Hawser keeps it for itself; it is not part of the app');

/** Some kinds are served under two groups, as Ingress was: one object with one UID. */
export const keepWantedUnderOtherGroup: ObjectRule = ({ live }, { wantedUids }) =>
  forget(wantedUids.has(live.metadata.uid ?? ''), 'the release has this very object under another API group');

export const keepRecreated: ObjectRule = ({ entry, live }) =>
  forget(
    entry.uid !== undefined && entry.uid !== live.metadata.uid,
    'somebody else made it anew: its UID is not the one that Hawser applied; remove it by hand if it is not needed',
  );

/** A release was cut off before the UID was noted. Only what the API server says Hawser applied counts as its own. */
export const keepUnproven: ObjectRule = ({ entry, live }, { owner }) =>
  forget(
    entry.uid === undefined && !isAppliedByHawser(live, owner),
    'nothing shows that Hawser made it: the release that planned it was cut off, and another field manager has it; remove it by hand if it is not needed',
  );

export const keepOthers: ObjectRule = ({ live }, { owner }) => {
  const other = otherOwner(live, owner);
  return forget(other !== undefined, `it belongs to somebody else by now: ${other ?? ''}`);
};

export const keepControlled: ObjectRule = ({ live }) => {
  const controller = (live.metadata.ownerReferences ?? []).find((reference) => reference.controller === true);
  return forget(
    controller !== undefined,
    `${controller?.kind ?? ''} ${controller?.name ?? ''} controls it and removes it itself`,
  );
};

export const keepTerminating: ObjectRule = ({ live }) => {
  if (live.metadata.deletionTimestamp === undefined) return undefined;
  return { why: describeTermination(live), tracked: true };
};

export const keepWhenDisabled: ObjectRule = (_, { enabled, owner }) =>
  keep(!enabled, `environments.${owner.environment}.prune.enabled is false`);

/** Ours, and those that other tools' users have in their manifests already. */
const keeping: readonly [annotation: string, value: RegExp][] = [
  [PRUNE_ANNOTATION, /^disabled$/],
  ['helm.sh/resource-policy', /^keep$/],
  ['argocd.argoproj.io/sync-options', /(^|,)\s*Prune=false\s*(,|$)/],
  ['kustomize.toolkit.fluxcd.io/prune', /^disabled$/],
];

export const keepAnnotated: ObjectRule = ({ live }) => {
  const found = keeping.find(([annotation, value]) => value.test(textAt(live, 'metadata', 'annotations', annotation)));
  return keep(found !== undefined, `its annotation ${found?.[0] ?? ''} says so`);
};

/** The cluster's own: its namespaces, and what each namespace has without anybody's asking. */
const system = /^(kube-system|kube-public|kube-node-lease)$/;
const builtIn = new Set(['ServiceAccount default', 'ConfigMap kube-root-ca.crt', 'Service kubernetes']);

export const keepClusterInfrastructure: ObjectRule = ({ entry, live }, { confirm, owner }) => {
  const { apiVersion, kind, namespace = '', name } = entry;
  const isCore = apiVersion === 'v1';
  const isNamespace = isCore && kind === 'Namespace' && (system.test(name) || name === 'default');
  if (isNamespace || (isCore && builtIn.has(`${kind} ${name}`)))
    return { why: 'it is part of the cluster itself', tracked: false };
  return keep(
    system.test(namespace) && !isConfirmed(entry, live, confirm),
    `it is in ${namespace}, with what runs the cluster; ${howToConfirm(entry, owner)}`,
  );
};

export const keepAdopted: ObjectRule = ({ entry, live }, { confirm, owner }) =>
  keep(
    entry.adopted === true && !isConfirmed(entry, live, confirm),
    `it was there before Hawser first applied it; ${howToConfirm(entry, owner)}`,
  );

/** Kinds whose removal takes other objects or data with it. */
const precious: Readonly<Record<string, string>> = {
  ' Namespace': 'everything in it would go with it',
  'apiextensions.k8s.io CustomResourceDefinition': 'every object of its kind would go with it',
  ' PersistentVolumeClaim': 'its data would go with it',
  ' PersistentVolume': 'its data could go with it',
  ' Node': 'everything that runs on it would go with it',
  'snapshot.storage.k8s.io VolumeSnapshot': 'its data could go with it',
  'snapshot.storage.k8s.io VolumeSnapshotContent': 'its data could go with it',
};

export const keepPrecious: ObjectRule = ({ entry, live }, { confirm, owner }) => {
  const loss = precious[`${groupOf(entry.apiVersion)} ${entry.kind}`] ?? volumesOf(live);
  return keep(loss !== undefined && !isConfirmed(entry, live, confirm), `${loss ?? ''}; ${howToConfirm(entry, owner)}`);
};

/** A StatefulSet leaves its volumes behind, unless it is told otherwise. */
function volumesOf(live: Manifest): string | undefined {
  const takesVolumes = textAt(live, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete';
  if (live.kind !== 'StatefulSet' || !takesVolumes) return undefined;
  return listAt(live, 'spec', 'volumeClaimTemplates').length === 0
    ? undefined
    : 'its volumes and their data would go with it';
}

/** In the order of asking: the first objection counts. Those that end the tracking come first. */
export const objectRules: readonly ObjectRule[] = [
  keepHawsersOwn,
  keepWantedUnderOtherGroup,
  keepRecreated,
  keepUnproven,
  keepOthers,
  keepControlled,
  keepTerminating,
  keepWhenDisabled,
  keepAnnotated,
  keepClusterInfrastructure,
  keepAdopted,
  keepPrecious,
];

/** What an object waits for that was asked to go. */
export function describeTermination(live: Manifest): string {
  const finalizers = live.metadata['finalizers'];
  const held = Array.isArray(finalizers) && finalizers.length > 0 ? `; ${finalizers.join(', ')} must finish first` : '';
  return `it is being removed${held}`;
}

function keep(applies: boolean, why: string): Objection | undefined {
  return applies ? { why, tracked: true } : undefined;
}

function forget(applies: boolean, why: string): Objection | undefined {
  return applies ? { why, tracked: false } : undefined;
}
