import { HOOK, hookStages, type HookStage } from '../hooks/hook.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import { textAt } from '../rollout/field.ts';
import type { WrittenObject } from './manifest.ts';
import { childPointer, describePosition, type Problem } from './position.ts';

/** What a hook may consist of: a Job, and what only that Job needs. All else stays after it ran, and is the app's. */
const kinds = ['Job', 'ConfigMap', 'Secret', 'ServiceAccount', 'Role', 'RoleBinding'];

/** Helm's own hooks, as `helm template` prints them (helm.sh/docs/topics/charts_hooks). Hawser has no use for the rest. */
const HELM = 'helm.sh/hook';
const stageOfHelm = new Map<string, HookStage>([
  ['pre-install', 'pre-deploy'],
  ['pre-upgrade', 'pre-deploy'],
  ['post-install', 'post-deploy'],
  ['post-upgrade', 'post-deploy'],
]);

/**
 * The objects with Helm's hooks marked as Hawser's; those that Hawser runs no hook of (`test`, `pre-delete`, …) are left out, each
 * with a note. Problems: a hook with a word that is not known, and a kind that cannot be one.
 */
export function readHooks(written: readonly WrittenObject[]): {
  objects: WrittenObject[];
  notes: string[];
  problems: Problem[];
} {
  const objects: WrittenObject[] = [];
  const notes: string[] = [];
  const problems: Problem[] = [];
  for (const object of written) {
    const { manifest, locate } = object;
    const hook = readHook(manifest);
    if (hook === undefined) objects.push(object);
    else if (hook.leftOut !== undefined) {
      notes.push(`${describePosition(locate(''))}: ${describeRef(refOf(manifest))} is left out: ${hook.leftOut}`);
    } else {
      const path = childPointer('/metadata/annotations', hook.annotation);
      const isKind = kinds.includes(manifest.kind);
      const wrong =
        hook.problem ?? (isKind ? undefined : `a ${manifest.kind} cannot be a hook; expected ${kinds.join(', ')}`);
      if (wrong !== undefined) problems.push({ ...locate(path), path, message: wrong });
      else objects.push({ ...object, manifest: asHook(manifest, hook.stage) });
    }
  }
  return { objects, notes, problems };
}

interface Hook {
  annotation: string;
  stage?: HookStage | undefined;
  problem?: string;
  leftOut?: string;
}

function readHook(object: Manifest): Hook | undefined {
  const own = object.metadata.annotations?.[HOOK];
  if (own !== undefined) {
    const stage = hookStages.find((known) => known === own);
    const problem = `expected ${hookStages.join(' or ')}, got ${JSON.stringify(own)}`;
    return stage === undefined ? { annotation: HOOK, problem } : { annotation: HOOK, stage };
  }
  const words = textAt(object, 'metadata', 'annotations', HELM)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  // Charts for Helm 2 mark a CustomResourceDefinition so; it is an object like any other.
  if (words.length === 0 || words.includes('crd-install')) return undefined;
  const stages = new Set(words.flatMap((word) => stageOfHelm.get(word) ?? []));
  if (stages.size === 0) return { annotation: HELM, leftOut: `Hawser runs no hook ${words.join(', ')} of Helm` };
  const [stage] = stages;
  const problem = `runs both before and after a deploy; decide with the annotation ${HOOK}: ${hookStages.join(' or ')}`;
  return stages.size > 1 ? { annotation: HELM, problem } : { annotation: HELM, stage };
}

function asHook(object: Manifest, stage: HookStage | undefined): Manifest {
  if (stage === undefined) return object;
  const annotations = { ...object.metadata.annotations, [HOOK]: stage };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
