import { diff } from './diff.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Drift } from '../release.ts';

/**
 * The objects that are no longer as they were applied: gone, or changed in a field. `predicted` is the API server's
 * dry-run answer to applying `desired` again; without it only the fields that `desired` names are compared.
 */
export function driftOf(
  objects: readonly { desired: Manifest; live?: Manifest | undefined; predicted?: Manifest | undefined }[],
): Drift[] {
  return objects.flatMap(({ desired, live, predicted }): Drift[] => {
    const ref = refOf(desired);
    if (live === undefined) return [{ ref, kind: 'missing', changes: [] }];
    const changes = diff(desired, live, predicted);
    return changes.length === 0 ? [] : [{ ref, kind: 'changed', changes }];
  });
}
