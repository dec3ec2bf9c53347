import { at, isRecord, listAt, numberAt, textAt, type Fields } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';

/** A container of a Pod with its state, as the kubelet tells it. */
export interface ContainerState {
  /** `Container app`, `Init container migrate`, `Sidecar proxy`. */
  label: string;
  /** An init container with restartPolicy Always: it runs beside the others, and does not keep a Pod from completing. */
  isSidecar: boolean;
  isInit: boolean;
  restartPolicy: string;
  isReady: boolean;
  isStarted: boolean;
  restarts: number;
  waiting: { reason: string; message: string } | undefined;
  terminated: Ending | undefined;
  lastTerminated: Ending | undefined;
}

export interface Ending {
  reason: string;
  message: string;
  exitCode: number;
}

/** The init containers, in their order, then the others. Ephemeral containers are for people; they tell nothing of the Pod. */
export function containersOf(pod: Manifest): ContainerState[] {
  const policies = new Map(
    listAt(pod, 'spec', 'initContainers').map((one) => [textAt(one, 'name'), textAt(one, 'restartPolicy')]),
  );
  const own = new Map(
    listAt(pod, 'spec', 'containers').map((one) => [textAt(one, 'name'), textAt(one, 'restartPolicy')]),
  );
  return [
    ...listAt(pod, 'status', 'initContainerStatuses').map((one) => {
      const restartPolicy = policies.get(textAt(one, 'name')) ?? '';
      const isSidecar = restartPolicy === 'Always';
      return stateOf(one, isSidecar ? 'Sidecar' : 'Init container', { isInit: true, isSidecar, restartPolicy });
    }),
    ...listAt(pod, 'status', 'containerStatuses').map((one) =>
      stateOf(one, 'Container', { isInit: false, isSidecar: false, restartPolicy: own.get(textAt(one, 'name')) ?? '' }),
    ),
  ];
}

function stateOf(
  status: Fields,
  noun: string,
  role: Pick<ContainerState, 'isInit' | 'isSidecar' | 'restartPolicy'>,
): ContainerState {
  const waiting = at(status, 'state', 'waiting');
  return {
    label: `${noun} ${textAt(status, 'name')}`.trim(),
    ...role,
    isReady: at(status, 'ready') === true,
    isStarted: at(status, 'started') === true,
    restarts: numberAt(status, 0, 'restartCount'),
    waiting: isRecord(waiting) ? { reason: textAt(waiting, 'reason'), message: textAt(waiting, 'message') } : undefined,
    terminated: endingOf(at(status, 'state', 'terminated')),
    lastTerminated: endingOf(at(status, 'lastState', 'terminated')),
  };
}

function endingOf(value: unknown): Ending | undefined {
  if (!isRecord(value)) return undefined;
  return {
    reason: textAt(value, 'reason'),
    message: textAt(value, 'message'),
    exitCode: numberAt(value, 0, 'exitCode'),
  };
}

/** Whether a waiting reason of the kubelet means that it tried and failed, not that it has yet to try. */
export function isFailing(waiting: { reason: string; message: string }): boolean {
  // krane: the kubelet's caches lag behind an object that was only just made.
  if (waiting.reason === 'CreateContainerConfigError' && /failed to sync .* cache/.test(waiting.message)) return false;
  return /^Err|Error$|BackOff$|^InvalidImageName$|^ContainerCannotRun$|^ImageInspect/.test(waiting.reason);
}

/** `Container app was killed for lack of memory`, `Container app exited with 1`. */
export function describeEnding(container: ContainerState, ending: Ending): string {
  if (ending.reason === 'OOMKilled') return `${container.label} was killed for using more memory than its limit`;
  return `${container.label} exited with ${ending.exitCode}`;
}
