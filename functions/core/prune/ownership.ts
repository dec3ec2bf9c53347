import { MANAGER } from '../fields/manager.ts';
import type { Manifest } from '../kubernetes.ts';
import { APP, ENVIRONMENT } from '../render/labels.ts';
import { listAt, textAt } from '../rollout/field.ts';
import type { InventoryOwner } from './inventory.ts';

/** Whose the labels of an object say it is; undefined when they name this app in this environment. */
export function otherOwner(live: Manifest, owner: InventoryOwner): string | undefined {
  const label = (name: string): string => textAt(live, 'metadata', 'labels', name);
  const manager = label('app.kubernetes.io/managed-by');
  if (manager !== 'hawser') return `its label app.kubernetes.io/managed-by is ${named(manager)}, not hawser`;
  const environment = label(ENVIRONMENT);
  if (environment !== owner.environment)
    return `its label ${ENVIRONMENT} is ${named(environment)}, not ${owner.environment}`;
  const app = label(APP);
  if (app !== '' && app !== owner.app) return `its label ${APP} is ${app}, not ${owner.app}`;
  return undefined;
}

/**
 * Whether the object is one that Hawser applied for this app and environment before. A person can copy labels; the API server
 * alone writes who applied. Where it says nothing of that, the labels must do.
 */
export function isAppliedByHawser(live: Manifest, owner: InventoryOwner): boolean {
  const managers = listAt(live, 'metadata', 'managedFields');
  const applied = managers.some(
    (entry) =>
      textAt(entry, 'manager') === MANAGER &&
      textAt(entry, 'operation') === 'Apply' &&
      textAt(entry, 'subresource') === '',
  );
  return (applied || managers.length === 0) && otherOwner(live, owner) === undefined;
}

function named(value: string): string {
  return value === '' ? 'gone' : value;
}
