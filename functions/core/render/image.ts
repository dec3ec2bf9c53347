import { at, isRecord, listAt, type Fields } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';

/** The name of an image reference: without tag and digest. `ghcr.io:443/a/b:1@sha256:…` is `ghcr.io:443/a/b`. */
export function imageName(reference: string): string {
  const name = reference.split('@')[0] ?? '';
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon === -1 ? name : name.slice(0, colon);
}

/** Whether the reference names the image, whatever its tag. `nginx` is `docker.io/library/nginx`, as for every container runtime. */
export function isImage(reference: string, name: string): boolean {
  return fullName(imageName(reference)) === fullName(name);
}

function fullName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  if (first === 'index.docker.io') return `docker.io/${rest.join('/')}`;
  return /[.:]/.test(first) || first === 'localhost' ? name : `docker.io/${name}`;
}

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'];

/** Every pod spec in the object, wherever its kind keeps it (a CronJob's is five levels down). */
export function podSpecs(value: unknown): Fields[] {
  if (Array.isArray(value)) return value.flatMap(podSpecs);
  if (!isRecord(value)) return [];
  const own = containersOf(value).length > 0 ? [value] : [];
  return [...own, ...Object.values(value).flatMap(podSpecs)];
}

/** All containers of a pod spec, init and ephemeral ones too. */
function containersOf(podSpec: Fields): Fields[] {
  return containerLists.flatMap((list) => listAt(podSpec, list)).filter((one) => typeof one['name'] === 'string');
}

/** Whether one of the object's containers runs the image of that name, whatever its tag. */
export function usesImage(object: Manifest, name: string): boolean {
  return podSpecs(object).some((spec) => specUses(spec, name));
}

/** The references of all containers of the object. */
export function imagesOf(object: Manifest): string[] {
  return podSpecs(object)
    .flatMap(containersOf)
    .flatMap(({ image }) => (typeof image === 'string' ? [image] : []));
}

function specUses(spec: Fields, name: string): boolean {
  return containersOf(spec).some(({ image }) => typeof image === 'string' && isImage(image, name));
}

/**
 * Pins, in place, each container with the image of that name to `pinned`, and adds the pull secret to the pods that run it.
 * Other images stay as they are. Only the name decides, so a tag, a digest or a placeholder for the tag are all replaced.
 */
export function pinImages(value: unknown, image: { name: string; pinned: string }, pullSecret?: string): void {
  for (const spec of podSpecs(value).filter((one) => specUses(one, image.name))) {
    for (const container of containersOf(spec)) {
      if (typeof container['image'] === 'string' && isImage(container['image'], image.name)) {
        container['image'] = image.pinned;
      }
    }
    if (pullSecret === undefined) continue;
    const secrets = at(spec, 'imagePullSecrets');
    const kept: unknown[] = Array.isArray(secrets) ? secrets : [];
    if (!kept.some((one) => isRecord(one) && one['name'] === pullSecret)) {
      spec['imagePullSecrets'] = [...kept, { name: pullSecret }];
    }
  }
}
