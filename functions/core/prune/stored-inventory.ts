import * as z from 'zod';
import { fail, type ReleaseError } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import { ENVIRONMENT } from '../render/labels.ts';
import { compareRefs } from '../render/order.ts';
import { textAt } from '../rollout/field.ts';
import { inventoryName, type Entry, type InventoryOwner, type StoredInventory } from './inventory.ts';

/** On the ConfigMap, by a person: the fingerprint of the set of objects that may go although it is large. */
export const CONFIRM_SET = 'hawser.dev/prune-confirm';

/** The API server's limit for the data of a ConfigMap, in bytes. */
const LARGEST = 1_048_576;
/** As long as any: new objects get theirs when they are applied, and the list must fit then, too. */
const ANY_UID = '00000000-0000-0000-0000-000000000000';

const text = z.string().min(1);
const Stored = z.strictObject({
  version: z.literal(1, 'a version that this Hawser reads, which is 1'),
  app: text,
  environment: text,
  entries: z.array(
    z.strictObject({
      apiVersion: text,
      kind: text,
      namespace: text.optional(),
      name: text,
      uid: text.optional(),
      adopted: z.literal(true).optional(),
      why: text.optional(),
    }),
  ),
});

/** The entries as JSON, one line each for those who look at it with kubectl. The same entries give the same text. */
export function encodeInventory({ app, environment }: InventoryOwner, entries: readonly Entry[]): string {
  const head = JSON.stringify({ version: 1, app, environment }).slice(0, -1);
  const lines = entries
    .toSorted(compareRefs)
    .map(({ apiVersion, kind, namespace, name, uid, adopted, why }) =>
      JSON.stringify({ apiVersion, kind, namespace, name, uid, adopted, why }),
    );
  return `${head},"entries":[\n${lines.join(',\n')}\n]}`;
}

/** Throws InventoryTooLarge for more than one ConfigMap holds: what could not be tracked must not be applied. */
export function assertFits(owner: InventoryOwner, entries: readonly Entry[]): void {
  const bytes = Buffer.byteLength(
    encodeInventory(
      owner,
      entries.map((entry) => ({ uid: ANY_UID, ...entry })),
    ),
  );
  if (bytes <= LARGEST) return;
  throw fail(
    'InventoryTooLarge',
    `The inventory of ${owner.app} in ${owner.environment} has ${entries.length} objects and ${bytes} bytes; a ConfigMap holds ${LARGEST}.`,
    { objects: entries.length, bytes, limit: LARGEST },
  );
}

/** The ConfigMap to apply. */
export function inventoryConfigMap(owner: InventoryOwner, namespace: string, entries: readonly Entry[]): Manifest {
  const labels = {
    'app.kubernetes.io/name': owner.app,
    'app.kubernetes.io/component': 'inventory',
    'app.kubernetes.io/managed-by': 'hawser',
    [ENVIRONMENT]: owner.environment,
  };
  const metadata = { name: inventoryName(owner), namespace, labels };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { inventory: encodeInventory(owner, entries) } };
}

/**
 * Reads a ConfigMap back. Throws InventoryInvalid for anything that Hawser would not have written: to guess
 * what may be removed is worse than to stop.
 */
export function decodeInventory(
  owner: InventoryOwner,
  configMap: Manifest,
): { entries: Entry[]; stored: StoredInventory } {
  const { namespace = '', uid = '' } = configMap.metadata;
  const inventory = textAt(configMap, 'data', 'inventory');
  const parsed = Stored.safeParse(parseJson(inventory));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(owner, namespace, `${issue?.path.join('.') || 'data.inventory'}: ${issue?.message ?? 'unreadable'}`);
  }
  const { app, environment, entries } = parsed.data;
  if (app !== owner.app || environment !== owner.environment)
    throw invalid(owner, namespace, `it is that of ${app} in ${environment}`);
  const confirmed = textAt(configMap, 'metadata', 'annotations', CONFIRM_SET);
  const stored = { namespace, uid, text: inventory, ...(confirmed === '' ? {} : { confirmed }) };
  return { entries: entries as Entry[], stored };
}

function invalid(owner: InventoryOwner, namespace: string, why: string): ReleaseError {
  const name = inventoryName(owner);
  return fail(
    'InventoryInvalid',
    `The inventory in ConfigMap ${namespace}/${name} cannot be used: ${why.slice(0, 300)}.`,
    { namespace, name },
  );
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
