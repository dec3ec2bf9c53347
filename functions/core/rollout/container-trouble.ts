import { eventText, eventTime } from './event.ts';
import { at, isRecord, numberAt, textAt, timeAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { clockToleranceMs, isFresh, oneLine, type ContainerView, type Finding, type Look } from './look.ts';
import { describeProbe } from './probe.ts';
import { classifyPull } from './pull.ts';

const pullReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
/** A pull that fails for a reason nobody knows gets another try or two before it counts. */
const unknownPullGraceMs = 30_000;
/** One crash can be chance; the second start that ends the same way is not. */
const crashesThatCount = 2;

const signals: Record<number, string> = {
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

/** `exits 1`, or `is ended by SIGSEGV (exit 139)`: above 128 a shell's convention names the signal. */
function describeExit(exitCode: number): string {
  const signal = exitCode > 128 ? signals[exitCode - 128] : undefined;
  return signal === undefined ? `exits ${exitCode}` : `is ended by ${signal} (exit ${exitCode})`;
}

/** What keeps this container from running or getting ready; undefined when nothing is wrong with it so far. */
export function containerTrouble(view: ContainerView, pod: Manifest, look: Look): Finding | undefined {
  const reason = textAt(view.status, 'state', 'waiting', 'reason');
  const message = textAt(view.status, 'state', 'waiting', 'message');
  if (pullReasons.has(reason)) return pullTrouble(view, reason, message, pod, look);
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError') {
    const passes = /failed to sync .* cache|deadline exceeded|is reserved for/i.test(message);
    return {
      code: 'ContainerConfigInvalid',
      what: `${view.label} cannot be created: ${oneLine(message) || reason}`,
      details: { reason: message },
      isFinal: !passes,
    };
  }
  return memoryTrouble(view, look) ?? crashTrouble(view, reason, message, pod, look) ?? probeTrouble(view, look);
}

function pullTrouble(view: ContainerView, reason: string, message: string, pod: Manifest, look: Look): Finding {
  const image = textAt(view.spec, 'image') || textAt(view.status, 'image');
  // Before Kubernetes 1.32 ImagePullBackOff forgets the cause; the event before it still has it (kubernetes#127918).
  const event = look.events.findLast((one) => textAt(one, 'reason') === 'Failed' && /pull/i.test(eventText(one)));
  const told = [`${reason}: ${message}`, event === undefined ? '' : eventText(event)];
  const cause = told.map(classifyPull).find((one) => one !== undefined);
  const waitedMs = look.now - (timeAt(pod, 'metadata', 'creationTimestamp') ?? look.now);
  const text = cause === undefined && event !== undefined ? eventText(event) : message;
  return {
    code: cause?.code ?? 'ImagePullFailing',
    what: `${view.label} cannot pull ${image}: ${cause?.cause ?? (oneLine(text) || reason)}`,
    details: { image, reason: oneLine(text) },
    isFinal: cause === undefined ? waitedMs >= unknownPullGraceMs : !cause.isTransient,
  };
}

/** How the container ended last. A run before this rollout says nothing about one that goes on: its node may have slept. */
function lastEnd(status: Fields, look: Look): Fields | undefined {
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
  if (!isRecord(ended)) return undefined;
  const isRunning = at(status, 'state', 'running') !== undefined;
  return isRunning && !isFresh(timeAt(ended, 'finishedAt'), look) ? undefined : ended;
}

function memoryTrouble(view: ContainerView, look: Look): Finding | undefined {
  const end = lastEnd(view.status, look);
  if (end === undefined || textAt(end, 'reason') !== 'OOMKilled' || view.status['ready'] === true) return undefined;
  const found = at(view.spec, 'resources', 'limits', 'memory');
  const limit = typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
  const over = limit === undefined ? 'because the node ran out of memory' : `for using more than its limit of ${limit}`;
  return {
    code: 'OutOfMemory',
    what: `${view.label} was killed ${over} (OOMKilled, exit ${numberAt(end, 137, 'exitCode')})`,
    details: { limit: limit ?? 'none' },
    isFinal: isFresh(timeAt(end, 'finishedAt'), look),
  };
}

function crashTrouble(
  view: ContainerView,
  reason: string,
  message: string,
  pod: Manifest,
  look: Look,
): Finding | undefined {
  const end = lastEnd(view.status, look);
  const restarts = numberAt(view.status, 0, 'restartCount');
  if (view.status['ready'] === true) return undefined;
  if (reason === 'RunContainerError' || textAt(end, 'reason') === 'StartError') {
    // In back-off the message only says so; why it ended is told by the end.
    const why = reason === 'RunContainerError' ? message : textAt(end, 'message');
    return startTrouble(view, why || textAt(end, 'message'), restarts);
  }
  const isInit = view.label.startsWith('init');
  const hasEnded = end !== undefined && (!isInit || numberAt(end, 1, 'exitCode') !== 0);
  const isInBackOff = reason === 'CrashLoopBackOff';
  if (!hasEnded && !isInBackOff) return undefined;

  const isNewPod = (timeAt(pod, 'metadata', 'creationTimestamp') ?? 0) >= look.startedAt - clockToleranceMs;
  const isFinal =
    (isInBackOff && (isNewPod || isFresh(timeAt(end, 'finishedAt'), look))) ||
    (isNewPod && restarts >= crashesThatCount);
  const killed = look.events.findLast((one) =>
    /failed (liveness|startup) probe, will be restarted/i.test(eventText(one)),
  );
  if (killed !== undefined && /^(137|143)$/.test(String(at(end, 'exitCode')))) {
    const kind = /startup/i.test(eventText(killed)) ? 'startup' : 'liveness';
    return probeFinding(view, kind, look, isFinal, ' and the kubelet restarts it');
  }
  const exitCode = numberAt(end, -1, 'exitCode');
  const how = exitCode === -1 ? 'keeps ending' : describeExit(exitCode);
  const where = isInBackOff ? 'CrashLoopBackOff' : `${restarts} restarts`;
  const serves = exitCode === 0 && !isInit ? '; it ends instead of going on' : '';
  const said = oneLine(lastLine(textAt(end, 'message')));
  return {
    code: 'ContainerCrashing',
    what: `${view.label} ${how} (${where})${serves}${said === '' ? '' : `: ${said}`}`,
    details: { exitCode, restarts, reason: textAt(end, 'reason') },
    isFinal,
  };
}

/** The runtime could not start the process. A missing or foreign program stays so; the rest may be the node's trouble. */
function startTrouble(view: ContainerView, message: string, restarts: number): Finding {
  const isForeign = /exec format error/i.test(message);
  const isProgram = /executable file not found|no such file or directory|permission denied|not a directory/i.test(
    message,
  );
  const why = isForeign
    ? 'exec format error: the image is built for another CPU architecture than the node has'
    : oneLine(message) || 'the runtime gives no reason';
  return {
    code: 'ContainerCrashing',
    what: `${view.label} cannot be started: ${why}`,
    details: { reason: oneLine(message), restarts },
    isFinal: isForeign || isProgram || restarts >= crashesThatCount,
  };
}

/** A probe that fails is waited on: an app may be slow. It is the cause when the deadline comes. */
function probeTrouble(view: ContainerView, look: Look): Finding | undefined {
  if (view.status['ready'] === true || at(view.status, 'state', 'running') === undefined) return undefined;
  const event = unhealthy(view, look);
  if (event === undefined) return undefined;
  const kind = /^(startup|liveness)/i.exec(eventText(event))?.[1]?.toLowerCase() ?? 'readiness';
  return probeFinding(view, kind, look, false, '');
}

function probeFinding(view: ContainerView, kind: string, look: Look, isFinal: boolean, then: string): Finding {
  const event = unhealthy(view, look, kind);
  const answer =
    event === undefined
      ? ''
      : oneLine(eventText(event).replace(/^\w+ probe (failed|errored)( and resulted in unknown state)?:\s*/i, ''));
  const probe = describeProbe(view.spec, kind);
  return {
    code: 'ProbeFailing',
    what: `${view.label} does not pass its ${kind} probe${probe === '' ? '' : ` (${probe})`}${answer === '' ? '' : `: ${answer}`}${then}`,
    details: { probe: probe || kind, answer },
    isFinal,
  };
}

/** The last Unhealthy event of this rollout about this container (`spec.containers{app}`), of the kind if one is asked for. */
function unhealthy(view: ContainerView, look: Look, kind = ''): Manifest | undefined {
  return look.events.findLast((event) => {
    const field = textAt(event, 'involvedObject', 'fieldPath') || textAt(event, 'regarding', 'fieldPath');
    const isOfContainer = field === '' || field.endsWith(`{${textAt(view.spec, 'name')}}`);
    const isOfKind = eventText(event).toLowerCase().startsWith(kind);
    return textAt(event, 'reason') === 'Unhealthy' && isOfContainer && isOfKind && isFresh(eventTime(event), look);
  });
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
