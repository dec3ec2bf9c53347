import { changeOf } from '../diff/diff.ts';
import { asReleaseError } from '../errors.ts';
import { MANAGER } from '../fields/manager.ts';
import { migratedEntries } from '../fields/migrate.ts';
import { removeFields } from '../fields/remove.ts';
import { withoutReplicas } from '../fields/scale.ts';
import { appliedBy, entriesOf } from '../fields/set.ts';
import { isSettled } from '../fields/settled.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { applyOver } from './conflict.ts';
import type { Live } from './live.ts';
import { concernsObject } from './refusal.ts';

/** One object as it is wanted, as it is, and as the API server says it would be after an apply. */
export interface Comparison {
  /** As it is applied: without `spec.replicas` where an autoscaler holds them. */
  desired: Manifest;
  /** undefined: not there. */
  live: Manifest | undefined;
  predicted: Manifest;
  change: 'created' | 'configured' | 'unchanged';
  /** Its Namespace or its CRD comes, or changes, with the same objects: only after that can the API server say what an apply does. */
  isDeferred?: boolean;
}

interface Asking {
  cluster: Cluster;
  how: { force: boolean };
  signal: AbortSignal;
}

/**
 * Compares one object with what is known of it. `isScaled`: an autoscaler among the objects sets its replicas;
 * `isOfChangedKind`: its CRD changes with it. Throws what refuses it.
 */
export async function compareObject(
  asking: Asking,
  desired: Manifest,
  known: Live,
  isScaled: boolean,
  isOfChangedKind: boolean,
): Promise<Comparison> {
  try {
    return await compareWith(asking, desired, known, isScaled);
  } catch (error) {
    // The new schema may accept what the old one refuses; a conflict stays one.
    const refusal = asReleaseError(error);
    if (!isOfChangedKind || refusal.code === 'ApplyConflict' || !concernsObject(refusal)) throw error;
    const live = known === 'unasked' ? await asking.cluster.get(refOf(desired), asking.signal) : known;
    return {
      desired,
      live,
      predicted: desired,
      change: live === undefined ? 'created' : 'configured',
      isDeferred: true,
    };
  }
}

async function compareWith(asking: Asking, object: Manifest, known: Live, isScaled: boolean): Promise<Comparison> {
  const { cluster, how, signal } = asking;
  const read = (): Promise<Manifest | undefined> => cluster.get(refOf(object), signal);
  // A dry-run with the replicas that an autoscaler holds would be a conflict.
  let live = known === 'unasked' ? (isScaled ? await read() : undefined) : known;
  const desired = isScaled && live !== undefined ? withoutReplicas(object, live) : object;
  if (live !== undefined && isUnchanged(desired, live)) return { desired, live, predicted: live, change: 'unchanged' };

  const predicted = await applyOver(cluster, desired, { dryRun: true, force: how.force }, signal);
  // What the API server would create has no version yet; what it knows has the version that it looked at.
  const version = predicted.metadata.resourceVersion;
  if (version !== live?.metadata.resourceVersion) live = version === undefined ? undefined : await read();
  if (live === undefined) return { desired, live, predicted, change: 'created' };
  const migrated = afterMigration(predicted);
  if (migrated !== undefined) return { desired, live, predicted: migrated, change: 'configured' };
  return { desired, live, predicted, change: changeOf(desired, live, predicted) };
}

function isUnchanged(desired: Manifest, live: Manifest): boolean {
  return migratedEntries(live, MANAGER) === undefined && isSettled(desired, live, MANAGER);
}

/**
 * What the apply leads to when fields of a client-side apply, or of the time before any apply, become Hawser's with it: those that
 * the manifest does not have go, unless another manager holds them. Undefined when there is nothing to migrate.
 */
function afterMigration(predicted: Manifest): Manifest | undefined {
  const entries = migratedEntries(predicted, MANAGER);
  const ours = entries === undefined ? undefined : appliedBy(entries, MANAGER);
  if (entries === undefined || ours === undefined) return undefined;
  const applied = appliedBy(entriesOf(predicted), MANAGER);
  const kept = [...(applied === undefined ? [] : [applied]), ...entries.filter((entry) => entry !== ours)];
  return removeFields(
    predicted,
    ours.fieldsV1,
    kept.map(({ fieldsV1 }) => fieldsV1),
  );
}
