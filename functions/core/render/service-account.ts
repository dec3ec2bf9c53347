import type { Manifest } from '../kubernetes.ts';
import { podSpecs } from './image-place.ts';

const groups = ['v1', 'apps/v1', 'batch/v1'];

/**
 * Names the pods' service account by its deprecated field `serviceAccount`, too, in place. The API server copies `serviceAccountName` there,
 * and back where only the copy is left: as nobody owns the copy, an apply that leaves the name out would never get rid of it, so a
 * release that adds a service account could not be rolled back. Kinds that are not built in may not have the field.
 */
export function nameServiceAccounts(object: Manifest): void {
  if (!groups.includes(object.apiVersion)) return;
  for (const spec of podSpecs(object['spec'])) {
    const name = spec['serviceAccountName'];
    if (typeof name === 'string' && spec['serviceAccount'] === undefined) spec['serviceAccount'] = name;
  }
}
