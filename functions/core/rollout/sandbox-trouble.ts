import type { ErrorCode } from '../errors.ts';
import { eventText, eventTime } from './event.ts';
import { at, listAt, textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { isFresh, oneLine, type Finding, type Look } from './look.ts';
import { classifyPull, registryOf } from './pull.ts';

/** The node cannot make the pod's sandbox: network plugin, pause image, runtime handler. Before any container is made. */
export function sandboxTrouble(pod: Manifest, look: Look): Finding | undefined {
  const statuses = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  if (statuses.some((one) => at(one, 'state', 'running') !== undefined || at(one, 'state', 'terminated') !== undefined))
    return undefined;
  const event = look.events.findLast(
    (one) =>
      /^(FailedCreatePodSandBox|FailedCreatePodContainer|NetworkNotReady|FailedPodSandBoxStatus)$/.test(
        textAt(one, 'reason'),
      ) && isFresh(eventTime(one), look),
  );
  if (event === undefined) return undefined;
  const message = eventText(event);
  const cause = causeOf(message);
  return {
    code: cause.code,
    what: `its sandbox cannot be created: ${oneLine(bare(message))}`,
    details: {
      reason: oneLine(message),
      registry: registryOf(imageOf(message)),
      image: imageOf(message),
      fix: cause.fix,
    },
    isFinal: cause.isFinal,
  };
}

function bare(message: string): string {
  return message
    .replace(/^Failed to create pod sandbox: /i, '')
    .replace(/^rpc error: code = \w+ desc = /, '')
    .replaceAll(/ "[0-9a-f]{64}"/g, '');
}

function imageOf(message: string): string {
  return /(?:sandbox|pause) image "([^"]+)"/i.exec(message)?.[1] ?? /image "([^"]+)"/.exec(message)?.[1] ?? '';
}

function causeOf(message: string): { code: ErrorCode; fix: string; isFinal: boolean } {
  const code = 'PodSandboxFailing';
  if (/sandbox image|pause image/i.test(message)) {
    const pull = classifyPull(message);
    const fix = `The pause image must be on the node: sudo crictl pull ${imageOf(message)}. Without internet: --pause-image of k3s.`;
    return { code: pull?.code ?? code, fix, isFinal: false };
  }
  const handler = /no runtime for "([^"]+)" is configured/.exec(message)?.[1];
  if (handler !== undefined)
    return {
      code,
      fix: `Configure the runtime ${handler} in containerd of the node, or take runtimeClassName out of the pod.`,
      isFinal: true,
    };
  if (
    /no IP addresses available|failed to allocate for range|IPAM|no available IP|failed to assign an IP address/i.test(
      message,
    )
  ) {
    return {
      code,
      fix: 'The node has no pod addresses left: remove pods, or free old ones in /var/lib/cni/networks; a larger --cluster-cidr-node mask for good.',
      isFinal: false,
    };
  }
  if (/no space left on device/i.test(message))
    return {
      code: 'NodeUnderPressure',
      fix: 'Free the disk of the node: df -h; sudo crictl rmi --prune. Or make its volume larger.',
      isFinal: false,
    };
  return {
    code,
    fix: 'The network plugin of the node must run: kubectl -n kube-system get pods -o wide; ls /etc/cni/net.d; on k3s: sudo systemctl restart k3s',
    isFinal: false,
  };
}
