import { hostPorts } from '../capacity/request.ts';
import { conditionOf, eventText } from './event.ts';
import { at, listAt, textAt, timeAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, subjectOf, type Finding, type Look } from './look.ts';
import { placeRule } from './node-selection.ts';
import { wordsOf, type Misplaced } from './placement.ts';
import { shortOf } from './room-short.ts';
import { portHolder } from './scheduling.ts';
import { nodeWith, taints } from './taint.ts';

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

function ruleOf(message: string, pod: Manifest, look: Look): Misplaced {
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

export function pressureFix(kind: string, node: string): string {
  if (kind === 'memory')
    return `Free memory on node ${node}: kubectl top pods -A --sort-by=memory. Or use a larger instance type.`;
  if (kind === 'pid')
    return `End what makes so many processes on node ${node}, or raise the limit of the kubelet (podPidsLimit).`;
  return `Free the disk of node ${node}: df -h; sudo crictl rmi --prune; sudo journalctl --vacuum-size=200M. Or make its volume larger.`;
}

function portRule(words: string, pod: Manifest, look: Look): Misplaced | undefined {
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
