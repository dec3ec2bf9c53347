import { textAt } from '../rollout/field.ts';
import type { Patch } from './overlay-file.ts';
import { applyOperation, mergePatch, type PatchOperation } from './patch.ts';
import { afterMerge, afterOperation, type Locate } from './patched-place.ts';
import { describePosition, type Pointer, type Problem } from './position.ts';

/** One document before it is known to be an object of Kubernetes, and where each of its values was written. */
export interface Source {
  value: unknown;
  locate: Locate;
}

const namesShown = 20;

/**
 * Patches the sources in place, in the order of the file, and says which patches do not fit. `overlay` knows the places of the
 * file that has them. After it, each source finds what a patch wrote in that file, and the rest where it was.
 */
export function applyPatches(sources: readonly Source[], patches: readonly Patch[], overlay: Locate): Problem[] {
  return patches.flatMap((patch, index) => {
    const path = `/patches/${index}`;
    const target = `${path}/target`;
    const [source, ...others] = sources.filter(({ value }) => fits(value, patch.target));
    if (source === undefined)
      return [{ ...overlay(target), path: target, message: nothingThere(sources, patch.target) }];
    if (others.length > 0) {
      const found = [source, ...others].map((one) => `${nameOf(one.value)} in ${describePosition(one.locate(''))}`);
      const message = `fits ${found.length} objects: ${found.join(', ')}; name its apiVersion or namespace, too`;
      return [{ ...overlay(target), path: target, message }];
    }
    if (patch.json6902 !== undefined) return applyOperations(source, patch.json6902, overlay, path);
    const { value, locate } = source;
    source.value = mergePatch(value, patch.merge);
    source.locate = afterMerge(value, patch.merge, locate, overlay, `${path}/merge`);
    return [];
  });
}

/** All operations or, when one fails, none of those after it: the problem keeps everything from being applied. */
function applyOperations(source: Source, operations: PatchOperation[], overlay: Locate, path: Pointer): Problem[] {
  let value = structuredClone(source.value);
  for (const [index, operation] of operations.entries()) {
    const at = `${path}/json6902/${index}`;
    try {
      source.locate = afterOperation(value, operation, source.locate, overlay, at);
      value = applyOperation(value, operation);
      source.value = value;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `operation ${index + 1} (${operation.op} ${operation.path}): ${why}`;
      return [{ ...overlay(at), path: at, message }];
    }
  }
  return [];
}

function fits(value: unknown, { kind, name, apiVersion, namespace }: Patch['target']): boolean {
  return (
    textAt(value, 'kind') === kind &&
    textAt(value, 'metadata', 'name') === name &&
    (apiVersion === undefined || textAt(value, 'apiVersion') === apiVersion) &&
    (namespace === undefined || textAt(value, 'metadata', 'namespace') === namespace)
  );
}

function nothingThere(sources: readonly Source[], { kind, name, apiVersion, namespace }: Patch['target']): string {
  const wanted = [
    `${kind} ${name}`,
    ...(apiVersion === undefined ? [] : [`of ${apiVersion}`]),
    ...(namespace === undefined ? [] : [`in namespace ${namespace}`]),
  ].join(' ');
  const known = sources.map(({ value }) => nameOf(value));
  const shown =
    known.length > namesShown ? [...known.slice(0, namesShown), `${known.length - namesShown} more`] : known;
  return `there is no ${wanted} to patch; there is ${shown.join(', ') || 'nothing'}`;
}

function nameOf(value: unknown): string {
  return `${textAt(value, 'kind')} ${textAt(value, 'metadata', 'name')}`;
}
