import { at, isRecord, listAt, textAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Misplaced } from './placement.ts';
import { describeTaint, keyOf, taints, tolerationOf, untolerated } from './taint.ts';

/** Cordons, taints, selectors, affinity: where the pod may go at all. */
export function placeRule(words: string, pod: Manifest, nodes: readonly Manifest[]): Misplaced | undefined {
  const code = 'Unschedulable';
  const tainted = taints(words, pod, nodes);
  if (/node\(s\) were unschedulable/.test(words) || /node\.kubernetes\.io\/unschedulable/.test(tainted)) {
    const node = textAt(
      nodes.find((one) => at(one, 'spec', 'unschedulable') === true),
      'metadata',
      'name',
    );
    return {
      code,
      more: node === '' ? 'the node is cordoned' : `node ${node} is cordoned`,
      fix: `Let it take pods again: kubectl uncordon ${node || 'NODE'}`,
      details: { node: node || 'NODE' },
    };
  }
  if (/volume node affinity conflict|PersistentVolume's node affinity/.test(words)) {
    return {
      code,
      more: '',
      fix: 'Its volume is bound to another node or zone: bring that node back, or move the data and make the claim anew: kubectl get pv -o wide',
    };
  }
  if (/node affinity\/selector|node selector/.test(words)) {
    const wanted = selectorOf(pod);
    const more = wanted === '' ? '' : `it asks for nodes with ${wanted}`;
    return {
      code,
      more,
      fix: `Label a node: kubectl label node ${textAt(nodes[0], 'metadata', 'name') || 'NODE'} ${labelOf(pod) ?? 'KEY=VALUE'}. Or mend nodeSelector or affinity of the pod.`,
      stands: true,
    };
  }
  if (/taint/.test(words)) {
    const named = /\{/.test(words);
    const list = named ? tainted : untolerated(pod, nodes).map(describeTaint).join(', ');
    return {
      code,
      more: named || list === '' ? '' : `the taint is ${list}`,
      fix: `Add a toleration to the pod: ${tolerationOf(words, pod, nodes)}. Or take the taint off: kubectl taint node NODE ${keyOf(words, pod, nodes)}-`,
    };
  }
  if (/anti-affinity/.test(words))
    return {
      code,
      more: '',
      fix: 'Another pod keeps it away (podAntiAffinity): add a node, lower replicas, or make the rule preferred instead of required; with maxSurge 0 the old pod goes first.',
    };
  if (/pod affinity/.test(words))
    return {
      code,
      more: '',
      fix: 'The pod that it wants to be near (podAffinity) is on no node: deploy that one first, or make the rule preferred.',
    };
  if (/topology spread/.test(words))
    return {
      code,
      more: '',
      fix: 'Set whenUnsatisfiable: ScheduleAnyway in topologySpreadConstraints, or label the nodes with its topologyKey.',
    };
  if (/max(?:imum)? volume count/.test(words))
    return { code, more: '', fix: 'The node holds as many volumes as it may: remove some, or add a node.' };
  if (/no nodes available/.test(words))
    return {
      code,
      more: 'the cluster has no nodes',
      fix: 'Start the node: kubectl get nodes; on it: sudo systemctl status k3s',
    };
  return undefined;
}

/** `disktype=ssd` of nodeSelector, and the required expressions of node affinity. */
function selectorOf(pod: Manifest): string {
  const selector = at(pod, 'spec', 'nodeSelector');
  const labels = isRecord(selector) ? Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`) : [];
  const required = expressions(pod).map((one) => {
    const values = at(one, 'values');
    const list = Array.isArray(values) && values.length > 0 ? ` (${values.map(String).join(', ')})` : '';
    return `${textAt(one, 'key')} ${textAt(one, 'operator')}${list}`;
  });
  return [...labels, ...required].join(', ');
}

function expressions(pod: Manifest): Fields[] {
  return listAt(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  ).flatMap((term) => listAt(term, 'matchExpressions'));
}

function labelOf(pod: Manifest): string | undefined {
  const selector = at(pod, 'spec', 'nodeSelector');
  const [label] = isRecord(selector) ? Object.entries(selector) : [];
  if (label !== undefined) return `${label[0]}=${String(label[1])}`;
  const first = expressions(pod).find((one) => /^(In|Exists)$/.test(textAt(one, 'operator')));
  if (first === undefined) return undefined;
  const values = at(first, 'values');
  return `${textAt(first, 'key')}=${Array.isArray(values) && values.length > 0 ? String(values[0]) : 'true'}`;
}
