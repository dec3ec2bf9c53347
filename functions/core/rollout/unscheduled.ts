import { podRequest, hostPorts } from '../capacity/request.ts';
import { describeAmount } from '../capacity/quantity.ts';
import type { ErrorCode } from '../errors.ts';
import { conditionOf, eventText } from './event.ts';
import { at, isRecord, listAt, textAt, timeAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, subjectOf, type Finding, type Look } from './look.ts';
import { portHolder, shortage, type NodeShortage } from './scheduling.ts';

/** Time for the scheduler to change its mind: the least that kstatus waits, too. */
const scheduleGraceMs = 15_000;
/** For what only a person changes: labels of nodes, a claim that the release lacks. */
const standingGraceMs = 5_000;

/** No node takes the pod: which rule keeps it out, and what would let it in. */
export function unscheduled(pod: Manifest, look: Look): Finding | undefined {
  const condition = conditionOf(pod, 'PodScheduled');
  const told = condition?.['status'] === 'False' ? condition : undefined;
  if (told !== undefined && told['reason'] === 'SchedulingGated') return gated(pod);
  const event = look.events.findLast((one) => /^(FailedScheduling|Scheduled)$/.test(textAt(one, 'reason')));
  const isPlaced = condition?.['status'] === 'True' || textAt(pod, 'spec', 'nodeName') !== '';
  const fromEvent = textAt(event, 'reason') === 'FailedScheduling' && event !== undefined ? eventText(event) : '';
  if (isPlaced || (told === undefined && fromEvent === '')) return undefined;
  const message = textAt(told, 'message') || fromEvent;
  const since = timeAt(told, 'lastTransitionTime') ?? timeAt(event, 'firstTimestamp');
  const found = ruleOf(message, pod, look);
  const graceMs = found.stands === true ? standingGraceMs : scheduleGraceMs;
  const isLongAgo = look.now - (since ?? look.now) >= graceMs;
  return {
    code: found.code,
    what: `no node takes it: ${wordsOf(message) || 'the scheduler gives no reason'}${found.more === '' ? '' : `; ${found.more}`}`,
    details: { reason: oneLine(message), fix: found.fix, ...found.details },
    isFinal: isLongAgo && found.passes !== true && (found.stands === true || !look.isOldPodLeaving),
  };
}

interface Found {
  code: ErrorCode;
  /** What the scheduler's text does not say. */
  more: string;
  fix: string;
  details?: { node?: string };
  /** It ends by itself: the node starts, a volume is made. */
  passes?: boolean;
  /** Nothing in the cluster changes it by itself. */
  stands?: boolean;
}

/** What comes after "preemption:" is only that nobody could be pushed out. */
function wordsOf(message: string): string {
  return oneLine(
    message
      .replace(/\.?\s*(?:no new claims to deallocate, )?preemption: .*$/s, '')
      .replace(/\.?\s*no new claims to deallocate,?\s*$/, '')
      // What the preemption says of a pod whose claims are the matter.
      .replace(/\. not found$/, ''),
  );
}

function ruleOf(message: string, pod: Manifest, look: Look): Found {
  const words = wordsOf(message);
  const [namespace, nodes] = [textAt(pod, 'metadata', 'namespace') || 'default', look.nodes ?? []];
  const claim = /persistentvolumeclaim "([^"]+)" (?:not found|is being deleted)/i.exec(words)?.[1];
  if (claim !== undefined) {
    return {
      code: 'VolumeClaimPending',
      more: '',
      fix: `Add the claim to k8s/, or mend claimName of the volume; see: kubectl -n ${namespace} get pvc ${claim}`,
      stands: true,
    };
  }
  if (
    /unbound immediate PersistentVolumeClaims?|didn't find available persistent volumes|bind(?:ing)? persistent volumes?|waiting for ephemeral volume/i.test(
      words,
    )
  ) {
    return {
      code: 'VolumeClaimPending',
      more: '',
      fix: `See why its claim is not bound: kubectl -n ${namespace} describe pvc; the StorageClass must exist: kubectl get storageclass`,
    };
  }
  const unready =
    /node\.(?:cloudprovider\.)?kubernetes\.io\/(not-ready|unreachable|network-unavailable|uninitialized|out-of-service|shutdown)/.exec(
      taints(words, pod, nodes),
    );
  const lacking = shortOf(message, pod, look);
  if (lacking !== undefined) return lacking;
  if (unready !== null)
    return { code: 'NodeNotReady', more: '', fix: '', details: { node: nodeWith(unready[0], nodes) }, passes: true };
  const pressure = /node\.kubernetes\.io\/(disk|memory|pid)-pressure/.exec(taints(words, pod, nodes))?.[1];
  if (pressure !== undefined) {
    const node = nodeWith(`node.kubernetes.io/${pressure}-pressure`, nodes);
    return {
      code: 'NodeUnderPressure',
      more: node === 'NODE' ? '' : `node ${node} is short of ${pressure}`,
      fix: pressureFix(pressure, node),
      details: { node },
    };
  }
  return (
    portRule(words, pod, look) ??
    placeRule(words, pod, nodes) ?? {
      code: 'Unschedulable',
      more: '',
      fix: `See what each node has: kubectl describe nodes`,
    }
  );
}

