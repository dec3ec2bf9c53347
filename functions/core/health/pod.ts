import type { Manifest } from '../kubernetes.ts';
import { textAt } from '../rollout/field.ts';
import { conditionOf, conditionsOf } from './condition.ts';
import { containersOf, describeEnding, isFailing, type ContainerState } from './container.ts';
import { areOf, because, count, degraded, healthy, progressing, unknown, type Health } from './verdict.ts';

/**
 * A Pod that is restarted always is Healthy when it is Ready; one that is to end is Healthy when it has succeeded, so it is
 * Progressing while it runs. A failed Pod is Degraded.
 */
export function podHealth(object: Manifest): Health {
  const containers = containersOf(object);
  switch (textAt(object, 'status', 'phase')) {
    case 'Succeeded':
      return healthy('PodCompleted', 'Every container of the Pod ended with success.');
    case 'Failed':
      return failed(object, containers);
    case 'Running':
      return failing(containers) ?? running(object, containers);
    case 'Unknown':
      return unknown('NodeNotReachable', 'The node of the Pod does not answer, so nothing can be told of the Pod.');
    case 'Pending':
    case '':
      return failing(containers) ?? pending(object, containers);
    default:
      return unknown('PhaseNotKnown', `The phase ${textAt(object, 'status', 'phase')} is none that Pods have.`);
  }
}

function failed(pod: Manifest, containers: readonly ContainerState[]): Health {
  const reason = textAt(pod, 'status', 'reason');
  const message = textAt(pod, 'status', 'message');
  if (reason !== '' || message !== '')
    return degraded(reason || 'PodFailed', because('The Pod failed', message || reason));
  for (const container of containers) {
    // The kubelet ends sidecars by a signal once the others have ended: that is no cause.
    const end = container.isSidecar ? undefined : container.terminated;
    if (end === undefined || (end.exitCode === 0 && end.reason !== 'OOMKilled')) continue;
    return degraded(end.reason || 'Error', because(describeEnding(container, end), end.message));
  }
  return degraded('PodFailed', 'The Pod failed, and no container tells why.');
}

/** A container that the kubelet tried to start and could not, or that ends each time it is started. */
function failing(containers: readonly ContainerState[]): Health | undefined {
  for (const container of containers) {
    const { waiting, lastTerminated: last } = container;
    if (waiting === undefined || !isFailing(waiting)) continue;
    const what =
      waiting.reason === 'CrashLoopBackOff' && last !== undefined
        ? `${describeEnding(container, last)} and is restarted again and again`
        : `${container.label} cannot be started`;
    return degraded(waiting.reason, because(what, waiting.message));
  }
  return undefined;
}

function pending(pod: Manifest, containers: readonly ContainerState[]): Health {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    return progressing(scheduled.reason || 'NotScheduled', because('The Pod has no node yet', scheduled.message));
  }
  if (containers.length === 0 && scheduled === undefined && textAt(pod, 'spec', 'nodeName') === '') {
    return progressing('NotScheduled', 'The Pod has no node yet.');
  }
  const steps = containers.filter(({ isInit }) => isInit);
  const done = steps.filter(({ isSidecar, isStarted, terminated }) =>
    isSidecar ? isStarted : terminated?.exitCode === 0,
  );
  const broken = steps.find(({ isSidecar, terminated }) => !isSidecar && (terminated?.exitCode ?? 0) !== 0);
  if (broken?.terminated !== undefined) {
    return degraded(
      broken.terminated.reason || 'Error',
      because(describeEnding(broken, broken.terminated), broken.terminated.message),
    );
  }
  if (done.length < steps.length) {
    return progressing('PodInitializing', `${areOf(done.length, steps.length, 'init container')} done.`);
  }
  const waiting = containers.find((container) => container.waiting !== undefined)?.waiting;
  return progressing(
    waiting?.reason || 'PodPending',
    because('The containers of the Pod are being started', waiting?.message ?? ''),
  );
}

function running(pod: Manifest, containers: readonly ContainerState[]): Health {
  const policy = textAt(pod, 'spec', 'restartPolicy') || 'Always';
  return policy === 'Always' ? serving(pod, containers) : ending(containers, policy);
}

function serving(pod: Manifest, containers: readonly ContainerState[]): Health {
  const lasting = containers.filter(({ isInit, isSidecar }) => !isInit || isSidecar);
  const restarts = lasting.reduce((sum, container) => sum + container.restarts, 0);
  const told = restarts === 0 ? '' : `, after ${count(restarts, 'restart')}`;
  const ready = conditionOf(pod, 'Ready');
  const counted = areOf(lasting.filter(({ isReady }) => isReady).length, lasting.length, 'container');
  if (ready?.status === 'True') return healthy('PodReady', `The Pod is ready: ${counted} ready${told}.`);
  const ended = lasting.find(
    (one) => one.terminated !== undefined || (!one.isReady && one.lastTerminated !== undefined),
  );
  const how = ended?.terminated ?? ended?.lastTerminated;
  if (ended !== undefined && how !== undefined) {
    return degraded(
      how.reason || 'Restarted',
      because(`${describeEnding(ended, how)}, and the Pod is not ready`, how.message),
    );
  }
  const gates = conditionsOf(pod).filter(({ type, status }) => type.includes('/') && status !== 'True');
  if (ready?.reason === 'ReadinessGatesNotReady' && gates.length > 0) {
    return progressing(
      ready.reason,
      `The Pod waits for its readiness gate ${gates.map(({ type }) => type).join(', ')}.`,
    );
  }
  return progressing(ready?.reason || 'ContainersNotReady', `The Pod runs: ${counted} ready.`);
}

/** OnFailure and Never: the Pod is meant to end, so that it runs is not the end. */
function ending(containers: readonly ContainerState[], policy: string): Health {
  const main = containers.filter(({ isInit }) => !isInit);
  const broken = main.find(
    ({ restartPolicy, terminated }) => restartPolicy === '' && (terminated?.exitCode ?? 0) !== 0,
  );
  if (policy === 'Never' && broken?.terminated !== undefined) {
    const { reason, message } = broken.terminated;
    return degraded(
      reason || 'Error',
      because(`${describeEnding(broken, broken.terminated)} and is not restarted`, message),
    );
  }
  const done = main.filter(({ terminated }) => terminated?.exitCode === 0).length;
  return progressing(
    'PodRunning',
    `The Pod runs until its containers end: ${done} of ${main.length} ended with success.`,
  );
}
