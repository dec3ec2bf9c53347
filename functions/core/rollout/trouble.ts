import { containerTrouble } from './container-trouble.ts';
import { conditionOf, eventsOf } from './event.ts';
import { at, listAt, textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, subjectOf, type ContainerView, type Finding, type Look, type Trouble } from './look.ts';
import { podEnd } from './pod-end.ts';
import { sandboxTrouble } from './sandbox-trouble.ts';
import { unscheduled } from './unscheduled.ts';
import { volumeTrouble } from './volume-trouble.ts';

/** All troubles of the pod, the most telling first. Never throws, whatever the objects hold. */
export function troublesOf(
  pod: Manifest,
  observation: Omit<Look, 'events'> & { events: readonly Manifest[] },
): Trouble[] {
  if (at(pod, 'metadata', 'deletionTimestamp') !== undefined) return [];
  const look: Look = { ...observation, events: eventsOf(observation.events, pod) };
  const subject = subjectOf(pod);
  const place = {
    namespace: textAt(pod, 'metadata', 'namespace') || 'default',
    object: `pod/${textAt(pod, 'metadata', 'name')}`,
  };
  return findings(pod, look)
    .map((one) => ({ ...one, subject, details: { ...place, ...one.details } }))
    .sort((a, b) => Number(b.isFinal) - Number(a.isFinal));
}

function findings(pod: Manifest, look: Look): Finding[] {
  if (textAt(pod, 'status', 'phase') === 'Succeeded') return [];
  const end = podEnd(pod, look);
  if (end !== undefined) return [end];
  const containers = containersOf(pod).map((view) => containerTrouble(view, pod, look));
  const hasFailed = textAt(pod, 'status', 'phase') === 'Failed';
  const others = hasFailed ? [] : [unscheduled(pod, look), ...unstarted(pod, look)];
  const found = [...containers, ...others, readinessGate(pod)].filter((one) => one !== undefined);
  return hasFailed ? found.map((one) => ({ ...one, isFinal: one.isFinal && !isOfReplicaSet(pod) })) : found;
}

/** All containers are ready, and a controller outside has not set the condition that the pod waits for. */
function readinessGate(pod: Manifest): Finding | undefined {
  const ready = conditionOf(pod, 'Ready');
  if (ready?.['status'] !== 'False' || ready['reason'] !== 'ReadinessGatesNotReady') return undefined;
  const gates = listAt(pod, 'spec', 'readinessGates').map((gate) => textAt(gate, 'conditionType'));
  return {
    code: 'RolloutTimedOut',
    what: `its containers are ready, but not its readiness gate ${gates.join(', ') || '?'}: ${oneLine(textAt(ready, 'message'))}`,
    details: {},
    isFinal: false,
  };
}

/** Evicted, shut down with its node: the ReplicaSet makes another one. */
function isOfReplicaSet(pod: Manifest): boolean {
  return listAt(pod, 'metadata', 'ownerReferences').some(({ kind }) => kind === 'ReplicaSet');
}

/** What keeps all containers from being made. Once one has run, its volumes and its sandbox are no trouble any more. */
function unstarted(pod: Manifest, look: Look): (Finding | undefined)[] {
  const hasRun = containersOf(pod).some(
    ({ status }) =>
      at(status, 'state', 'running') !== undefined ||
      at(status, 'state', 'terminated') !== undefined ||
      at(status, 'lastState', 'terminated') !== undefined,
  );
  return hasRun ? [] : [volumeTrouble(pod, look), sandboxTrouble(pod, look)];
}

/** Init containers first, as they run first. A container without a status yet has an empty one. */
export function containersOf(pod: Manifest): ContainerView[] {
  const lists = [
    { label: 'init container', spec: 'initContainers', status: 'initContainerStatuses' },
    { label: 'container', spec: 'containers', status: 'containerStatuses' },
  ];
  return lists.flatMap(({ label, spec, status }) => {
    const statuses = listAt(pod, 'status', status);
    return listAt(pod, 'spec', spec).map((container) => {
      // An init container that restarts always runs beside the others (a native sidecar).
      const isSidecar = spec === 'initContainers' && container['restartPolicy'] === 'Always';
      return {
        label: `${isSidecar ? 'sidecar container' : label} ${textAt(container, 'name')}`,
        spec: container,
        status: statuses.find((one) => one['name'] === container['name']) ?? {},
      };
    });
  });
}
