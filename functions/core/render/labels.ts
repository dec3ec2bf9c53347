import type { Manifest } from '../kubernetes.ts';
import { at, isRecord, type Fields } from '../rollout/field.ts';
import { usesImage } from './image.ts';

/** On workloads that run the app's image and on their pods: the full git SHA. */
export const REVISION = 'hawser.dev/revision';
/** On every object: the environment it belongs to. */
export const ENVIRONMENT = 'hawser.dev/environment';
/** On every object: the app it belongs to. `app.kubernetes.io/name` is the manifest's own to choose, as in a chart. */
export const APP = 'hawser.dev/app';

/**
 * The object with the labels of the release. `app.kubernetes.io/name` is only added where it is missing, and no selector changes.
 * `app.kubernetes.io/version` is left alone: a label that names the commit twice would tell nothing, and charts set their own;
 * so is `instance`, by which Argo CD takes objects for its own.
 */
export function labelled(
  object: Manifest,
  image: string,
  release: { revision: string; environment: string; app: string },
): Manifest {
  const runsImage = usesImage(object, image);
  const labels = {
    'app.kubernetes.io/name': release.app,
    ...object.metadata.labels,
    'app.kubernetes.io/managed-by': 'hawser',
    [APP]: release.app,
    [ENVIRONMENT]: release.environment,
    ...(runsImage ? { [REVISION]: release.revision } : {}),
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
  template['metadata'] = { ...metadata, labels: { ...labels, [REVISION]: revision } };
}
