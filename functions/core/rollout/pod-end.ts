import type { ErrorCode, Details } from '../errors.ts';
import { conditionOf, eventText } from './event.ts';
import { listAt, textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, type Finding, type Look } from './look.ts';
import { pressureFix } from './unscheduled.ts';

interface End {
  code: ErrorCode;
  what: string;
  details: Details;
  /** The manifest has to change before another pod fares better. */
  isOwnFault?: boolean;
}

/**
 * The pod as a whole was ended or refused by its node or the control plane (status.reason, or its DisruptionTarget): evicted,
 * preempted, shut down, refused by the kubelet. Undefined when its containers ended by themselves.
 */
export function podEnd(pod: Manifest, look: Look): Finding | undefined {
  const phase = textAt(pod, 'status', 'phase');
  const told = conditionOf(pod, 'DisruptionTarget');
  const target = told?.['status'] === 'True' ? told : undefined;
  const event = look.events.findLast((one) =>
    /^(Evicted|Preempted|Preempting|TaintManagerEviction|NodeNotReady|Shutdown)$/.test(textAt(one, 'reason')),
  );
  const reason =
    textAt(pod, 'status', 'reason') ||
    textAt(target, 'reason') ||
    (phase === 'Failed' || isOffNode(pod, event) ? textAt(event, 'reason') : '');
  const message =
    textAt(pod, 'status', 'message') || textAt(target, 'message') || (event === undefined ? '' : eventText(event));
  if (reason === '') return undefined;
  const end = endOf(reason, message.trim(), pod);
  return end === undefined
    ? undefined
    : {
        code: end.code,
        what: end.what,
        details: { reason: oneLine(message), ...end.details },
        isFinal: end.isOwnFault === true && !isReplaced(pod),
      };
}

/** The node does not report: the pod is not ready any more, whatever its containers' last known state was. */
function isOffNode(pod: Manifest, event: Manifest | undefined): boolean {
  const isUnready = conditionOf(pod, 'Ready')?.['status'] === 'False';
  return isUnready && /^(NodeNotReady|TaintManagerEviction)$/.test(textAt(event, 'reason'));
}

/** A controller makes another pod, which may fare better. */
function isReplaced(pod: Manifest): boolean {
  return listAt(pod, 'metadata', 'ownerReferences').length > 0;
}

function endOf(reason: string, message: string, pod: Manifest): End | undefined {
  const node = textAt(pod, 'spec', 'nodeName') || 'NODE';
  const said = oneLine(message.replace(/^Pod was rejected: /, ''));
  const why = said === '' ? '' : `: ${said}`;
  switch (reason) {
    case 'Evicted':
      return evicted(message, why, node);
    case 'Preempting':
    case 'Preempted':
    case 'PreemptionByScheduler':
      return { code: 'PodPreempted', what: `it had to make room for a pod of higher priority${why}`, details: {} };
    case 'NodeLost':
    case 'NodeNotReady':
    case 'DeletionByTaintManager':
    case 'TaintManagerEviction':
    case 'DeletionByPodGC':
      return { code: 'NodeNotReady', what: `its node ${node} is not ready or is gone${why}`, details: { node } };
    case 'Terminated':
    case 'Shutdown':
    case 'NodeShutdown':
    case 'TerminationByKubelet':
      return /low on resource|Threshold/i.test(message)
        ? evicted(message, why, node)
        : { code: 'NodeNotReady', what: `its node ${node} shut down${why}`, details: { node } };
    case 'DeadlineExceeded': {
      const fix = 'Raise activeDeadlineSeconds, or make it end sooner.';
      return {
        code: 'JobFailed',
        what: `it ran longer than activeDeadlineSeconds allows${why}`,
        details: { fix },
        isOwnFault: true,
      };
    }
    default:
      return refused(reason, why, said, pod, node);
  }
}

function evicted(message: string, why: string, node: string): End {
  const own =
    /exceeds the total limit of containers (\S+?)\.?\s*$|ephemeral storage limit "?([^"\s]+?)"?\.?\s*$|emptyDir volume "[^"]*" exceeds the limit "?([^"\s]+?)"?\.?\s*$/i.exec(
      message.trim(),
    );
  if (own !== null) {
    const setting = /emptyDir/i.test(message) ? 'sizeLimit of the emptyDir' : 'resources.limits.ephemeral-storage';
    const limit = own[1] ?? own[2] ?? own[3] ?? '?';
    return {
      code: 'StorageLimitExceeded',
      what: `the kubelet evicted it${why}`,
      details: { setting, limit },
      isOwnFault: true,
    };
  }
  const kind = /memory/i.test(message) ? 'memory' : /pid/i.test(message) ? 'pid' : 'disk';
  return {
    code: 'NodeUnderPressure',
    what: `the kubelet of node ${node} evicted it (Evicted)${why}`,
    details: { node, fix: pressureFix(kind, node) },
  };
}

/** The kubelet refused a pod that the scheduler (or nodeName) gave it. */
function refused(reason: string, why: string, said: string, pod: Manifest, node: string): End | undefined {
  const resource = /^OutOf(.+)$/.exec(reason)?.[1];
  if (resource !== undefined) {
    const fix = `Lower resources.requests.${resource}, free room on node ${node}, or use a larger instance type.`;
    return {
      code: 'Unschedulable',
      what: `node ${node} refused it (${reason})${why}`,
      details: { fix },
      isOwnFault: true,
    };
  }
  if (reason === 'NodePorts') {
    const fix = 'Take hostPort out, choose another one, or let the old pod go first: strategy Recreate or maxSurge 0.';
    return {
      code: 'PortTaken',
      what: `node ${node} refused it (${reason}): a host port is in use${why}`,
      details: { fix },
      isOwnFault: true,
    };
  }
  const fixes: Readonly<Record<string, string>> = {
    NodeAffinity: `Label the node as nodeSelector or affinity of the pod ask: kubectl label node ${node} KEY=VALUE. Or mend them.`,
    NodeName: 'Take nodeName out of the pod and let the scheduler place it.',
    UnexpectedAdmissionError: `The device or resource that it asks for is not healthy on node ${node}: kubectl describe node ${node}; sudo systemctl restart k3s`,
    TopologyAffinityError:
      'The topology manager of the kubelet finds no place that fits: lower the request, or loosen its policy.',
    SysctlForbidden:
      'Take the sysctl out of securityContext.sysctls, or allow it: --kubelet-arg=allowed-unsafe-sysctls=NAME',
    AppArmor: 'Load the AppArmor profile on the node, or take it out of securityContext.appArmorProfile.',
    PodOSNotSupported: 'Set spec.os.name to the system of the node, or place the pod on another one.',
    PodOSSelectorNodeLabelDoesNotMatch: 'Set spec.os.name and nodeSelector kubernetes.io/os to the system of the node.',
    SupplementalGroupsPolicyNotSupported: 'Take supplementalGroupsPolicy out, or use a newer container runtime.',
    Admission: 'See the sentence; the kubelet of the node refuses it.',
  };
  const fix =
    fixes[reason] ??
    (/rejected|admit/i.test(said)
      ? `See why the kubelet refuses it: kubectl describe pod ${textAt(pod, 'metadata', 'name')}`
      : undefined);
  if (fix === undefined) return undefined;
  return {
    code: 'Unschedulable',
    what: `node ${node} refused it (${reason})${why}`,
    details: { fix },
    isOwnFault: true,
  };
}
