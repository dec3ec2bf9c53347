import { eventText, ofContainer } from './event.ts';
import { listAt, textAt, timeAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { PULL_SECRET } from '../phases/preflight.ts';
import { oneLine, type ContainerView, type Finding, type Look } from './look.ts';
import { classifyPull, registryOf, type PullCause } from './pull.ts';

export const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** Time for another try or two of the kubelet, which waits ten seconds before the second, and twenty before the third. */
const anotherTryMs = 30_000;

/** Why the image of the container is not there, from the waiting message, or from the events where an old kubelet forgot it. */
export function pullTrouble(view: ContainerView, reason: string, message: string, pod: Manifest, look: Look): Finding {
  const image = textAt(view.spec, 'image') || textAt(view.status, 'image');
  // Before Kubernetes 1.32 ImagePullBackOff forgets the cause; the event before it still has it (kubernetes#127918).
  // The newest such event often says no more than "Error: ErrImagePull".
  const others = imagesOf(pod).filter((one) => one !== image && one !== '');
  const events = look.events
    .filter((one) => /^(Failed|InspectFailed|ErrImageNeverPull|BackOff)$/.test(textAt(one, 'reason')))
    .filter((one) => ofContainer(one, textAt(view.spec, 'name')) && !/restarting failed/i.test(eventText(one)))
    .filter((one) => !others.some((other) => eventText(one).includes(`"${other}"`)))
    .map(eventText)
    .reverse();
  const told = [`${reason}: ${message}`, ...events];
  const cause = told.map(classifyPull).find((one) => one !== undefined);
  const waitedMs = look.now - (timeAt(pod, 'metadata', 'creationTimestamp') ?? look.now);
  const said = [message, ...events].find((one) => !/^Back-off|^Error: \w+$|^$/.test(one)) ?? message;
  return {
    code: cause?.code ?? 'ImagePullFailing',
    what: `${view.label} cannot pull ${image}: ${words(cause, pod, look) ?? (oneLine(said) || reason)}`,
    details: { reason: oneLine(said), ...pullDetails(image, cause, pod, look), ...ownSecret(pod, registryOf(image)) },
    isFinal: cause?.isTransient !== true && (!mayPass(cause, look) || waitedMs >= anotherTryMs),
  };
}

/** What the hints of a pull's codes name. */
function pullDetails(image: string, cause: PullCause | undefined, pod: Manifest, look: Pick<Look, 'nodes'>) {
  const registry = registryOf(image);
  return {
    image: cause?.code === 'ImagePlatformMismatch' ? nameOf(image) : image,
    registry,
    suggestion: image
      .trim()
      .replace(/^\w+:\/\//, '')
      .toLowerCase(),
    platform: platformOf(pod, look) ?? 'kubectl get nodes -L kubernetes.io/arch',
    pullSecret: describeSecrets(pod, registry),
    fix: cause?.fix ?? `Pull it by hand on the node: sudo crictl pull ${image}`,
  };
}

function describeSecrets(pod: Manifest, registry: string): string {
  const secrets = pullSecrets(pod);
  if (secrets.length > 0) return `imagePullSecrets (${secrets.join(', ')})`;
  const namespace = textAt(pod, 'metadata', 'namespace') || 'default';
  return `imagePullSecrets (the pod has none: kubectl -n ${namespace} create secret docker-registry registry --docker-server=${registry} --docker-username=USER --docker-password=TOKEN)`;
}

/** A pod with pull secrets of its own does not pull with app.pull, which is what the caller knows. */
function ownSecret(pod: Manifest, registry: string): { secret?: string } {
  const secrets = pullSecrets(pod);
  return secrets.length === 0 || secrets.includes(PULL_SECRET) ? {} : { secret: describeSecrets(pod, registry) };
}

/** An image is built under a name, not under a digest. */
export function nameOf(image: string): string {
  return image.split('@')[0] ?? image;
}

/**
 * A reason that nobody knows, and a refusal of who pulls without the pull secret: a kubelet that could not read that at once, because it is
 * busy or was not yet allowed to, pulls without a login, and has it at the next try if it is there.
 */
function mayPass(cause: PullCause | undefined, look: Look): boolean {
  return cause === undefined || (cause.code === 'ImagePullDenied' && unreadSecret(look) !== undefined);
}

function unreadSecret({ events }: Look): Manifest | undefined {
  return events.findLast((one) => textAt(one, 'reason') === 'FailedToRetrieveImagePullSecret');
}

function words(cause: PullCause | undefined, pod: Manifest, look: Look): string | undefined {
  if (cause === undefined) return undefined;
  if (cause.code !== 'ImagePullDenied') return cause.cause;
  const unread = unreadSecret(look);
  if (unread !== undefined) {
    const names = /\(([^)]+)\)/.exec(eventText(unread))?.[1] ?? pullSecrets(pod).join(', ');
    return `${cause.cause}; the pull secret ${names} is not there`;
  }
  return pullSecrets(pod).length === 0 ? `${cause.cause}; the pod has no imagePullSecrets` : cause.cause;
}

function imagesOf(pod: Manifest): string[] {
  return [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')].map((one) =>
    textAt(one, 'image'),
  );
}

function pullSecrets(pod: Manifest): string[] {
  return listAt(pod, 'spec', 'imagePullSecrets')
    .map((one) => textAt(one, 'name'))
    .filter((name) => name !== '');
}

/** `linux/arm64` of the pod's node, or of the only node. */
export function platformOf(pod: Manifest, { nodes = [] }: Pick<Look, 'nodes'>): string | undefined {
  const name = textAt(pod, 'spec', 'nodeName');
  const node =
    nodes.find((one) => textAt(one, 'metadata', 'name') === name) ?? (nodes.length === 1 ? nodes[0] : undefined);
  const architecture = textAt(node, 'status', 'nodeInfo', 'architecture');
  return architecture === ''
    ? undefined
    : `${textAt(node, 'status', 'nodeInfo', 'operatingSystem') || 'linux'}/${architecture}`;
}
