import { health, type Health } from '../health/health.ts';
import type { HealthRule } from '../health/rule.ts';
import { groupOf, type Manifest } from '../kubernetes.ts';
import { conditionOf } from './event.ts';
import { at, listAt, textAt, timeAt } from './field.ts';
import { oneLine, subjectOf, type Trouble } from './look.ts';
import { placeOf, verdictOf, type Verdict } from './observation.ts';

/** What is known about an object that makes no pods itself. */
export interface Standing {
  object: Manifest;
  /** StorageClasses, IngressClasses and Pods. */
  related: readonly Manifest[];
  /** Kinds of `related` that were read. A credential may lack the right to. */
  known: ReadonlySet<string>;
  /** The user's own for custom kinds. */
  rules?: readonly HealthRule[];
  now: Date;
  startedAt: Date;
}

/**
 * What its state means for a release: `needed`: it has to become healthy. `wished`: it is waited for a moment, and never fails the
 * release by itself. `noted`: it is looked at once.
 */
type Weight = 'needed' | 'wished' | 'noted';

const weights: Readonly<Record<string, Weight>> = {
  '/PersistentVolumeClaim': 'needed',
  '/Namespace': 'needed',
  '/Service': 'wished',
  'networking.k8s.io/Ingress': 'wished',
  'autoscaling/HorizontalPodAutoscaler': 'noted',
  'apiextensions.k8s.io/CustomResourceDefinition': 'needed',
  'apiregistration.k8s.io/APIService': 'needed',
};

/** Kubernetes' own groups that do not end in `.k8s.io`, or whose names could be taken for custom ones. Others are of a CRD. */
const ownGroups =
  /^(|apps|batch|autoscaling|policy|extensions|(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|internal\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration)\.k8s\.io)$/;

/** An address comes from a controller in seconds, or from nobody. */
const wishMs = 15_000;
/** A controller that fails once tries again; one that says so for longer means it. */
const degradedMs = 15_000;

/** Undefined: its state says nothing about whether the release serves (a ConfigMap, a Role, a ClusterIP Service). */
function weightOf(object: Manifest): Weight | undefined {
  const group = groupOf(textAt(object, 'apiVersion'));
  const kind = textAt(object, 'kind');
  if (`${group}/${kind}` === '/Service' && textAt(object, 'spec', 'type') !== 'LoadBalancer') return undefined;
  return Object.hasOwn(weights, `${group}/${kind}`)
    ? weights[`${group}/${kind}`]
    : ownGroups.test(group)
      ? undefined
      : 'needed';
}

/** The objects without pods of their own whose state is looked at. */
export function standingOf(objects: readonly Manifest[]): Manifest[] {
  return objects.filter((object) => weightOf(object) !== undefined);
}

/**
 * Whether the object is as it should be, by its health. An address that nobody assigns, an autoscaler or a claim without a consumer
 * keep no release from being ready; what its controller calls degraded for some seconds, or stalled, fails it. Pure, never throws.
 */
export function judgeStanding(standing: Standing): Verdict {
  const { object, now, startedAt } = standing;
  const weight = isSilent(object) ? 'wished' : weightOf(object);
  const { status, message } = healthOf(standing);
  const text = oneLine(message);
  if (status === 'Suspended') return { state: 'skipped', note: text };
  if (weight === undefined || status === 'Healthy' || status === 'Unknown' || status === 'Missing')
    return { state: 'ready' };
  if (weight === 'noted') return status === 'Degraded' ? { state: 'skipped', note: text } : { state: 'ready' };
  const waitedMs = now.getTime() - startedAt.getTime();
  if (weight === 'wished') {
    const why = withoutController(standing);
    if (why !== undefined) return { state: 'skipped', note: why };
    return waitedMs >= wishMs || status === 'Degraded'
      ? { state: 'skipped', note: text }
      : { state: 'progressing', waitsFor: text };
  }
  if (status === 'Degraded')
    return isFinal(standing) ? verdictOf(standingTrouble(standing)) : { state: 'progressing', waitsFor: text };
  if (object.kind === 'PersistentVolumeClaim' && isOfUnknownClass(standing)) return { state: 'skipped', note: text };
  return { state: 'progressing', waitsFor: text };
}

/** What keeps it from being healthy: the cause of the failure if it lasts. */
export function standingTrouble(standing: Standing): Trouble {
  const { object } = standing;
  const { status, message } = healthOf(standing);
  const place = placeOf(object);
  const subject = subjectOf(object);
  const text = oneLine(message);
  if (object.kind === 'PersistentVolumeClaim') {
    const fix = `See why in its events: kubectl -n ${place.namespace} describe ${place.object}; the classes there are: kubectl get storageclass`;
    return { code: 'VolumeClaimPending', what: text, subject, details: { ...place, fix }, isFinal: true };
  }
  const code = status === 'Degraded' ? 'ObjectDegraded' : 'RolloutTimedOut';
  const what = status === 'Degraded' ? text : `not ready in time; it waited for: ${text}`;
  return { code, what, subject, details: place, isFinal: true };
}

/** By the newest time that the object itself tells, so that a wait that goes on in another function needs no memory. */
function isFinal({ object, now, startedAt }: Standing): boolean {
  if (conditionOf(object, 'Stalled')?.['status'] === 'True') return true;
  const changes = listAt(object, 'status', 'conditions').map((one) => timeAt(one, 'lastTransitionTime') ?? 0);
  return now.getTime() - Math.max(startedAt.getTime(), ...changes) >= degradedMs;
}

/** Why nobody will give this Ingress an address; undefined when somebody may. The old annotation names a class that need not exist. */
function withoutController({ object, related, known }: Standing): string | undefined {
  if (object.kind !== 'Ingress') return undefined;
  const classes = related.filter(({ kind }) => kind === 'IngressClass');
  const named = at(object, 'spec', 'ingressClassName');
  if (typeof named === 'string' && named !== '') {
    const isThere = classes.some((one) => textAt(one, 'metadata', 'name') === named);
    return isThere || !known.has('IngressClass') ? undefined : `the cluster has no IngressClass ${named}`;
  }
  if (textAt(object, 'metadata', 'annotations', 'kubernetes.io/ingress.class') !== '' || !known.has('IngressClass'))
    return undefined;
  const isDefault = (one: Manifest): boolean =>
    textAt(one, 'metadata', 'annotations', 'ingressclass.kubernetes.io/is-default-class') === 'true';
  return classes.some(isDefault)
    ? undefined
    : 'it names no ingressClassName, and no IngressClass of the cluster is the default';
}

/** A custom resource that its controller has written nothing into yet. Whether there is a controller, nobody can tell. */
function isSilent(object: Manifest): boolean {
  return at(object, 'status') === undefined && weightOf(object) === 'needed' && object.kind !== 'PersistentVolumeClaim';
}

function healthOf({ object, related, rules }: Standing): Health {
  return health(object, related, rules);
}

function isOfUnknownClass(standing: Standing): boolean {
  const { known } = standing;
  return healthOf(standing).reason === 'VolumePending' && !known.has('StorageClass');
}
