import type { Manifest } from '../kubernetes.ts';
import { at, isRecord, listAt, textAt } from '../rollout/field.ts';
import { groupOfObject, matchesGroup } from './group.ts';
import { ofKind } from './related.ts';
import { readOnlyGroups, writers } from './silent-table.ts';
import { healthy, progressing, unknown, type Health } from './verdict.ts';

/**
 * A custom object without a status. Some controllers always write one, so it is to come; some never do, so it being there is all there is.
 * The CustomResourceDefinition tells, if it is among `related`. Otherwise nothing can be told.
 */
export function silentHealth(object: Manifest, related: readonly Manifest[]): Health {
  const { kind } = object;
  const group = groupOfObject(object);
  const writer = writers.find(([pattern]) => matchesGroup(pattern, group));
  const writes =
    writer === undefined
      ? readOnlyGroups.includes(group)
        ? false
        : statusInDefinition(object, related)
      : !writer.slice(1).includes(kind);
  if (writes === true)
    return progressing('StatusNotWritten', `The controller of the ${kind} has not written a status yet.`);
  if (writes === false) return healthy('Exists', `The ${kind} is there; its kind has no status to wait for.`);
  return unknown(
    'NoStatus',
    `The ${kind} has no status, so no more can be told than that it is there; a rule for ${group}/${kind} under health in k8s/deploy.yaml, or its CustomResourceDefinition beside it, says what that means.`,
  );
}

/** Whether the schema of its kind has a status; undefined without the definition. */
function statusInDefinition(object: Manifest, related: readonly Manifest[]): boolean | undefined {
  const definition = ofKind(related, 'CustomResourceDefinition').find(
    (one) =>
      textAt(one, 'spec', 'group') === groupOfObject(object) && textAt(one, 'spec', 'names', 'kind') === object.kind,
  );
  if (definition === undefined) return undefined;
  const name = textAt(object, 'apiVersion').split('/')[1] ?? '';
  const version = listAt(definition, 'spec', 'versions').find((one) => textAt(one, 'name') === name);
  return (
    isRecord(at(version, 'subresources', 'status')) ||
    isRecord(at(version, 'schema', 'openAPIV3Schema', 'properties', 'status'))
  );
}
