import type { Manifest } from '../kubernetes.ts';
import type { Failure } from '../release.ts';
import { diagnoseObjects } from '../rollout/saved-diagnosis.ts';

/** Objects as `kubectl get … -o yaml` saves them, cut to what the rules read. */
const uid = 'p-1';

export function savedPod(status: object, container: object = {}, spec: object = {}, metadata: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', uid, creationTimestamp: '2026-11-24T10:00:00Z', ...metadata },
    spec: { containers: [{ name: 'app', image: 'ghcr.io/acme/shop:1', ...container }], ...spec },
    status: { phase: 'Pending', ...status },
  };
}

/** A pod whose one container is in this state. */
export function podIn(state: object, more: object = {}, container: object = {}, spec: object = {}): Manifest {
  return savedPod(
    { containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state, ...more }] },
    container,
    spec,
  );
}

export function podWaiting(reason: string, message = '', container: object = {}, spec: object = {}): Manifest {
  return podIn({ waiting: { reason, message } }, {}, container, spec);
}

/** Started again and again; `end` is how it ended last. */
export function podCrashing(end: object, restarts = 4, container: object = {}, spec: object = {}): Manifest {
  const waiting = {
    reason: 'CrashLoopBackOff',
    message: 'back-off 1m20s restarting failed container=app pod=web-1_shop(p-1)',
  };
  return podIn(
    { waiting },
    { restartCount: restarts, lastState: { terminated: { reason: 'Error', ...end } } },
    container,
    spec,
  );
}

export function podUnscheduled(message: string, spec: object = {}, container: object = {}): Manifest {
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  return savedPod({ conditions: [condition] }, container, spec);
}

export function savedEvent(reason: string, message: string, about: object = {}, more: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${reason}.1`, namespace: 'shop' },
    type: 'Warning',
    reason,
    message,
    lastTimestamp: '2026-11-24T10:01:00Z',
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1', uid, ...about },
    ...more,
  };
}

export function savedNode(
  conditions: object[] = [{ type: 'Ready', status: 'True' }],
  spec: object = {},
  status: object = {},
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1' },
    spec,
    status: {
      allocatable: { cpu: '2', memory: '1900Mi', pods: '110' },
      nodeInfo: { architecture: 'arm64', operatingSystem: 'linux' },
      conditions,
      ...status,
    },
  };
}

export function savedObject(
  apiVersion: string,
  kind: string,
  name: string,
  rest: object = {},
  metadata: object = {},
): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: 'shop', uid: `${kind}-${name}`, ...metadata }, ...rest };
}

export function diagnosed(objects: readonly Manifest[], logs: readonly string[] = []): Failure | undefined {
  return diagnoseObjects(objects, logs, new Date('2026-11-24T10:05:00Z'));
}
