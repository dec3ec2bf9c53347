import { at, isRecord } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import { imagePlaces, ownImagePlaces, podSpecs } from './image-place.ts';
import { repositoryOf } from './image-repository.ts';

/** The name of an image reference: without tag and digest. `ghcr.io:443/a/b:1@sha256:…` is `ghcr.io:443/a/b`. */
export function imageName(reference: string): string {
  const name = reference.split('@')[0] ?? '';
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon === -1 ? name : name.slice(0, colon);
}

/** Whether the reference names the image, whatever its tag or digest, in any spelling that a container runtime takes for it. */
export function isImage(reference: string, name: string): boolean {
  return repositoryOf(imageName(reference)) === repositoryOf(name);
}

/** Whether the reference names bytes, by a digest. A tag may name others a moment later. */
export function isPinned(reference: string): boolean {
  return /@sha(256:[\da-f]{64}|384:[\da-f]{96}|512:[\da-f]{128})$/.test(reference);
}

/** Whether the object runs or mounts the image of that name, whatever its tag. */
export function usesImage(object: Manifest, name: string): boolean {
  return imagesOf(object).some((reference) => isImage(reference, name));
}

/** The references of all containers and image volumes of the object. */
export function imagesOf(object: Manifest): string[] {
  return imagePlaces(object).map(({ reference }) => reference);
}

/**
 * Pins, in place, each container and image volume with the image of that name to `pinned`, and adds the pull secret to the pods that use
 * it. Other images stay as they are. Only the name decides, so a tag, a digest or a placeholder for the tag are all replaced.
 */
export function pinImages(value: unknown, image: { name: string; pinned: string }, pullSecret?: string): void {
  const isApp = ({ reference }: { reference: string }): boolean => isImage(reference, image.name);
  for (const place of imagePlaces(value).filter(isApp)) place.set(image.pinned);
  if (pullSecret === undefined) return;
  for (const spec of podSpecs(value)) {
    if (!ownImagePlaces(spec, '').some(isApp)) continue;
    const secrets = at(spec, 'imagePullSecrets');
    const kept: unknown[] = Array.isArray(secrets) ? secrets : [];
    if (!kept.some((one) => isRecord(one) && one['name'] === pullSecret)) {
      spec['imagePullSecrets'] = [...kept, { name: pullSecret }];
    }
  }
}