/** The lack of memory, CPU or places, in numbers where the nodes and their pods are known. */
function shortOf(message: string, pod: Manifest, look: Look): Found | undefined {
  const names = [...wordsOf(message).matchAll(/Insufficient ([\w./-]*[\w])/g)].map(([, name = '']) => name);
  const isFull = /Too many pods/.test(wordsOf(message));
  if (names.length === 0 && !isFull) return undefined;
  const resources = [...new Set([...names, ...(isFull ? ['pods'] : [])])];
  const node = nearest(
    look.nodes === undefined || look.allPods === undefined ? [] : shortage(pod, look.nodes, look.allPods),
    resources,
  );
  const request = podRequest(at(pod, 'spec'));
  const asked = resources
    .filter((name) => name !== 'pods' && (request.get(name) ?? 0n) > 0n)
    .map((name) => `${describeAmount(name, request.get(name) ?? 0n, 'up')} ${name}`);
  const plain = asked.length === 0 ? '' : `the pod requests ${asked.join(' and ')}`;
  const more = node === undefined ? plain : describeShortage(node);
  const wanted = resources.filter((name) => name !== 'pods').map((name) => `resources.requests.${name}`);
  const fix =
    isFull && wanted.length === 0
      ? 'Remove pods that are not needed, or raise maxPods of the kubelet (k3s: --kubelet-arg=max-pods=…), or add a node.'
      : `Lower ${wanted.join(' and ')}${node === undefined ? '' : ` (${freeOf(node)})`}, free room on the node, or use a larger instance type. What holds it: kubectl describe node ${node?.node ?? ''}`.trim();
  return { code: 'Unschedulable', more, fix, ...(node === undefined ? {} : { details: { node: node.node } }) };
}

/** Of the nodes that are short of these, the one that lacks the least. */
function nearest(all: readonly NodeShortage[], resources: readonly string[]): NodeShortage | undefined {
  const short = all
    .map((one) => ({ node: one.node, short: one.short.filter(({ resource }) => resources.includes(resource)) }))
    .filter((one) => one.short.length > 0);
  return short.toSorted((a, b) => a.short.length - b.short.length)[0];
}

function describeShortage({ node, short }: NodeShortage): string {
  const each = short.map(({ resource, wanted, free, allocatable, by }) =>
    resource === 'pods'
      ? `it has ${allocatable} pods, as many as it takes`
      : `the pod requests ${wanted} ${resource}, ${free} of ${allocatable} are free, ${by} short`,
  );
  return `on node ${node} ${each.join('; ')}`;
}

function freeOf({ short }: NodeShortage): string {
  return short.map(({ resource, free }) => `${free} ${resource} free`).join(', ');
}

/** The taints that the text names; since some versions only say "taint(s)", those of the nodes stand in then. */
function taints(words: string, pod: Manifest, nodes: readonly Manifest[]): string {
  const told = [...words.matchAll(/taint(?:\(s\)|s)? \{([^}]*)\}/g)].map(([, one = '']) => one);
  return told.length > 0 || !/taint/.test(words)
    ? told.join(' ')
    : untolerated(pod, nodes).map(describeTaint).join(' ');
}

