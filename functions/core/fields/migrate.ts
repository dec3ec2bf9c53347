import type { Manifest } from '../kubernetes.ts';
import type { PatchOperation } from '../render/patch.ts';
import { at } from '../rollout/field.ts';
import { appliedBy, entriesOf, isSubresource, own, union, type FieldsEntry } from './set.ts';

/**
 * Who leaves whole manifests behind as `Update`: `kubectl apply` and `create` in their client-side forms (`kubectl` up to 1.17),
 * and what was there before an object's first server-side apply. What people set field by field (kubectl edit, scale,
 * rollout restart) is no manifest and stays theirs.
 */
const CLIENT_SIDE = new Set([
  'kubectl-client-side-apply',
  'kubectl',
  'kubectl-create',
  'kubectl-replace',
  'before-first-apply',
]);

/** kubectl's own copy of what it applied; once Hawser owns the fields, it only misleads. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The managedFields that the object should have so that a server-side apply by `manager` removes what an earlier client-side
 * apply set and the manifest has dropped since: those fields move to the manager's own entry. Entries of others and of
 * subresources stay as they are. Undefined when there is nothing to move.
 *
 * The rules are those of client-go's csaupgrade: paths of another API version cannot be joined, so such an entry is dropped.
 */
export function migratedEntries(live: Manifest, manager: string): FieldsEntry[] | undefined {
  const entries = entriesOf(live);
  const moving = entries.filter((entry) => isClientSide(entry, manager));
  const [newest] = moving.toSorted((a, b) => rank(b, live) - rank(a, live) || compareTimes(b, a));
  if (newest === undefined) return undefined;
  const applied = appliedBy(entries, manager);
  const { apiVersion } = applied ?? newest;
  const joined = moving.filter((entry) => entry.apiVersion === apiVersion);
  const fieldsV1 = [...(applied === undefined ? [] : [applied]), ...joined].reduce(
    (all, entry) => union(all, entry.fieldsV1),
    {},
  );
  const target: FieldsEntry = { ...(applied ?? newest), manager, operation: 'Apply', fieldsV1 };
  const place = applied ?? newest;
  return entries.flatMap((entry) => {
    if (entry === place) return [target];
    return moving.includes(entry) ? [] : [entry];
  });
}

/**
 * The JSON patch (RFC 6902) that moves the fields, and drops kubectl's annotation if nobody else holds it; empty when nothing is
 * to be moved. It sets the resourceVersion to the one that it was made from, so that the API server answers 409 if the object
 * has changed since: it is safe to send twice.
 */
export function migrateFields(live: Manifest, manager: string): PatchOperation[] {
  const entries = migratedEntries(live, manager);
  if (entries === undefined) return [];
  const { resourceVersion } = live.metadata;
  const operations: PatchOperation[] = [{ op: 'replace', path: '/metadata/managedFields', value: entries }];
  // `replace`, not `test`: a test that fails is answered with 422, as a patch that makes no sense is.
  if (resourceVersion !== undefined)
    operations.push({ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion });
  if (isFree(live, entries, manager))
    operations.push({ op: 'remove', path: `/metadata/annotations/${LAST_APPLIED.replace('/', '~1')}` });
  return operations;
}

function isClientSide(entry: FieldsEntry, manager: string): boolean {
  return (
    entry.operation === 'Update' &&
    !isSubresource(entry) &&
    (entry.manager === manager || CLIENT_SIDE.has(entry.manager))
  );
}

/** An entry in the object's own version comes before one that cannot be joined with what will be applied. */
function rank(entry: FieldsEntry, live: Manifest): number {
  return entry.apiVersion === live.apiVersion ? 1 : 0;
}

function compareTimes(a: FieldsEntry, b: FieldsEntry): number {
  const [first, second] = [Date.parse(a.time ?? ''), Date.parse(b.time ?? '')];
  return (Number.isNaN(first) ? 0 : first) - (Number.isNaN(second) ? 0 : second);
}

function isFree(live: Manifest, entries: readonly FieldsEntry[], manager: string): boolean {
  if (at(live, 'metadata', 'annotations', LAST_APPLIED) === undefined) return false;
  return !entries.some((entry) => {
    if (entry.manager === manager && entry.operation === 'Apply') return false;
    const annotations = own(own(entry.fieldsV1, 'f:metadata') ?? {}, 'f:annotations');
    return annotations !== undefined && own(annotations, `f:${LAST_APPLIED}`) !== undefined;
  });
}
