import { setTimeout as wait } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { fail } from '../../core/errors.ts';
import { nextLastGood, type LastGood } from '../../core/last-good.ts';
import type { Failure, Outcome, Release } from '../../core/release.ts';
import { headKey, objectsKey, releaseKey, releaseOf, type ReleaseItem } from './item.ts';

/** Longer than the 30 days in which GitHub lets people run a workflow again, so that a re-run meets its record. */
const KEEP_SECONDS = 90 * 24 * 3600;

/** Another transaction may touch the head at the same moment; each round reads afresh. */
const ROUNDS = 8;

type Key = { pk: string; sk: string };
type Update = {
  Key: Key;
  UpdateExpression: string;
  ConditionExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
};
type End = { outcome: Outcome; at: Date; failure?: Failure };

/**
 * Ends a release in one transaction: its record; the environment's head, if it becomes the last good one; and what expires.
 * A record expires 90 days after its end, but the last good one stays until another takes its place.
 * A release that has ended keeps its first end. Throws ReleaseUnknown.
 */
export async function closeRelease(
  documents: DynamoDBDocumentClient,
  table: string,
  id: string,
  end: End,
): Promise<Release> {
  for (let round = 1; ; round++) {
    const item = await read<ReleaseItem>(documents, table, releaseKey(id));
    if (item === undefined) throw fail('ReleaseUnknown', `There is no release ${id}.`, {});
    if (item.state === 'closed') return releaseOf(item);
    const updates = await updatesOf(documents, table, item, end);
    const TransactItems = updates.map((update) => ({ Update: { TableName: table, ...update } }));
    try {
      await documents.send(new TransactWriteCommand({ TransactItems }));
    } catch (error) {
      if (!wasOvertaken(error) || round === ROUNDS) throw error;
      await wait(Math.random() * 25 * 2 ** round);
    }
  }
}

/** All that this end changes. */
async function updatesOf(
  documents: DynamoDBDocumentClient,
  table: string,
  item: ReleaseItem,
  end: End,
): Promise<Update[]> {
  const expiresAt = Math.floor(end.at.getTime() / 1000) + KEEP_SECONDS;
  const head = await read<{ lastGood?: LastGood }>(documents, table, headKey(item.environment));
  const current = head?.lastGood;
  const next = nextLastGood(releaseOf(item), end, current);
  if (next === undefined) return [closing(item, end, expiresAt), ...expiring(objectKeys(item), expiresAt)];

  // If the head names this very release, another call has ended it since `item` was read: the condition on its state tells.
  const other = current === undefined || current.release === item.id ? undefined : releaseKey(current.release);
  const replaced = other && (await read<ReleaseItem>(documents, table, other));
  const old = replaced === undefined ? [] : [releaseKey(replaced.id), ...objectKeys(replaced)];
  return [closing(item, end, undefined), becomingLastGood(item, current, next), ...expiring(old, expiresAt)];
}

/** Whether another write came first; any other reason would be the same in the next round. */
function wasOvertaken(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  return (error.CancellationReasons ?? []).some(
    ({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict',
  );
}

/** Always strongly consistent: what was just written decides. */
async function read<T>(documents: DynamoDBDocumentClient, table: string, key: Key): Promise<T | undefined> {
  const { Item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return Item as T | undefined;
}

function closing(item: ReleaseItem, end: End, expiresAt: number | undefined): Update {
  const values = {
    state: 'closed',
    outcome: end.outcome,
    endedAt: end.at.toISOString(),
    failure: end.failure,
    expiresAt,
  };
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return {
    Key: releaseKey(item.id),
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    ConditionExpression: '#state = :open',
    ExpressionAttributeNames: Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':open': 'open',
      ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
    },
  };
}

/** Holds only if the head is still the one that `next` was decided on. */
function becomingLastGood(item: ReleaseItem, current: LastGood | undefined, next: LastGood): Update {
  return {
    Key: headKey(item.environment),
    UpdateExpression: 'SET #lastGood = :next',
    ConditionExpression: current === undefined ? 'attribute_not_exists(#lastGood)' : '#lastGood.#release = :current',
    ExpressionAttributeNames: { '#lastGood': 'lastGood', ...(current === undefined ? {} : { '#release': 'release' }) },
    ExpressionAttributeValues: { ':next': next, ...(current === undefined ? {} : { ':current': current.release }) },
  };
}

function objectKeys(item: ReleaseItem): Key[] {
  return item.hasObjects === true ? [objectsKey(item.id)] : [];
}

/** The condition keeps an update from making an item that is gone anew. */
function expiring(keys: Key[], expiresAt: number): Update[] {
  return keys.map((key) => ({
    Key: key,
    UpdateExpression: 'SET #expiresAt = :expiresAt',
    ConditionExpression: 'attribute_exists(#pk)',
    ExpressionAttributeNames: { '#expiresAt': 'expiresAt', '#pk': 'pk' },
    ExpressionAttributeValues: { ':expiresAt': expiresAt },
  }));
}