function untolerated(pod: Manifest, nodes: readonly Manifest[]): Fields[] {
  const tolerated = listAt(pod, 'spec', 'tolerations');
  return nodes
    .flatMap((node) => listAt(node, 'spec', 'taints'))
    .filter((taint) => textAt(taint, 'effect') !== 'PreferNoSchedule')
    .filter(
      (taint) =>
        !tolerated.some(
          (one) =>
            textAt(one, 'key') === textAt(taint, 'key') || (textAt(one, 'key') === '' && one['operator'] === 'Exists'),
        ),
    );
}

function describeTaint(taint: Fields): string {
  const value = textAt(taint, 'value');
  return `${textAt(taint, 'key')}${value === '' ? '' : `=${value}`}:${textAt(taint, 'effect')}`;
}

function nodeWith(taint: string, nodes: readonly Manifest[]): string {
  const found = nodes.find((node) => listAt(node, 'spec', 'taints').some((one) => textAt(one, 'key') === taint));
  return textAt(found ?? (nodes.length === 1 ? nodes[0] : undefined), 'metadata', 'name') || 'NODE';
}

export function pressureFix(kind: string, node: string): string {
  if (kind === 'memory')
    return `Free memory on node ${node}: kubectl top pods -A --sort-by=memory. Or use a larger instance type.`;
  if (kind === 'pid')
    return `End what makes so many processes on node ${node}, or raise the limit of the kubelet (podPidsLimit).`;
  return `Free the disk of node ${node}: df -h; sudo crictl rmi --prune; sudo journalctl --vacuum-size=200M. Or make its volume larger.`;
}

function portRule(words: string, pod: Manifest, look: Look): Found | undefined {
  if (!/free ports for the requested pod ports/.test(words)) return undefined;
  const held = portHolder(pod, look.allPods ?? []);
  const ports = hostPorts(at(pod, 'spec'))
    .map((one) => one.split(':').at(-1))
    .join(', ');
  const more =
    held === undefined
      ? `hostPort ${ports || '?'} is in use`
      : `hostPort ${held.port.split(':').at(-1)} is held by ${subjectOf(held.holder)}`;
  const fix =
    'Take hostPort out (a Service reaches the pod without it), choose another one, or let the old pod go first: strategy Recreate or maxSurge 0.';
  return { code: 'PortTaken', more, fix };
}

/** Cordons, taints, selectors, affinity: where the pod may go at all. */
function placeRule(words: string, pod: Manifest, nodes: readonly Manifest[]): Found | undefined {
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

/** Taints as the text has them (`{dedicated: gpu}`), or as the nodes do. */
function firstTaint(
  words: string,
  pod: Manifest,
  nodes: readonly Manifest[],
): { key: string; value: string; effect: string } {
  const told = /taint(?:\(s\)|s)? \{([^:}]*):?\s*([^}]*)\}/.exec(words);
  const known = untolerated(pod, nodes);
  const same = known.find((one) => told === null || textAt(one, 'key') === told[1]?.trim());
  return {
    key: told?.[1]?.trim() ?? (textAt(same, 'key') || 'KEY'),
    value: told?.[2]?.trim() ?? textAt(same, 'value'),
    effect: textAt(same, 'effect') || 'NoSchedule',
  };
}

function keyOf(words: string, pod: Manifest, nodes: readonly Manifest[]): string {
  return firstTaint(words, pod, nodes).key;
}

function tolerationOf(words: string, pod: Manifest, nodes: readonly Manifest[]): string {
  const { key, value, effect } = firstTaint(words, pod, nodes);
  const rule = value === '' ? 'operator: Exists' : `operator: Equal, value: "${value}"`;
  return `tolerations: [{key: ${key}, ${rule}, effect: ${effect}}]`;
}

function gated(pod: Manifest): Finding {
  const gates = listAt(pod, 'spec', 'schedulingGates')
    .map((one) => textAt(one, 'name'))
    .join(', ');
  return {
    code: 'Unschedulable',
    what: `it waits for its scheduling gates${gates === '' ? '' : ` (${gates})`} to be removed`,
    details: { fix: 'Remove spec.schedulingGates, or see that the controller that removes them runs.' },
    isFinal: false,
  };
}
