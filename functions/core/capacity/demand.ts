import { at, listAt, numberAt, textAt } from '../rollout/field.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import { sameJson } from '../render/patch.ts';
import type { Amounts } from './amounts.ts';
import { hostPorts, podRequest, type ContainerDefaults } from './request.ts';

/** What an apply will make of one workload, as far as this check wants to know. */
export interface Planned {
  desired: Manifest;
  live: Manifest | undefined;
  /** With the defaults of the API server. */
  predicted: Manifest;
}

/** The pods that a workload wants once its rollout is over. */
export interface Demand {
  /** `Deployment shop/web` */
  subject: string;
  workload: Manifest;
  /** Of the pod template. */
  spec: unknown;
  /** Of one pod. */
  request: Amounts;
  ports: readonly string[];
  /** How many pods; a DaemonSet has one on each node that takes it. */
  replicas: number | 'each node';
}

/** The spec of the workload's pods; undefined for kinds that this check does not look at (a CronJob's pods come later, if at all). */
export function podSpecOf(workload: Manifest): unknown {
  return isKnown(workload) ? at(workload, 'spec', 'template', 'spec') : undefined;
}

function isKnown({ apiVersion, kind }: Manifest): boolean {
  if (kind === 'Job') return apiVersion.startsWith('batch/');
  return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind) && apiVersion.startsWith('apps/');
}

/** Whether the apply makes new pods in place of those that are there. A change of the number alone does not. */
export function changesTemplate({ live, predicted }: Planned): boolean {
  return live !== undefined && !sameJson(at(live, 'spec', 'template'), at(predicted, 'spec', 'template'));
}

/** Whether the apply leads to any pod that is not there yet. */
export function makesPods(planned: Planned, all: readonly Planned[]): boolean {
  const { live, predicted } = planned;
  if (podSpecOf(predicted) === undefined || replicasOf(planned, all) === 0) return false;
  if (live === undefined) return true;
  // Pods of an OnDelete workload are replaced when somebody deletes them; a Job's template never changes.
  if (at(predicted, 'spec', 'updateStrategy', 'type') === 'OnDelete') return false;
  const grows = numberAt(predicted, 1, 'spec', 'replicas') > numberAt(live, 1, 'spec', 'replicas');
  return predicted.kind !== 'Job' && (changesTemplate(planned) || grows);
}

/** How many pods it wants: what the manifest or the cluster says, and not less than an autoscaler of this release keeps. */
export function replicasOf({ predicted }: Planned, all: readonly Planned[]): Demand['replicas'] {
  if (predicted.kind === 'DaemonSet') return 'each node';
  // The pods of a Job may run one after the other.
  if (predicted.kind === 'Job') return at(predicted, 'spec', 'suspend') === true ? 0 : 1;
  const own = numberAt(predicted, 1, 'spec', 'replicas');
  if (own === 0) return 0;
  const scalers = all.filter(({ predicted: one }) => one.kind === 'HorizontalPodAutoscaler' && scales(one, predicted));
  return Math.max(own, ...scalers.map(({ predicted: one }) => numberAt(one, 1, 'spec', 'minReplicas')));
}

function scales(scaler: Manifest, workload: Manifest): boolean {
  return (
    scaler.metadata.namespace === workload.metadata.namespace &&
    textAt(scaler, 'spec', 'scaleTargetRef', 'kind') === workload.kind &&
    textAt(scaler, 'spec', 'scaleTargetRef', 'name') === workload.metadata.name
  );
}

export function demandOf(planned: Planned, all: readonly Planned[], defaults: ContainerDefaults | undefined): Demand {
  const { predicted } = planned;
  const spec = podSpecOf(predicted);
  return {
    subject: describeRef(refOf(predicted)),
    workload: predicted,
    spec,
    request: podRequest(spec, defaults),
    ports: hostPorts(spec),
    replicas: replicasOf(planned, all),
  };
}

/** Whether the pod is one of the workload's. A Deployment's pods name their ReplicaSet, which is named after both. */
export function isPodOf(pod: Manifest, { kind, metadata }: Manifest): boolean {
  if (pod.metadata.namespace !== metadata.namespace) return false;
  const owner = listAt(pod, 'metadata', 'ownerReferences').find(({ controller }) => controller === true);
  if (owner === undefined) return false;
  if (kind !== 'Deployment') return owner['kind'] === kind && owner['name'] === metadata.name;
  const hash = textAt(pod, 'metadata', 'labels', 'pod-template-hash');
  return owner['kind'] === 'ReplicaSet' && hash !== '' && owner['name'] === `${metadata.name}-${hash}`;
}
