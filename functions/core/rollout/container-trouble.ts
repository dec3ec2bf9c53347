import { countOf, eventText, ofContainer } from './event.ts';
import { createTrouble } from './create-trouble.ts';
import { describeExit } from './exit.ts';
import { at, isRecord, numberAt, textAt, timeAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { tellingLine, wordOf } from './log-words.ts';
import { clockToleranceMs, isFresh, oneLine, type ContainerView, type Finding, type Look } from './look.ts';
import { memoryTrouble } from './memory-trouble.ts';
import { killingProbe, probeFinding, probeTrouble } from './probe-trouble.ts';
import { pullReasons, pullTrouble } from './pull-trouble.ts';
import { foreign, platform, startTrouble } from './start-trouble.ts';

/** One end can be chance; the second is not. */
const crashesThatCount = 2;

/** What keeps this container from running or getting ready; undefined when nothing is wrong with it so far. */
export function containerTrouble(view: ContainerView, pod: Manifest, look: Look): Finding | undefined {
  const found = troubleOf(view, pod, look);
  return found === undefined
    ? undefined
    : { ...found, details: { container: textAt(view.spec, 'name'), ...found.details } };
}

function troubleOf(view: ContainerView, pod: Manifest, look: Look): Finding | undefined {
  const reason = textAt(view.status, 'state', 'waiting', 'reason');
  const message = textAt(view.status, 'state', 'waiting', 'message');
  if (pullReasons.has(reason)) return pullTrouble(view, reason, message, pod, look);
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError') {
    return createTrouble(view, reason, message || lastEventText(view, look, /^Failed$/), pod);
  }
  const end = lastEnd(view.status, look);
  return (
    hookTrouble(view, reason, message, end, look) ??
    memoryTrouble(view, end, pod, look) ??
    crashTrouble(view, reason, message, end, pod, look) ??
    probeTrouble(view, look)
  );
}

/** How the container ended last. A run before this rollout says nothing about one that goes on: its node may have slept. */
function lastEnd(status: Fields, look: Look): Fields | undefined {
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
  if (!isRecord(ended)) return undefined;
  const isRunning = at(status, 'state', 'running') !== undefined;
  return isRunning && look.startedAt > 0 && !isFresh(timeAt(ended, 'finishedAt'), look) ? undefined : ended;
}

/** A postStart hook that fails ends its container, so that it looks like a crash. */
function hookTrouble(
  view: ContainerView,
  reason: string,
  message: string,
  end: Fields | undefined,
  look: Look,
): Finding | undefined {
  const event = look.events.findLast(
    (one) => textAt(one, 'reason') === 'FailedPostStartHook' && ofContainer(one, textAt(view.spec, 'name')),
  );
  const isTold = reason === 'PostStartHookError';
  if (view.status['ready'] === true || (!isTold && (event === undefined || end === undefined))) return undefined;
  const texts = [message, event === undefined ? '' : eventText(event)];
  // "PostStartHook failed" is all that the event says since Kubernetes 1.26.
  const said = texts.find((text) => text !== '' && !/^PostStartHook failed$/.test(text)) ?? '';
  const why = /exited with \d+.*/s.exec(said)?.[0] ?? said;
  const command = at(view.spec, 'lifecycle', 'postStart', 'exec', 'command');
  const what = Array.isArray(command) ? ` (${oneLine(command.map(String).join(' '), 100)})` : '';
  return {
    code: 'LifecycleHookFailing',
    what: `${view.label} is killed because its postStart hook${what} fails${why === '' ? '' : `: ${oneLine(why.replace(/\s*, message: ".*"$/s, ''))}`}`,
    details: { reason: oneLine(said) },
    isFinal: isTold || endsOf(view) >= crashesThatCount,
  };
}

