import type { ErrorCode } from '../errors.ts';
import { countOf, eventText, eventTime } from './event.ts';
import { listAt, textAt, timeAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { isFresh, oneLine, type Finding, type Look } from './look.ts';
import { createCommand, missingConfig } from './missing-config.ts';

/** A volume's Secret may be created a moment after the pod. */
const mountGraceMs = 10_000;
const reasons = /^(FailedMount|FailedAttachVolume|FailedMapVolume|FailedPrepareDynamicResources)$/;

/** A volume keeps the containers from starting, as the newest telling event has it. */
export function volumeTrouble(pod: Manifest, look: Look): Finding | undefined {
  const events = look.events.filter((one) => reasons.test(textAt(one, 'reason')) && isFresh(eventTime(one), look));
  // "timed out waiting for the condition" follows on the cause and only repeats that something is not mounted.
  const event = events.findLast((one) => !isEcho(eventText(one))) ?? events.at(-1);
  if (event === undefined) return undefined;
  const message = eventText(event);
  const since = timeAt(event, 'firstTimestamp') ?? timeAt(event, 'eventTime') ?? look.now;
  const isRepeated = countOf(event) > 1 || look.now - since >= mountGraceMs;
  const cause = causeOf(message, pod);
  return {
    code: cause.code,
    what: `a volume is not ${textAt(event, 'reason').startsWith('FailedAttach') ? 'attached' : 'mounted'}: ${oneLine(withoutChain(message))}`,
    details: { reason: oneLine(message), fix: cause.fix },
    isFinal: cause.isFinal && isRepeated && !/failed to sync .* cache|not registered/i.test(message),
  };
}

function isEcho(text: string): boolean {
  return /^Unable to attach or mount volumes:.*(?:timed out waiting|deadline exceeded)/s.test(text);
}

/** The mount command's own chatter is long and says less than its last line. */
function withoutChain(message: string): string {
  const [first = '', rest] = message.split(/\s*Mounting command: .*?\s*Output: /s);
  return rest === undefined ? message : `${first.trim()}: ${rest.trim()}`;
}

interface Cause {
  code: ErrorCode;
  fix: string;
  isFinal: boolean;
}

function causeOf(message: string, pod: Manifest): Cause {
  const namespace = textAt(pod, 'metadata', 'namespace') || 'default';
  const missing = missingConfig(message, pod);
  if (missing !== undefined) return { code: 'ContainerConfigInvalid', fix: createCommand(missing, pod), isFinal: true };
  const claim = /persistentvolumeclaims? "([^"]+)" not found/i.exec(message)?.[1];
  if (claim !== undefined) {
    return {
      code: 'VolumeClaimPending',
      fix: `Add the claim to k8s/, or mend claimName of the volume; see: kubectl -n ${namespace} get pvc`,
      isFinal: true,
    };
  }
  const code = 'VolumeMountFailing';
  if (/Multi-Attach error/i.test(message)) {
    return {
      code,
      fix: 'The disk is still attached to another node (ReadWriteOnce): let the old pod go first (strategy Recreate), or delete it if its node is gone: kubectl get volumeattachments',
      isFinal: false,
    };
  }
  if (/hostPath type check failed/i.test(message)) {
    const volume = /for volume "([^"]+)"/.exec(message)?.[1] ?? '';
    const type = textAt(
      listAt(pod, 'spec', 'volumes').find((one) => textAt(one, 'name') === volume),
      'hostPath',
      'type',
    );
    return {
      code,
      fix: `Make the path on the node, or mend hostPath of volume ${volume}: type DirectoryOrCreate or FileOrCreate makes it${type === '' ? '' : ` (now ${type})`}.`,
      isFinal: true,
    };
  }
  if (/path "[^"]*" does not exist|no such file or directory/i.test(message)) {
    return {
      code,
      fix: 'Make the path on the node (sudo mkdir -p PATH), or mend the path of the volume.',
      isFinal: true,
    };
  }
  const driver = /driver name (\S+) not found in the list of registered CSI drivers/.exec(message)?.[1];
  if (driver !== undefined)
    return {
      code,
      fix: `Install the CSI driver ${driver} on the node: kubectl get csidrivers; kubectl get pods -A | grep csi`,
      isFinal: false,
    };
  if (
    /mount\.nfs|nfs|cifs/i.test(message) &&
    /timed out|No route|refused|helper program|access denied/i.test(message)
  ) {
    return {
      code,
      fix: 'The file server must be reachable and let the node in, and the node needs its client: sudo apt-get install nfs-common',
      isFinal: false,
    };
  }
  return {
    code,
    fix: `See the claim and its volume: kubectl -n ${namespace} describe pvc; kubectl get volumeattachments`,
    isFinal: false,
  };
}
