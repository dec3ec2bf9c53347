import { eventText, eventTime } from './event.ts';
import { at, textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';

/** What an event is about: `involvedObject` in v1, `regarding` in events.k8s.io/v1. */
export function subjectRef(event: Manifest): { kind: string; namespace: string; name: string; uid: string } {
  const ref = at(event, 'involvedObject') ?? at(event, 'regarding');
  return {
    kind: textAt(ref, 'kind'),
    namespace: textAt(ref, 'namespace'),
    name: textAt(ref, 'name'),
    uid: textAt(ref, 'uid'),
  };
}

/** The pod as far as its events (oldest first) tell it: what its containers wait for, whether it is placed, how it ended. */
export function podOfEvents(events: readonly Manifest[]): Manifest | undefined {
  const [first] = events;
  if (first === undefined) return undefined;
  const { namespace, name, uid } = subjectRef(first);
  const names = [...new Set(events.map(containerName).filter((one) => one !== ''))];
  const containers = (names.length === 0 ? ['app'] : names).map((container) => {
    const own = events.filter((event) => [container, ''].includes(containerName(event)));
    return {
      spec: { name: container, image: imageOf(own) },
      status: { name: container, ready: false, restartCount: 0, ...stateOf(own) },
      isInit: own.some(isOfInit),
    };
  });
  const ended = events.findLast((event) =>
    /^(Evicted|Preempted|Preempting|TaintManagerEviction|NodeNotReady)$/.test(textAt(event, 'reason')),
  );
  const list = (part: 'spec' | 'status', isInit: boolean): object[] =>
    containers.filter((one) => one.isInit === isInit).map((one) => one[part]);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(namespace === '' ? {} : { namespace }), ...(uid === '' ? {} : { uid }) },
    spec: { containers: list('spec', false), initContainers: list('spec', true) },
    status: {
      phase: ended === undefined ? 'Pending' : 'Failed',
      ...(ended === undefined ? {} : { reason: textAt(ended, 'reason'), message: eventText(ended) }),
      containerStatuses: list('status', false),
      initContainerStatuses: list('status', true),
    },
  };
}

function containerName(event: Manifest): string {
  const ref = at(event, 'involvedObject') ?? at(event, 'regarding');
  const told = /\{([^}]+)\}$/.exec(textAt(ref, 'fieldPath'))?.[1];
  return (
    told ??
    /restarting failed container[ =](\S+)/.exec(eventText(event))?.[1] ??
    /^(?:Init c|C)ontainer (\S+) failed/.exec(eventText(event))?.[1] ??
    ''
  );
}

function isOfInit(event: Manifest): boolean {
  const ref = at(event, 'involvedObject') ?? at(event, 'regarding');
  return /initContainers\{/.test(textAt(ref, 'fieldPath'));
}

function imageOf(events: readonly Manifest[]): string {
  const told = events.map((event) => /image "([^"]+)"/i.exec(eventText(event))?.[1]).filter((one) => one !== undefined);
  return told.at(-1) ?? '';
}

/** The state of a container by its newest telling event. "Error: ErrImagePull" and the back-off tell less than what came before. */
function stateOf(events: readonly Manifest[]): object {
  const inOrder = [...events].sort((a, b) => eventTime(a) - eventTime(b));
  const reasons = (...wanted: string[]) => inOrder.findLast((event) => wanted.includes(textAt(event, 'reason')));
  const failed = inOrder.findLast(
    (event) =>
      textAt(event, 'reason') === 'Failed' && !/^Error: (?:ErrImagePull|ImagePullBackOff)$/.test(eventText(event)),
  );
  const never = reasons('ErrImageNeverPull', 'InspectFailed');
  const waiting = (reason: string, message: string): object => ({ state: { waiting: { reason, message } } });
  if (never !== undefined && failed === undefined)
    return waiting(
      textAt(never, 'reason') === 'InspectFailed' ? 'InvalidImageName' : 'ErrImageNeverPull',
      eventText(never),
    );
  if (failed !== undefined) {
    const text = eventText(failed).replace(/^Error: /, '');
    if (/pull|ImageNeverPull|InvalidImageName/i.test(text)) return waiting('ErrImagePull', text);
    if (/OCI runtime|containerd task|failed to start container|start container process/i.test(text))
      return waiting('RunContainerError', text);
    return waiting('CreateContainerConfigError', text);
  }
  if (inOrder.some((event) => /Back-off pulling|^Error: (?:ErrImagePull|ImagePullBackOff)/.test(eventText(event))))
    return waiting('ImagePullBackOff', eventText(reasons('BackOff') ?? inOrder[0] ?? ({} as Manifest)));
  if (inOrder.some((event) => /probe (?:failed|errored)|failed (?:liveness|startup) probe/i.test(eventText(event))))
    return { state: { running: {} } };
  if (inOrder.some((event) => textAt(event, 'reason') === 'FailedPostStartHook'))
    return waiting('PostStartHookError', '');
  const isBackingOff = inOrder.some((event) => /restarting failed container/.test(eventText(event)));
  return isBackingOff ? waiting('CrashLoopBackOff', '') : {};
}
