import { fail } from '../errors.ts';
import { at, isRecord, type Fields } from '../rollout/field.ts';
import { pinImages, usesImage } from './image.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import { readManifests, type WrittenObject } from './manifest.ts';
import { resolveOverlay } from './overlay.ts';
import { describeProblem, type Problem } from './position.ts';
import { scopeOf } from './scope.ts';

/** On workloads that run the app's image and on their pods: the full git SHA. */
const revisionLabel = 'hawser.dev/revision';
/** On every object: the environment it belongs to. */
const environmentLabel = 'hawser.dev/environment';

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

/**
 * The objects of one environment at one revision, ready to apply. Values are put into the tree, never into text. The same
 * revision gives the same bytes whatever the release, so that deploying it again changes nothing.
 * Throws ManifestInvalid with every problem: file, line, path and what was expected.
 */
export function render(input: RenderInput): Manifest[] {
  const { files, overlay, image, release, pullSecret } = input;
  const { sources, namespace, problems } = resolveOverlay(files, overlay);
  for (const { value } of sources) pinImages(value, image, pullSecret);

  const read = readManifests(sources);
  const written = read.objects;
  const found = [...problems, ...read.problems, ...placeInNamespaces(written, namespace), ...duplicates(written)];
  const objects = written.map(({ manifest }) => manifest);
  if (found.length === 0 && !objects.some((object) => usesImage(object, image.name))) {
    const message = `no container uses the image ${image.name}; expected at least one`;
    found.push({ file: overlay, message });
  }
  if (found.length > 0) throw manifestInvalid(found, input);
  return objects.map((object) => labelled(object, image.name, release));
}

function manifestInvalid(problems: Problem[], { image, release }: RenderInput): Error {
  const lines = problems.map((problem) => describeProblem(problem));
  const count = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  return fail('ManifestInvalid', `The manifests have ${count}: ${lines.join('; ')}.`, {
    environment: release.environment,
    image: image.pinned,
    problems: lines,
  });
}

/**
 * The overlay's namespace is that of all its namespaced objects, as in a kustomization; without one, an object that names
 * none goes to `default`, as with kubectl. A namespace where none belongs is a problem.
 */
function placeInNamespaces(written: readonly WrittenObject[], namespace: string | undefined): Problem[] {
  const scope = scopeOf(written.map(({ manifest }) => manifest));
  const problems: Problem[] = [];
  for (const { manifest, locate } of written) {
    const path = '/metadata/namespace';
    if (scope(manifest) === 'Namespaced')
      manifest.metadata.namespace = namespace ?? manifest.metadata.namespace ?? 'default';
    else if (manifest.metadata.namespace !== undefined) {
      problems.push({ ...locate(path), path, message: `a ${manifest.kind} belongs to no namespace; remove it` });
    }
  }
  return problems;
}

function duplicates(written: readonly WrittenObject[]): Problem[] {
  const first = new Map<string, WrittenObject>();
  const problems: Problem[] = [];
  for (const object of written) {
    const { apiVersion, ...ref } = refOf(object.manifest);
    // Two versions of one group are the same object.
    const key = JSON.stringify([apiVersion.split('/').slice(0, -1), ref]);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, object);
      continue;
    }
    const { file, line } = before.locate('');
    const message = `${describeRef({ apiVersion, ...ref })} is there twice; the first is in k8s/${file}:${line ?? 1}`;
    problems.push({ ...object.locate(''), message });
  }
  return problems;
}

function labelled(object: Manifest, image: string, release: RenderInput['release']): Manifest {
  const runsImage = usesImage(object, image);
  const labels = {
    'app.kubernetes.io/name': release.app,
    ...object.metadata.labels,
    'app.kubernetes.io/managed-by': 'hawser',
    [environmentLabel]: release.environment,
    ...(runsImage ? { [revisionLabel]: release.revision } : {}),
  };
  const spec = object['spec'];
  if (runsImage && isRecord(spec)) labelPods(spec, release.revision);
  return { ...object, metadata: { ...object.metadata, labels } };
}

/** The pods of a new revision are new pods even when the digest is the same, so that each pod says what it runs. */
function labelPods(spec: Fields, revision: string): void {
  const inJob = at(spec, 'jobTemplate', 'spec');
  const template = isRecord(inJob) ? inJob['template'] : spec['template'];
  if (!isRecord(template)) return;
  const metadata = isRecord(template['metadata']) ? template['metadata'] : {};
  const labels = isRecord(metadata['labels']) ? metadata['labels'] : {};
  template['metadata'] = { ...metadata, labels: { ...labels, [revisionLabel]: revision } };
}
