import type { Manifest } from '../kubernetes.ts';
import { at, isRecord, numberAt, textAt } from '../rollout/field.ts';
import { autoscalerHealth } from './autoscaler.ts';
import { daemonSetHealth } from './daemon-set.ts';
import { apiServiceHealth, definitionHealth } from './definition.ts';
import { deploymentHealth } from './deployment.ts';
import { disruptionBudgetHealth } from './disruption-budget.ts';
import { genericHealth } from './generic.ts';
import { groupOfObject } from './group.ts';
import { ingressHealth } from './ingress.ts';
import { cronJobHealth, jobHealth } from './job.ts';
import { namespaceHealth, nodeHealth } from './node.ts';
import { podHealth } from './pod.ts';
import { replicaSetHealth } from './replica-set.ts';
import { ruledHealth, ruleFor, type HealthRule } from './rule.ts';
import { builtInRules } from './rules-table.ts';
import { serviceHealth } from './service.ts';
import { statefulSetHealth } from './stateful-set.ts';
import { because, healthy, progressing, unknown, verdict, type Health, type HealthStatus } from './verdict.ts';
import { volumeClaimHealth, volumeHealth } from './volume-claim.ts';

export type { Health, HealthStatus };

type Check = (object: Manifest, related: readonly Manifest[]) => Health;

/** By group and kind: a Service of Knative is not one of the core group. */
const checks = new Map<string, Check>([
  ['apps/Deployment', deploymentHealth],
  ['extensions/Deployment', deploymentHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps.kruise.io/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['extensions/DaemonSet', daemonSetHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['extensions/ReplicaSet', replicaSetHealth],
  ['/ReplicationController', replicaSetHealth],
  ['/Pod', podHealth],
  ['batch/Job', jobHealth],
  ['batch/CronJob', cronJobHealth],
  ['/Service', serviceHealth],
  ['networking.k8s.io/Ingress', ingressHealth],
  ['extensions/Ingress', ingressHealth],
  ['/PersistentVolumeClaim', volumeClaimHealth],
  ['/PersistentVolume', volumeHealth],
  ['autoscaling/HorizontalPodAutoscaler', autoscalerHealth],
  ['policy/PodDisruptionBudget', disruptionBudgetHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', definitionHealth],
  ['apiregistration.k8s.io/APIService', apiServiceHealth],
  ['/Namespace', namespaceHealth],
  ['/Node', nodeHealth],
]);

/** The groups that Kubernetes itself serves: their other kinds have nothing to wait for. Add-ons of k8s.io are not among them. */
const ownGroups = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/**
 * How an object is doing. Never throws, whatever it is given.
 * `object`: as the API server answers; undefined when it is not there.
 * `related`: what else is known: StorageClasses, IngressClasses, Pods, Events, CustomResourceDefinitions; any objects may be among them.
 * `rules`: those of the user, from `health` in k8s/deploy.yaml; they come before everything else.
 */
export function health(
  object: Manifest | null | undefined,
  related: readonly Manifest[] = [],
  rules: readonly HealthRule[] = [],
): Health {
  if (object === null || object === undefined) return verdict('Missing', 'NotFound', 'The object is not there.');
  if (!isRecord(object) || textAt(object, 'kind') === '') {
    return unknown('NoKind', 'It has no kind, so nothing can be told of it.');
  }
  const { status, reason, message } = assess(object, related, rules);
  return { status, reason: pascal(reason), message };
}

function assess(object: Manifest, related: readonly Manifest[], rules: readonly HealthRule[]): Health {
  const { kind } = object;
  // The API server's answer for an object that is not there.
  if (kind === 'Status' && groupOfObject(object) === '' && textAt(object, 'apiVersion') === 'v1') {
    const isMissing = numberAt(object, 0, 'code') === 404;
    const message = because('The API server answered', textAt(object, 'message'));
    return isMissing
      ? verdict('Missing', 'NotFound', message)
      : unknown(textAt(object, 'reason') || 'NoObject', message);
  }
  if (textAt(object, 'metadata', 'deletionTimestamp') !== '') return terminating(object);
  const own = ruleFor(object, rules);
  const told = own === undefined ? undefined : ruledHealth(object, own);
  if (told !== undefined) return told;
  const check = checks.get(`${groupOfObject(object)}/${kind}`);
  if (check !== undefined) return check(object, related);
  const isOwn = ownGroups.has(groupOfObject(object));
  const rule = ruleFor(object, builtInRules);
  // What a status that is not there means is told by its group, unless it is one of Kubernetes' own.
  const isTold = rule !== undefined && (isOwn || at(object, 'status') !== undefined);
  const known = isTold ? ruledHealth(object, rule) : undefined;
  if (known !== undefined) return known;
  if (isOwn) return healthy('Exists', `The ${kind} is there, and has nothing to wait for.`);
  return genericHealth(object, related);
}

function terminating(object: Manifest): Health {
  if (object.kind === 'Namespace' && groupOfObject(object) === '') return namespaceHealth(object);
  const finalizers = at(object, 'metadata', 'finalizers');
  const names = Array.isArray(finalizers) ? finalizers.filter((one) => typeof one === 'string') : [];
  const held = names.length === 0 ? '' : `; it is held by the finalizer ${names.join(', ')}`;
  return progressing('Terminating', `The ${object.kind} is being deleted${held}.`);
}

/** Reasons come from everywhere: `Cluster in healthy state` becomes ClusterInHealthyState, `READY` Ready. */
function pascal(reason: string): string {
  const text = /[a-z]/.test(reason) ? reason : reason.toLowerCase();
  const parts = text.split(/[^A-Za-z\d]+/).map((part) => part.charAt(0).toUpperCase() + part.slice(1));
  const word = parts.join('').slice(0, 80);
  return /^[A-Z]/.test(word) ? word : `Status${word}`;
}