function crashTrouble(
  view: ContainerView,
  reason: string,
  message: string,
  end: Fields | undefined,
  pod: Manifest,
  look: Look,
): Finding | undefined {
  if (view.status['ready'] === true) return undefined;
  const endReason = textAt(end, 'reason');
  if (reason === 'RunContainerError' || endReason === 'StartError' || endReason === 'ContainerCannotRun') {
    // In back-off the message only says so; why it ended is told by the end.
    const why = reason === 'RunContainerError' ? message : textAt(end, 'message');
    return startTrouble(view, why || textAt(end, 'message') || lastEventText(view, look, /^Failed$/), pod, look);
  }
  const isInBackOff = reason === 'CrashLoopBackOff';
  if (!(isInBackOff || (end !== undefined && isFailure(view, end, pod)))) return undefined;

  const restarts = numberAt(view.status, 0, 'restartCount');
  const isNewPod = (timeAt(pod, 'metadata', 'creationTimestamp') ?? 0) >= look.startedAt - clockToleranceMs;
  const isFinal =
    (isInBackOff && (isNewPod || isFresh(timeAt(end, 'finishedAt'), look))) ||
    (isNewPod && endsOf(view) >= crashesThatCount);
  const kind = killingProbe(view, end, look);
  if (kind !== undefined) return probeFinding(view, kind, look, isFinal, ' and the kubelet restarts it');
  const said = textAt(end, 'message');
  const image = textAt(view.spec, 'image') || textAt(view.status, 'image');
  if (/exec format error/i.test(said)) {
    return { ...foreign(view, pod, look), details: { restarts, ...platform(image, pod, look) }, isFinal };
  }
  const lines = said.split('\n');
  const [line, word] = [oneLine(tellingLine(lines) ?? ''), wordOf(lines)];
  const told = `${line === '' ? '' : `: ${line}`}${word === undefined ? '' : ` (${word.means})`}`;
  const fix = word?.fix ?? logsFix(view, pod);
  return {
    code: 'ContainerCrashing',
    what: `${view.label} ${crashWords(view, isInBackOff, end, look)}${told}`,
    details: { exitCode: numberAt(end, -1, 'exitCode'), restarts, reason: endReason, image, fix },
    isFinal,
  };
}

function crashWords(view: ContainerView, isInBackOff: boolean, end: Fields | undefined, look: Look): string {
  const restarts = numberAt(view.status, 0, 'restartCount');
  const times = restarts === 1 ? '1 restart' : `${restarts} restarts`;
  const where = isInBackOff ? `CrashLoopBackOff${restarts > 1 ? `, ${times}` : ''}` : times;
  const isMain = view.label.startsWith('container');
  const serves = at(end, 'exitCode') === 0 && isMain ? '; it ends instead of going on' : '';
  const backOff = look.events.findLast((one) => /restarting failed container/i.test(eventText(one)));
  const often = restarts === 0 && isInBackOff && backOff !== undefined ? `, ${countOf(backOff)} back-offs` : '';
  return `${describeExit(end)} (${where}${often})${serves}`;
}

/** How often it has ended: a container that waits to be started again has ended once more than it was. */
function endsOf({ status }: ContainerView): number {
  return numberAt(status, 0, 'restartCount') + (at(status, 'state', 'terminated') === undefined ? 0 : 1);
}

/** Exit 0 is how an init container and a pod that is to end (restartPolicy Never, OnFailure) succeed. */
function isFailure(view: ContainerView, end: Fields, pod: Manifest): boolean {
  if (numberAt(end, 1, 'exitCode') !== 0) return true;
  const policy = textAt(pod, 'spec', 'restartPolicy');
  const mayEnd = view.label.startsWith('init') || policy === 'Never' || policy === 'OnFailure';
  return !mayEnd && textAt(pod, 'status', 'phase') !== 'Succeeded';
}

function logsFix(view: ContainerView, pod: Manifest): string {
  const [namespace, name] = [textAt(pod, 'metadata', 'namespace') || 'default', textAt(pod, 'metadata', 'name')];
  const previous = at(view.status, 'lastState', 'terminated') === undefined ? '' : ' --previous';
  return `The last log lines are in failure.logs and in: kubectl -n ${namespace} logs ${name} -c ${textAt(view.spec, 'name')}${previous}`;
}

function lastEventText(view: ContainerView, look: Look, reason: RegExp): string {
  const event = look.events.findLast(
    (one) => reason.test(textAt(one, 'reason')) && ofContainer(one, textAt(view.spec, 'name')),
  );
  return event === undefined ? '' : eventText(event).replace(/^Error: /, '');
}
