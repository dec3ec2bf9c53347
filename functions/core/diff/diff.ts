import { MANAGER } from '../fields/manager.ts';
import { appliedBy, entriesOf } from '../fields/set.ts';
import { isRecord, type Fields } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import { maskValue } from './mask.ts';
import { isAmount, sameQuantity } from './quantity.ts';
import { sameJson } from '../render/patch.ts';

/** One field that differs. `null` stands for "not there". Both values are masked where they hold a secret. */
export interface Change {
  /** `spec.template.spec.containers[name=app].image` */
  path: string;
  live: unknown;
  desired: unknown;
}

/** What the API server keeps about an object; it says nothing about how the object was wanted. */
const bookkeeping = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
]);
/** kubectl's own copy of the object (with a Secret's data in it), and the number that the Deployment controller counts. */
const bookkeepingAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
]);

/** Lists whose items Kubernetes merges by key (x-kubernetes-list-map-keys); the first set that fits is taken. */
const listKeys: Record<string, string[][]> = {
  containers: [['name']],
  initContainers: [['name']],
  ephemeralContainers: [['name']],
  env: [['name']],
  volumes: [['name']],
  imagePullSecrets: [['name']],
  secrets: [['name']],
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  ports: [['containerPort', 'protocol'], ['port', 'protocol'], ['containerPort'], ['port']],
  hostAliases: [['ip']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  conditions: [['type']],
  ownerReferences: [['uid']],
  webhooks: [['name']],
};

/**
 * What differs between the live object and the wanted one. With `predicted`, the answer of a server-side dry-run, that is
 * compared with all of `live`: this is what an apply would change. Without it only the fields that `desired` names are
 * compared, since the API server fills in the rest. Status and bookkeeping never count.
 */
export function diff(desired: Manifest, live: Manifest, predicted?: Manifest): Change[] {
  const comparison: Comparison = { object: desired, isSubset: predicted === undefined, changes: [] };
  compare(comparison, [], visible(live), visible(predicted ?? desired));
  return comparison.changes;
}

/**
 * What applying `desired` would do. `unchanged` only if the API server would write nothing: no field differs and Hawser
 * already owns the same fields (after `kubectl apply` it does not, and fields removed later would stay).
 */
export function changeOf(
  desired: Manifest,
  live: Manifest | undefined,
  predicted: Manifest,
): 'created' | 'configured' | 'unchanged' {
  if (live === undefined) return 'created';
  if (diff(desired, live, predicted).length > 0) return 'configured';
  const after = ownedFields(predicted);
  return after === undefined || sameJson(ownedFields(live), after) ? 'unchanged' : 'configured';
}

function ownedFields(object: Manifest): unknown {
  return appliedBy(entriesOf(object), MANAGER)?.fieldsV1;
}

interface Comparison {
  object: Manifest;
  isSubset: boolean;
  changes: Change[];
}

function visible(object: Manifest): Fields {
  const { status: _, ...rest } = object;
  const metadata = Object.fromEntries(Object.entries(object.metadata ?? {}).filter(([key]) => !bookkeeping.has(key)));
  const annotations = metadata['annotations'];
  if (isRecord(annotations)) {
    const kept = Object.entries(annotations).filter(([key]) => !bookkeepingAnnotations.has(key));
    if (kept.length > 0) metadata['annotations'] = Object.fromEntries(kept);
    else delete metadata['annotations'];
  }
  return { ...rest, metadata };
}

function compare(comparison: Comparison, keys: string[], live: unknown, desired: unknown): void {
  if (sameJson(live ?? null, desired ?? null)) return;
  if (comparison.isSubset && (isEmpty(desired) ? isEmpty(live) : isAmount(keys) && sameQuantity(live, desired))) return;
  if (isRecord(live) && isRecord(desired)) {
    const names = comparison.isSubset
      ? Object.keys(desired)
      : [...new Set([...Object.keys(live), ...Object.keys(desired)])];
    for (const name of names) compare(comparison, [...keys, name], own(live, name), own(desired, name));
    return;
  }
  if (Array.isArray(live) && Array.isArray(desired)) {
    const known = listKeys[keys.at(-1) ?? ''];
    const keyed = known?.find((names) => isKeyed(live, names) && isKeyed(desired, names));
    // Items that should have a key but do not (the same variable twice) cannot be told apart: the list changed as a whole.
    if (known === undefined || keyed !== undefined) {
      compareLists(comparison, keys, itemsBy(live, keyed), itemsBy(desired, keyed), keyed !== undefined);
      return;
    }
  }
  comparison.changes.push({
    path: pathOf(keys),
    live: maskValue(comparison.object, labelsOf(keys), live),
    desired: maskValue(comparison.object, labelsOf(keys), desired),
  });
}

function compareLists(
  comparison: Comparison,
  keys: string[],
  live: Map<string, unknown>,
  desired: Map<string, unknown>,
  isKeyedList: boolean,
): void {
  const isSubset = comparison.isSubset && isKeyedList;
  const found = comparison.changes.length;
  const names = isSubset ? desired.keys() : new Set([...live.keys(), ...desired.keys()]);
  for (const name of names) compare(comparison, [...keys, name], live.get(name), desired.get(name));
  if (isSubset || comparison.changes.length > found) return;
  // The same items in another order: what the order means is for the kind to say, so it is a change of the list.
  const [from, to] = [[...live.keys()], [...desired.keys()]];
  if (from.join() !== to.join()) comparison.changes.push({ path: pathOf(keys), live: from, desired: to });
}

function isKeyed(items: unknown[], names: string[]): boolean {
  const all = items.map((item) => itemName(item, names));
  return !all.includes(undefined) && new Set(all).size === all.length;
}

function itemName(item: unknown, names: string[]): string | undefined {
  if (!isRecord(item) || names.some((name) => !['string', 'number'].includes(typeof own(item, name)))) return undefined;
  return `[${names.map((name) => `${name}=${String(item[name])}`).join(',')}]`;
}

function itemsBy(items: unknown[], keyed: string[] | undefined): Map<string, unknown> {
  return new Map(
    items.map((item, index) => [(keyed === undefined ? undefined : itemName(item, keyed)) ?? `[${index}]`, item]),
  );
}

function own(value: Fields, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** An empty list or map in a manifest says the same as leaving it out; the API server drops it. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || (isRecord(value) && Object.keys(value).length === 0);
}

/** `spec`, `ports`, `[port=80]` → `spec.ports[port=80]`; a key with dots is quoted. */
function pathOf(keys: readonly string[]): string {
  return keys
    .map((key, index) => {
      if (key.startsWith('[')) return key;
      if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** Keys as the mask reads them: the name of a keyed item instead of its bracket. */
function labelsOf(keys: readonly string[]): string[] {
  return keys.map((key) => /^\[name=(.*)\]$/.exec(key)?.[1] ?? key);
}
