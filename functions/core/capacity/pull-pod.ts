import { createHash } from 'node:crypto';
import { at, isRecord, listAt, textAt, type Fields } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import { changesTemplate, podSpecOf, replicasOf, type Planned } from './demand.ts';
import { admits } from './node.ts';
import { turnOf } from './strategy.ts';

/** Label of the pods that only pull; its value names the workload, so that what a crash left is found. Nothing else selects by it. */
export const PULL_LABEL = 'hawser.dev/pull';
/** No image has this file, so that its container ends in the moment when its image is there, without running anything of it. */
const COMMAND = ['/hawser/only-pulls-the-image'];
/** When nobody looks after the pod any more, the kubelet ends it. */
const LONGEST_SECONDS = 900;

/** One image that a container of the workload will run. */
export interface WantedImage {
  /** `web`, as in the pod template. */
  container: string;
  image: string;
  resources: unknown;
}

/**
 * The images that the workload will run and does not run now, if its rollout takes old pods away before their successors are ready:
 * then what is not on the node yet makes the gap longer, or for ever. Empty when there is nothing to pull ahead.
 */
export function imagesAhead(planned: Planned, all: readonly Planned[]): WantedImage[] {
  const { live, predicted } = planned;
  const turn = turnOf(predicted);
  if (live === undefined || turn === 'none' || turn === 'new first') return [];
  if (!changesTemplate(planned) || replicasOf(planned, all) === 0) return [];
  const known = new Set(containersOf(podSpecOf(live)).map((one) => textAt(one, 'image')));
  const wanted = new Map<string, WantedImage>();
  for (const container of containersOf(podSpecOf(predicted))) {
    const [image, name] = [textAt(container, 'image'), textAt(container, 'name')];
    if (image === '' || known.has(image) || wanted.has(image) || container['imagePullPolicy'] === 'Never') continue;
    wanted.set(image, { container: name, image, resources: container['resources'] });
  }
  return [...wanted.values()];
}

function containersOf(spec: unknown): Fields[] {
  return [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
}

/** The nodes that a pod of the workload may come to now. */
export function nodesFor(workload: Manifest, nodes: readonly Manifest[]): Manifest[] {
  const isDaemon = workload.kind === 'DaemonSet';
  return nodes.filter((node) => admits(node, podSpecOf(workload), isDaemon) === 'yes');
}

/** Whether the node says that it has the image. Only a digest tells: a tag may mean another image by now. Not all are listed. */
export function hasImage(node: Manifest, image: string): boolean {
  if (!image.includes('@sha256:')) return false;
  const digest = withoutTag(image);
  return listAt(node, 'status', 'images').some(({ names }) => Array.isArray(names) && names.includes(digest));
}

/** `name:tag@sha256:…` is listed as `name@sha256:…`. */
function withoutTag(image: string): string {
  return image.replace(/:[\w.-]+@/, '@');
}

/** The value of the label for a workload. */
export function pullLabelOf({ kind, metadata }: Manifest): string {
  return hash([kind, metadata.namespace ?? '', metadata.name]);
}

/**
 * A pod that makes the kubelet pull the images on that node, with the workload's own credentials and rights to be there, and does
 * nothing else: no token, no volumes, no ports, no labels that a Service or a NetworkPolicy knows, and all that the pod security
 * level `restricted` asks for. `own`: with the requests of the workload, for a namespace that refuses small ones; otherwise they are
 * next to nothing, as the node is full.
 */
export function pullPod(workload: Manifest, node: Manifest, images: readonly WantedImage[], own: boolean): Manifest {
  const spec = podSpecOf(workload);
  const { namespace } = workload.metadata;
  const label = pullLabelOf(workload);
  const name = `hawser-pull-${label}-${hash([node.metadata.name, ...images.map(({ image }) => image)])}`;
  const secrets = listAt(spec, 'imagePullSecrets');
  // A service account matters for its pull secrets only, and they do not count beside the pod's own.
  const account = secrets.length === 0 ? textAt(spec, 'serviceAccountName') : '';
  const tolerations = listAt(spec, 'tolerations');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'app.kubernetes.io/managed-by': 'hawser', [PULL_LABEL]: label },
    },
    spec: {
      nodeName: node.metadata.name,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: LONGEST_SECONDS,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(account === '' ? {} : { serviceAccountName: account }),
      ...(secrets.length === 0 ? {} : { imagePullSecrets: secrets }),
      ...(tolerations.length === 0 ? {} : { tolerations }),
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: images.map(({ container, image, resources }) => ({
        name: container,
        image,
        imagePullPolicy: 'IfNotPresent',
        command: COMMAND,
        resources: own ? (resources ?? {}) : little(resources),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      })),
    },
  };
}

/** Limits stay: a quota or a LimitRange may ask for them, and the pod's own sandbox has to fit into them. */
function little(resources: unknown): Fields {
  const limits = at(resources, 'limits');
  return { requests: { cpu: '1m', memory: '4Mi' }, ...(isRecord(limits) ? { limits } : {}) };
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 10);
}
