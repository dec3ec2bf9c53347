import { ReleaseError } from '../errors.ts';
import { MANAGER } from '../fields/manager.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';

/** On an object: its fields are taken from whoever holds them. */
const FORCE = 'hawser.dev/force-conflicts';

/**
 * Field managers of tools that people use by hand, and of what was there before anybody applied: their values are taken over,
 * anybody else's stop the deploy. The browser's and Lens' names are the beginnings of their user agents.
 */
const HUMAN = /^(kubectl|k9s|rancher|lens|OpenLens|Mozilla|dashboard|before-first-apply$)/;

/** True for an ApplyConflict whose every other manager is a known tool of a person, or Hawser itself by another verb. */
export function isHumanConflict(error: unknown): boolean {
  if (!(error instanceof ReleaseError) || error.code !== 'ApplyConflict') return false;
  const managers = error.details['managers'];
  if (!Array.isArray(managers) || managers.length === 0) return false;
  return managers.every((manager) => manager === MANAGER || HUMAN.test(String(manager)));
}

/**
 * Applies the object. Fields that another manager holds with another value stop it with ApplyConflict, unless a person's tool
 * holds them, the object's annotation `hawser.dev/force-conflicts: "true"` says so, or `force`.
 */
export async function applyOver(
  cluster: Cluster,
  object: Manifest,
  how: { dryRun: boolean; force: boolean },
  signal: AbortSignal,
): Promise<Manifest> {
  const force = how.force || object.metadata.annotations?.[FORCE] === 'true';
  try {
    return await cluster.apply(object, { dryRun: how.dryRun, force }, signal);
  } catch (error) {
    if (!isHumanConflict(error)) throw error;
    return cluster.apply(object, { dryRun: how.dryRun, force: true }, signal);
  }
}
