import { describeRef, refOf } from '../kubernetes.ts';
import { imagePlaces } from './image-place.ts';
import { isImage, isPinned } from './image.ts';
import type { WrittenObject } from './manifest.ts';
import { describePosition, describeProblem, pointerKeys } from './position.ts';
import { walk } from './walk.ts';

/** Who runs the image, by name; the rest is a number. */
const placesShown = 3;
/** Fields that custom kinds keep an image in: Argo's `container.image`, Helm's `image.repository`, an operator's `sidecarImage`. */
const imageField = /^(image|repository)$|Image$/;

/**
 * What the gate has not accepted and is applied all the same, once the app's image is pinned: a sentence for each image without a
 * digest, with who runs it, and one for each field that names the app's image where nothing is pinned.
 */
export function imageNotes(written: readonly WrittenObject[], app: { name: string; pinned: string }): string[] {
  return [...unpinned(written, app.pinned), ...written.flatMap((object) => fieldsNaming(object, app))];
}

function unpinned(written: readonly WrittenObject[], pinned: string): string[] {
  const users = new Map<string, string[]>();
  for (const { manifest, locate } of written) {
    for (const { reference, owner, path } of imagePlaces(manifest)) {
      if (reference === pinned || isPinned(reference)) continue;
      const user = `${owner} of ${describeRef(refOf(manifest))} (${describePosition(locate(path))})`;
      users.set(reference, [...(users.get(reference) ?? []), user]);
    }
  }
  return [...users].map(([reference, all]) => {
    const more = all.length > placesShown ? ` and ${all.length - placesShown} more` : '';
    return `Image ${reference} has no digest, and no verdict covers it: ${all.slice(0, placesShown).join(', ')}${more}.`;
  });
}

/** The value stays unsaid: it may stand in a Secret. */
function fieldsNaming({ manifest, locate }: WrittenObject, app: { name: string; pinned: string }): string[] {
  const known = new Set(imagePlaces(manifest).map(({ path }) => path));
  const notes: string[] = [];
  walk(manifest, '', (value, path) => {
    if (typeof value !== 'string' || known.has(path) || !imageField.test(pointerKeys(path).at(-1) ?? '')) return;
    if (!isImage(value, app.name) || value === app.pinned) return;
    const message = `${describeRef(refOf(manifest))} names the app's image in a field that is applied as it is, not pinned`;
    notes.push(`${describeProblem({ ...locate(path), path, message })}.`);
  });
  return notes;
}
