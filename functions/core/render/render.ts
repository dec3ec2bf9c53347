import { fail } from '../errors.ts';
import { hookStage } from '../hooks/hook.ts';
import { refOf, type Manifest, type Ref } from '../kubernetes.ts';
import { readHooks } from './hook.ts';
import { imageNotes } from './image-notes.ts';
import { imagesOf, pinImages, usesImage } from './image.ts';
import { labelled } from './labels.ts';
import { readManifests } from './manifest.ts';
import { duplicates, placeInNamespaces } from './namespace.ts';
import { resolveOverlay } from './overlay.ts';
import { nameServiceAccounts } from './service-account.ts';
import { pointerOf } from './place.ts';
import { describeProblem, type Position, type Problem } from './position.ts';

/** More would fill a screen and a record, and the first ones are the causes. */
const problemsShown = 50;

export interface RenderInput {
  /** Path below the manifest folder (`base/deployment.yaml`) → text. */
  files: ReadonlyMap<string, string>;
  /** Folder of the environment, e.g. `overlays/production`. */
  overlay: string;
  /** The app's image: its name, and the reference with digest that replaces it. */
  image: { name: string; pinned: string };
  release: { id: string; revision: string; environment: string; app: string };
  /** Name of the Secret to add to the imagePullSecrets of the pods that run the image. */
  pullSecret?: string;
}

export interface Rendered {
  objects: Manifest[];
  /** One sentence for each object of the files that is not among them, and for each image that is not pinned. */
  notes: string[];
  /**
   * Where a field of one of the objects is written, or its nearest parent. The path is the API server's:
   * `spec.ports[0].nodePort` or `.spec.containers[name="app"].image`. Undefined for an object that is not among them.
   */
  placeOf: (ref: Ref, fieldPath: string) => Position | undefined;
}

/** The objects of `renderWithPlaces`. */
export function render(input: RenderInput): Manifest[] {
  return renderWithPlaces(input).objects;
}

/**
 * The objects of one environment at one revision, ready to apply. Values are put into the tree, never into text. The same
 * revision gives the same bytes whatever the release, so that deploying it again changes nothing.
 * Throws ManifestInvalid with every problem: file, line, path and what was expected.
 */
export function renderWithPlaces(input: RenderInput): Rendered {
  const { files, overlay, image, release, pullSecret } = input;
  const { sources, namespace, problems } = resolveOverlay(files, overlay);
  for (const { value } of sources) pinImages(value, image, pullSecret);

  const read = readManifests(sources);
  const misplaced = placeInNamespaces(read.objects, namespace);
  const hooks = readHooks(read.objects);
  const written = hooks.objects;
  for (const { manifest } of written) nameServiceAccounts(manifest);
  const found = [...problems, ...read.problems, ...misplaced, ...hooks.problems, ...duplicates(written)];
  if (found.length === 0)
    found.push(
      ...imageMissing(
        written.map(({ manifest }) => manifest),
        input,
      ),
    );
  if (found.length > 0) throw manifestInvalid(found, input);

  const places = new Map(written.map((object) => [keyOf(refOf(object.manifest)), object]));
  const objects = written.map(({ manifest }) => labelled(manifest, image.name, release));
  return {
    objects,
    notes: [...hooks.notes, ...imageNotes(written, image)],
    placeOf: (ref, fieldPath) => {
      const object = places.get(keyOf(ref));
      return object?.locate(pointerOf(fieldPath, object.manifest));
    },
  };
}

function keyOf({ apiVersion, kind, namespace = '', name }: Ref): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

/** The app has to run somewhere; a hook that uses its image is not enough. */
function imageMissing(objects: readonly Manifest[], { image, overlay }: RenderInput): Problem[] {
  const app = objects.filter((object) => hookStage(object) === undefined);
  if (app.some((object) => usesImage(object, image.name))) return [];
  const others = [...new Set(app.flatMap(imagesOf))].slice(0, 5).join(', ');
  const there = others === '' ? 'there is no container at all' : `the images are ${others}`;
  return [{ file: overlay, message: `no container uses the image ${image.name}; ${there}` }];
}

function manifestInvalid(problems: Problem[], { image, release }: RenderInput): Error {
  const inOrder = problems.toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 0) - (b.line ?? 0),
  );
  const shown = inOrder.slice(0, problemsShown).map((problem) => describeProblem(problem));
  const more = problems.length - shown.length;
  const lines = more > 0 ? [...shown, `and ${more} more`] : shown;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return fail('ManifestInvalid', `The manifests have ${count}: ${lines.join('; ')}.`, {
    environment: release.environment,
    image: image.pinned,
    problems: lines,
  });
}
