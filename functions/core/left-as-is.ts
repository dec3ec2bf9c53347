import { describeRef, refOf, type Manifest } from './kubernetes.ts';
import type { Ports } from './ports.ts';
import { listAt } from './rollout/field.ts';

/**
 * What going back to these objects does not bring back, a sentence each: data in volumes, and what the hooks of the release `id`
 * did, from which it goes back (a migration above all). People take a rollback for more than it is.
 */
export async function leftAsIs(
  ports: Pick<Ports, 'releases'>,
  id: string | undefined,
  objects: readonly Manifest[],
): Promise<string[]> {
  const release = id === undefined ? undefined : await ports.releases.get(id);
  const ran = (release?.hooks ?? []).filter(({ stage }) => stage === 'pre-deploy').map(({ object }) => object);
  return [
    ...volumes(objects),
    ...(ran.length === 0
      ? []
      : [`What ${ran.join(', ')} did is not undone: a migration of a database has to be taken back by hand.`]),
  ];
}

function volumes(objects: readonly Manifest[]): string[] {
  const claims = objects.filter(
    (object) =>
      object.kind === 'PersistentVolumeClaim' ||
      (object.kind === 'StatefulSet' && listAt(object, 'spec', 'volumeClaimTemplates').length > 0),
  );
  if (claims.length === 0) return [];
  const names = claims.map((claim) => describeRef(refOf(claim))).join(', ');
  return [`Data in the volumes of ${names} stays as it is: a rollback brings back objects, no data.`];
}
