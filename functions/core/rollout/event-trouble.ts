import { claimTrouble } from './claim-trouble.ts';
import { eventText } from './event.ts';
import { podOfEvents, subjectRef } from './events-pod.ts';
import { textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, subjectOf, type Look, type Trouble } from './look.ts';
import { podsRefused } from './refusal.ts';
import { troublesOf } from './trouble.ts';
import { pressureFix } from './unscheduled.ts';

/** What the events (oldest first, all about one object that is not at hand) tell about it. Undefined when that is nothing bad. */
export function troubleOfEvents(events: readonly Manifest[], look: Omit<Look, 'events'>): Trouble | undefined {
  const [first] = events;
  if (first === undefined) return undefined;
  const { kind, namespace, name } = subjectRef(first);
  if (kind === 'Pod') {
    const pod = podOfEvents(events);
    return pod === undefined ? undefined : troublesOf(pod, { ...look, events })[0];
  }
  const object: Manifest = { apiVersion: 'v1', kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) } };
  if (kind === 'PersistentVolumeClaim') return claimTrouble(object, events, []);
  if (kind === 'Node') return nodeEvents(events, name, object);
  return controllerEvents(events, object);
}

function nodeEvents(events: readonly Manifest[], node: string, object: Manifest): Trouble | undefined {
  const subject = subjectOf(object);
  const details = { node, object: `node/${node}` };
  const last = events.findLast((event) =>
    /^(NodeNotReady|NodeReady|NodeHas(Disk|Memory|PID)Pressure|NodeHasInsufficient(Memory|PID)|NodeHasNo\w+|NodeHasSufficient\w+|EvictionThresholdMet|FreeDiskSpaceFailed|ImageGCFailed|SystemOOM|OOMKilling)$/.test(
      textAt(event, 'reason'),
    ),
  );
  if (last === undefined) return undefined;
  const [reason, said] = [textAt(last, 'reason'), oneLine(eventText(last))];
  if (reason === 'NodeNotReady')
    return { code: 'NodeNotReady', what: `it is not ready: ${said}`, subject, details, isFinal: true };
  if (/^NodeReady|^NodeHasNo|^NodeHasSufficient/.test(reason)) return undefined;
  const kind = /memory|OOM/i.test(`${reason} ${said}`) ? 'memory' : /PID/.test(reason) ? 'pid' : 'disk';
  return {
    code: 'NodeUnderPressure',
    what: `${reason}: ${said}`,
    subject,
    details: { ...details, fix: pressureFix(kind, node) },
    isFinal: true,
  };
}

function controllerEvents(events: readonly Manifest[], object: Manifest): Trouble | undefined {
  const [kind, name, namespace] = [object.kind, object.metadata.name, object.metadata.namespace ?? 'default'];
  const at = { namespace, object: `${kind.toLowerCase()}/${name}` };
  const subject = subjectOf(object);
  const refused = events.findLast((event) =>
    /^(FailedCreate|ReplicaSetCreateError|SuccessfulCreate)$/.test(textAt(event, 'reason')),
  );
  if (refused !== undefined && textAt(refused, 'reason') !== 'SuccessfulCreate') {
    const finding = podsRefused(eventText(refused), at);
    return { ...finding, subject, details: { ...at, ...finding.details } };
  }
  const failed = events.findLast((event) =>
    /^(BackoffLimitExceeded|DeadlineExceeded|PodFailurePolicy)$/.test(textAt(event, 'reason')),
  );
  if (failed === undefined) return undefined;
  return jobFailed(subject, textAt(failed, 'reason'), eventText(failed), at);
}

/** A Job that gave up, when none of its pods tells why. */
export function jobFailed(
  subject: string,
  reason: string,
  message: string,
  at: { namespace: string; object: string },
): Trouble {
  const again = `A Job is not run again by itself: kubectl -n ${at.namespace} delete ${at.object}, then deploy.`;
  const fix =
    reason === 'DeadlineExceeded'
      ? `Raise activeDeadlineSeconds, or make it end sooner. ${again}`
      : `Read its log: kubectl -n ${at.namespace} logs ${at.object}. Mend the cause, or raise backoffLimit. ${again}`;
  return {
    code: 'JobFailed',
    what: `it failed (${reason})${message === '' ? '' : `: ${oneLine(message)}`}`,
    subject,
    details: { ...at, reason, fix },
    isFinal: true,
  };
}
