import { describeRef, refOf } from '../kubernetes.ts';
import type { WrittenObject } from './manifest.ts';
import { describePosition, type Problem } from './position.ts';
import { scopeOf } from './scope.ts';

/**
 * Puts the objects, in place, into the overlay's namespace, as a kustomization does; without one, an object that names none goes
 * to `default`, as with kubectl. A namespace where none belongs is a problem.
 */
export function placeInNamespaces(written: readonly WrittenObject[], namespace: string | undefined): Problem[] {
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

/** Objects that are there twice, once their namespaces are known. */
export function duplicates(written: readonly WrittenObject[]): Problem[] {
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
    const message = `${describeRef({ apiVersion, ...ref })} is there twice; the first is in ${describePosition(before.locate(''))}`;
    problems.push({ ...object.locate(''), message });
  }
  return problems;
}
