import type { Manifest } from '../kubernetes.ts';
import { at, isRecord, listAt, numberAt, textAt } from '../rollout/field.ts';
import { toConditions } from './condition.ts';
import { judgeConditions } from './condition-rules.ts';
import { generationOf, notYetObserved, observedGenerationOf } from './generation.ts';
import { silentHealth } from './silent.ts';
import { areOf, because, degraded, healthy, progressing, suspended, verdict, type Health } from './verdict.ts';
import { judgeWord } from './word.ts';

/**
 * An object whose kind has no rule: by what controllers commonly write. In this order: a spec that suspends it, a status that is older
 * than the spec, conditions and a phase together, a `ready` that is true or false, errors, counts of replicas.
 */
export function genericHealth(object: Manifest, related: readonly Manifest[]): Health {
  const hold = ['suspend', 'suspended', 'paused', 'pause'].find((field) => at(object, 'spec', field) === true);
  if (hold !== undefined) return suspended('Suspended', `The ${object.kind} is suspended by spec.${hold}.`);
  const unseen = notYetObserved(object);
  if (unseen !== undefined) return unseen;
  const status = object['status'];
  if (typeof status === 'string') return byWord(object, 'status', status) ?? silentHealth(object, related);
  if (!isRecord(status) || Object.keys(status).length === 0) return silentHealth(object, related);
  return byConditionsAndPhase(object) ?? byOtherFields(object) ?? written(object);
}

/** Conditions of the object, or those that Gateway API and OpenShift's Route keep for each parent. */
function allConditions(object: Manifest): ReturnType<typeof toConditions> {
  const own = toConditions(listAt(object, 'status', 'conditions'));
  if (own.length > 0) return own;
  return ['parents', 'ancestors', 'ingress'].flatMap((field) =>
    listAt(object, 'status', field).flatMap((one) => toConditions(listAt(one, 'conditions'))),
  );
}

function byConditionsAndPhase(object: Manifest): Health | undefined {
  const conditions = judgeConditions(object, allConditions(object), isToEnd(object.kind));
  const phase = byPhase(object);
  if (conditions === undefined || phase === undefined) return conditions?.health ?? phase;
  // A guess gives way to a phase that tells; a phase that is Unknown gives way to conditions.
  if (phase.status === 'Unknown') return conditions.health;
  if (conditions.certainty === 'weak' || (conditions.certainty === 'guess' && phase.status !== 'Healthy')) return phase;
  return worse(conditions.health, phase);
}

const order = ['Degraded', 'Missing', 'Suspended', 'Progressing', 'Unknown', 'Healthy'];

function worse(first: Health, second: Health): Health {
  return order.indexOf(second.status) < order.indexOf(first.status) ? second : first;
}

const phasePaths: readonly string[][] = [
  ['health', 'status'],
  ['health', 'state'],
  ['health'],
  ['healthStatus'],
  ['phase'],
  ['state'],
  ['status'],
  ['currentPhase'],
  ['currentState'],
  ['currentStatus'],
  ['provisioningState'],
  ['lifecycleState'],
  ['applicationState', 'state'],
  ['overallStatus'],
  ['result'],
  ['state', 'phase'],
  ['printableStatus'],
  ['robustness'],
  ['certificateStatus'],
  ['clusterStatus'],
  ['deploymentStatus'],
  ['jobManagerDeploymentStatus'],
  ['reconciliationStatus', 'state'],
  ['serviceStatus'],
  ['jobStatus'],
  ['updateStatus'],
  ['stageStatus'],
  ['ceph', 'health'],
];

/** The worst that the words of the status say: `phase: Running` beside `health: red` is not well. */
function byPhase(object: Manifest): Health | undefined {
  let worst: Health | undefined;
  for (const path of phasePaths) {
    const found = byWord(object, ['status', ...path].join('.'), textAt(object, 'status', ...path));
    if (found !== undefined) worst = worst === undefined || worst.status === 'Unknown' ? found : worse(worst, found);
  }
  return worst;
}

function byWord(object: Manifest, path: string, word: string): Health | undefined {
  const heard = judgeWord(word);
  if (heard === undefined) return undefined;
  const status =
    heard === 'Healthy' && isToEnd(object.kind) && /^(running|active|started)$/i.test(word) ? 'Progressing' : heard;
  const told = ['message', 'reason']
    .map((field) => textAt(object, 'status', field))
    .find((text) => text !== '' && text !== word);
  return verdict(status, word, because(`${path} of the ${object.kind} is ${word}`, told ?? ''));
}

/** Kinds that are done once they have ended, as a Job is. Their schedules and templates are not. */
function isToEnd(kind: unknown): boolean {
  return (
    typeof kind === 'string' &&
    /(Job|Run|Workflow|Backup|Restore|Migration|Experiment|Execution|Operation)$/.test(kind) &&
    !/^(Cron|Schedule|Scaled)/.test(kind)
  );
}

function byOtherFields(object: Manifest): Health | undefined {
  const error = ['failureMessage', 'failureReason', 'errorMessage', 'error', 'lastError']
    .map((field) => textAt(object, 'status', field))
    .find((text) => text !== '');
  if (error !== undefined)
    return degraded('ErrorReported', because(`The status of the ${object.kind} tells of an error`, error));
  for (const field of ['ready', 'isReady', 'healthy', 'available', 'synced', 'installed', 'provisioned']) {
    const value = at(object, 'status', field);
    if (value === true) return healthy('Ready', `status.${field} of the ${object.kind} is true.`);
    if (value === false) return progressing('NotReady', `status.${field} of the ${object.kind} is false.`);
  }
  return byReplicas(object);
}

function byReplicas(object: Manifest): Health | undefined {
  const desired = numberAt(object, -1, 'spec', 'replicas');
  const field = ['availableReplicas', 'readyReplicas'].find((name) => typeof at(object, 'status', name) === 'number');
  if (desired < 0 || field === undefined) return undefined;
  const ready = numberAt(object, 0, 'status', field);
  const sentence = `${areOf(ready, desired, 'replica')} ready.`;
  return ready < desired ? progressing('ReplicasNotReady', sentence) : healthy('ReplicasReady', sentence);
}

/** A status in which nothing speaks of health. That it is of this generation says that the controller is done with it. */
function written(object: Manifest): Health {
  if (at(object, 'status', 'conditions') !== undefined) {
    return progressing(
      'NoConditions',
      `The controller has told nothing of the ${object.kind} yet: its conditions are empty.`,
    );
  }
  if (observedGenerationOf(object) !== undefined) {
    return healthy(
      'GenerationObserved',
      `The controller has seen generation ${generationOf(object)} of the ${object.kind}, and tells of no trouble.`,
    );
  }
  return healthy('StatusWritten', `The ${object.kind} has a status, and nothing in it tells of trouble.`);
}
