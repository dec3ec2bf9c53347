import { groupOf, type Ref } from '../kubernetes.ts';
import { PULL_SECRET } from '../phases/preflight.ts';

/** Whose objects an inventory lists: one app in one environment. Two environments may share a namespace. */
export interface InventoryOwner {
  app: string;
  environment: string;
}

/** One object that a release applied, or was about to. */
export interface Entry extends Ref {
  /** Names this very object. Missing from the plan of an object until it is known to be created. */
  uid?: string;
  /** It was there before Hawser first applied it, so it is not Hawser's to remove. */
  adopted?: true;
  /** It is in no manifest any more: why it is still here. */
  why?: string;
}

/** A ConfigMap that holds the inventory. */
export interface StoredInventory {
  namespace: string;
  uid: string;
  text: string;
  /** The set that a person confirmed to lose, by its fingerprint. */
  confirmed?: string;
}

/** Everything that Hawser keeps track of for one app in one environment. */
export interface Inventory {
  owner: InventoryOwner;
  /** Where it belongs: the namespace of the app. */
  namespace: string;
  /** Each object once, in the order of applying. */
  entries: readonly Entry[];
  /** Where it was found; none at the first release. More than one while the app moves to another namespace. */
  stored: readonly StoredInventory[];
}

const PREFIX = 'hawser-inventory.';

/** Name of the ConfigMap. Neither an app nor an environment has a dot in its name, so two inventories never share one. */
export function inventoryName({ app, environment }: InventoryOwner): string {
  return `${PREFIX}${app}.${environment}`;
}

/** The same for every version of a group: `apps/v1beta1` and `apps/v1` show the same Deployment. */
export function keyOf({ apiVersion, kind, namespace = '', name }: Ref): string {
  return [groupOf(apiVersion), kind, namespace, name].join(' ');
}

/** What Hawser keeps for itself: the Secret for pulling, and inventories. Never tracked, never pruned. */
export function isHawsersOwn({ apiVersion, kind, name }: Ref): boolean {
  if (apiVersion !== 'v1') return false;
  return (kind === 'Secret' && name === PULL_SECRET) || (kind === 'ConfigMap' && name.startsWith(PREFIX));
}

/** The ref alone, as the cluster is asked with. */
export function plainRef({ apiVersion, kind, namespace, name }: Ref): Ref {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}
