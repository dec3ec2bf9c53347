import { createHash } from 'node:crypto';
import type { Manifest } from '../kubernetes.ts';
import { compareRefs } from '../render/order.ts';
import { refOf } from '../kubernetes.ts';
import { at, isRecord, numberAt, textAt } from '../rollout/field.ts';

/** `pre-deploy` runs before the first object is applied, `post-deploy` once the new revision is ready. */
export const hookStages = ['pre-deploy', 'post-deploy'] as const;
export type HookStage = (typeof hookStages)[number];

/** On an object: it is no part of the app but of a hook. Its value is the stage. */
export const HOOK = 'hawser.dev/hook';
/** On a hook: lower ones run first. Charts write Helm's own. */
const WEIGHTS = ['hawser.dev/hook-weight', 'helm.sh/hook-weight'];
/** On a hook's Job: the release that it ran for. */
const RELEASE = 'hawser.dev/release';

/** The stage that the object is a hook of; undefined for an object of the app. */
export function hookStage(object: Manifest): HookStage | undefined {
  const stage = textAt(object, 'metadata', 'annotations', HOOK);
  return hookStages.find((known) => known === stage);
}

/**
 * Parts the objects of a release: what is applied and stays (`objects`), and what runs once at each release, in the order of
 * running: by weight, then as objects are applied, so that a hook's ConfigMap is there before its Job.
 */
export function splitHooks(all: readonly Manifest[]): { objects: Manifest[]; hooks: Record<HookStage, Manifest[]> } {
  const ofStage = (stage: HookStage): Manifest[] =>
    all
      .filter((object) => hookStage(object) === stage)
      .toSorted((a, b) => weightOf(a) - weightOf(b) || compareRefs(refOf(a), refOf(b)));
  return {
    objects: all.filter((object) => hookStage(object) === undefined),
    hooks: { 'pre-deploy': ofStage('pre-deploy'), 'post-deploy': ofStage('post-deploy') },
  };
}

function weightOf(hook: Manifest): number {
  const annotations = at(hook, 'metadata', 'annotations');
  const [written] = WEIGHTS.map((name) => Number(textAt(annotations, name) || 'none')).filter(Number.isFinite);
  return written ?? 0;
}

export function isJob({ apiVersion, kind }: Manifest): boolean {
  return kind === 'Job' && apiVersion.startsWith('batch/');
}

/**
 * The Job as it is run for this release. A failure counts at once unless the Job sets a backoffLimit: the default of 6 would try a
 * broken migration for minutes. It is not removed by itself while somebody waits for its end; the next run replaces it.
 */
export function jobFor(hook: Manifest, release: string): Manifest {
  const spec = isRecord(hook['spec']) ? hook['spec'] : {};
  const { ttlSecondsAfterFinished: _, ...kept } = spec;
  const annotations = { ...hook.metadata.annotations, [RELEASE]: release };
  return {
    ...hook,
    metadata: { ...hook.metadata, annotations },
    spec: { ...kept, backoffLimit: numberAt(spec, 0, 'backoffLimit') },
  };
}

/**
 * The hook as a plan has the API server check it. A Job goes by another name: one of an earlier release may be there, and a Job that
 * is there cannot be changed.
 */
export function checkOf(hook: Manifest): Manifest {
  if (!isJob(hook)) return hook;
  const name = `hawser-check-${createHash('sha256').update(hook.metadata.name).digest('hex').slice(0, 12)}`;
  return { ...hook, metadata: { ...hook.metadata, name } };
}

/** Whether this Job, found in the cluster, was made for that release and is to stay. */
export function ranFor(job: Manifest, release: string): boolean {
  return job.metadata.deletionTimestamp === undefined && textAt(job, 'metadata', 'annotations', RELEASE) === release;
}
