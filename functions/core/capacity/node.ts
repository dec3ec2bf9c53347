import { conditionOf } from '../rollout/event.ts';
import { at, listAt, numberAt, textAt, type Fields } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';

/** Whether the scheduler would put a pod there, room aside. `maybe`: this check does not know, or the node is not ready now. */
export type Admits = 'yes' | 'no' | 'maybe';

/**
 * Whether the node takes pods of this spec, by what both say: readiness, cordon, taints, nodeName, nodeSelector and required node
 * affinity. `isDaemon`: of a DaemonSet, whose pods tolerate what is wrong with a node. Never throws.
 */
export function admits(node: Manifest, spec: unknown, isDaemon = false): Admits {
  const nodeName = textAt(spec, 'nodeName');
  if (nodeName !== '' && nodeName !== node.metadata.name) return 'no';
  if (!isSelected(node, at(spec, 'nodeSelector'))) return 'no';
  const affinity = matchesAffinity(node, spec);
  if (affinity === 'no') return 'no';
  const tolerations = listAt(spec, 'tolerations');
  if (at(node, 'spec', 'unschedulable') === true && !isDaemon && !tolerates(tolerations, cordon)) return 'no';
  const untolerated = listAt(node, 'spec', 'taints').filter(
    (taint) =>
      taint['effect'] !== 'PreferNoSchedule' && !(isDaemon && isOfNode(taint)) && !tolerates(tolerations, taint),
  );
  // What the node controller sets about a node that boots or is short of something passes by itself.
  if (untolerated.some((taint) => !isOfNode(taint) || taint['key'] === cordon.key)) return 'no';
  return untolerated.length === 0 && isReady(node) ? affinity : 'maybe';
}

function isReady(node: Manifest): boolean {
  return conditionOf(node, 'Ready')?.['status'] === 'True';
}

const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function isOfNode(taint: Fields): boolean {
  return /^node\.(kubernetes\.io|cloudprovider\.kubernetes\.io)\//.test(textAt(taint, 'key'));
}

/** Whether one of a pod's tolerations covers the taint. */
export function tolerates(tolerations: readonly Fields[], taint: Fields): boolean {
  return tolerations.some((toleration) => {
    const [key, effect] = [textAt(toleration, 'key'), textAt(toleration, 'effect')];
    if (effect !== '' && effect !== taint['effect']) return false;
    const operator = textAt(toleration, 'operator') || 'Equal';
    if (key === '') return operator === 'Exists';
    if (key !== taint['key']) return false;
    // Operators that are newer than this rule are taken as fitting: the scheduler decides.
    return operator !== 'Equal' || textAt(toleration, 'value') === textAt(taint, 'value');
  });
}

function isSelected(node: Manifest, selector: unknown): boolean {
  const wanted = Object.entries((selector ?? {}) as Fields);
  return wanted.every(([key, value]) => textAt(node, 'metadata', 'labels', key) === value);
}

/** The terms are alternatives; the expressions of one hold together. */
function matchesAffinity(node: Manifest, spec: unknown): Admits {
  const path = ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];
  if (at(spec, ...path) === undefined) return 'yes';
  const terms = listAt(spec, ...path, 'nodeSelectorTerms').map((term) => {
    const fields = listAt(term, 'matchFields').map((one) => holds(one, nameOf(node, one)));
    const labels = listAt(term, 'matchExpressions').map((one) => holds(one, labelOf(node, one)));
    const all = [...fields, ...labels];
    if (all.length === 0 || all.includes('no')) return 'no';
    return all.includes('maybe') ? 'maybe' : 'yes';
  });
  return terms.find((one) => one === 'yes') ?? terms.find((one) => one === 'maybe') ?? 'no';
}

function nameOf(node: Manifest, { key }: Fields): string | undefined {
  return key === 'metadata.name' ? node.metadata.name : undefined;
}

function labelOf(node: Manifest, { key }: Fields): string | undefined {
  const value = at(node, 'metadata', 'labels', String(key));
  return typeof value === 'string' ? value : undefined;
}

function holds(expression: Fields, value: string | undefined): Admits {
  const listed = at(expression, 'values');
  const values = Array.isArray(listed) ? listed.map(String) : [];
  const answer = (isTrue: boolean): Admits => (isTrue ? 'yes' : 'no');
  const number = (text: string | undefined): number => (/^-?\d+$/.test(text ?? '') ? Number(text) : Number.NaN);
  switch (expression['operator']) {
    case 'In':
      return answer(value !== undefined && values.includes(value));
    case 'NotIn':
      return answer(value === undefined || !values.includes(value));
    case 'Exists':
      return answer(value !== undefined);
    case 'DoesNotExist':
      return answer(value === undefined);
    case 'Gt':
      return answer(number(value) > number(values[0]));
    case 'Lt':
      return answer(number(value) < number(values[0]));
    default:
      return 'maybe';
  }
}

/**
 * Rules of the pod that depend on where other pods are. They are not worked out here; they can only make the room smaller: a pod
 * more than now may then have no place even though there is room for it.
 */
export function keepsApart(spec: unknown): boolean {
  const required = listAt(spec, 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const spread = listAt(spec, 'topologySpreadConstraints').filter(
    (one) => one['whenUnsatisfiable'] !== 'ScheduleAnyway',
  );
  const together = listAt(spec, 'affinity', 'podAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  return required.length + spread.length + together.length > 0;
}

/** The number that the API server put into a pod for its priority class; 0 in a template, which only names the class. */
export function priorityOf(spec: unknown): number {
  return numberAt(spec, 0, 'priority');
}
