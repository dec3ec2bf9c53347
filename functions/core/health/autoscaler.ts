import type { Manifest } from '../kubernetes.ts';
import { numberAt, textAt } from '../rollout/field.ts';
import { conditionsOf, toConditions, type Condition } from './condition.ts';
import { because, degraded, healthy, progressing, type Health } from './verdict.ts';

/** By its conditions. autoscaling/v1 has none in its status: the API server puts those of v2 in an annotation as JSON. */
export function autoscalerHealth(object: Manifest): Health {
  const conditions = conditionsIn(object);
  const find = (type: string): Condition | undefined => conditions.findLast((condition) => condition.type === type);
  const able = find('AbleToScale');
  const active = find('ScalingActive');
  if (able?.status === 'False') {
    return degraded(able.reason || 'NotAbleToScale', because('The autoscaler cannot scale its target', able.message));
  }
  if (active?.status === 'False' && active.reason === 'ScalingDisabled') {
    return healthy(active.reason, 'The target is scaled to 0 replicas, so the autoscaler rests.');
  }
  if (active?.status === 'False') {
    return degraded(
      active.reason || 'NotActive',
      because('The autoscaler cannot tell how many replicas are needed', active.message),
    );
  }
  if (able?.status !== 'True' && find('ScalingLimited')?.status !== 'True') {
    return progressing('NoConditions', 'The autoscaler has not yet looked at its target.');
  }
  const limited = find('ScalingLimited');
  const current = numberAt(object, 0, 'status', 'currentReplicas');
  const desired = numberAt(object, current, 'status', 'desiredReplicas');
  const told = `The autoscaler wants ${desired} replicas and has ${current}`;
  if (limited?.status === 'True') return healthy(limited.reason || 'ScalingLimited', because(told, limited.message));
  return healthy(able?.reason || 'AbleToScale', `${told}.`);
}

function conditionsIn(object: Manifest): Condition[] {
  const own = conditionsOf(object);
  if (own.length > 0) return own;
  const saved = textAt(object, 'metadata', 'annotations', 'autoscaling.alpha.kubernetes.io/conditions');
  if (saved === '') return [];
  try {
    const parsed: unknown = JSON.parse(saved);
    return Array.isArray(parsed) ? toConditions(parsed) : [];
  } catch {
    return [];
  }
}
