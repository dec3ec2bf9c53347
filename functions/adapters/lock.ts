import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock, Lease, Lock } from '../core/ports.ts';
import { calling, isAws } from './aws-errors.ts';

/** `until` is not called `expiresAt`: that is the table's TTL attribute, and a lock that is deleted begins its fence anew. */
interface LockItem {
  holder?: string;
  fence: number;
  /** Milliseconds since the epoch. */
  until?: number;
}

/**
 * The locks, one item each in the table of the releases. Every change is one conditional write.
 * Expiry is judged by the clock of the caller: clocks of Lambda hosts differ by well under a second, leases last a minute,
 * and whoever was overtaken nevertheless finds another fence at its next renewal.
 */
export function lock({ client, table, clock }: { client: DynamoDBClient; table: string; clock: Clock }): Lock {
  const documents = DynamoDBDocumentClient.from(client);
  const keyOf = (environment: string) => ({ pk: `lock#${environment}`, sk: 'lock' });

  const read = async (environment: string): Promise<LockItem | undefined> => {
    const get = new GetCommand({ TableName: table, Key: keyOf(environment), ConsistentRead: true });
    const { Item } = await calling({ action: 'dynamodb:GetItem', resource: table }, documents.send(get));
    return Item as LockItem | undefined;
  };

  /** The item after the update, or undefined when the condition did not hold. */
  const write = async (
    environment: string,
    update: string,
    condition: string,
    values: Record<string, string | number>,
  ): Promise<LockItem | undefined> => {
    const names = ['holder', 'fence', 'until'].filter((name) => `${update} ${condition}`.includes(`#${name}`));
    try {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(environment),
          UpdateExpression: update,
          ConditionExpression: condition,
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: values,
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes as LockItem;
    } catch (error) {
      if (isAws(error, 'ConditionalCheckFailedException')) return undefined;
      return calling({ action: 'dynamodb:UpdateItem', resource: table }, Promise.reject(error as Error));
    }
  };

  const renew = async (lease: Lease, ttlMs: number): Promise<Lease | undefined> => {
    const item = await write(lease.environment, 'SET #until = :until', '#holder = :holder AND #fence = :fence', {
      ':until': clock.now().getTime() + ttlMs,
      ':holder': lease.holder,
      ':fence': lease.fence,
    });
    return leaseOf(lease.environment, item);
  };

  const holder = async (environment: string): Promise<Lease | undefined> => {
    const lease = leaseOf(environment, await read(environment));
    return lease !== undefined && new Date(lease.expiresAt) > clock.now() ? lease : undefined;
  };

  const take = async (environment: string, who: string, ttlMs: number): Promise<Lease | undefined> => {
    const now = clock.now().getTime();
    const item = await write(
      environment,
      'SET #holder = :holder, #until = :until ADD #fence :one',
      'attribute_not_exists(#holder) OR (#holder <> :holder AND #until <= :now)',
      { ':holder': who, ':until': now + ttlMs, ':now': now, ':one': 1 },
    );
    return leaseOf(environment, item);
  };

  return {
    async acquire(environment, who, ttlMs) {
      for (;;) {
        const taken = await take(environment, who, ttlMs);
        if (taken !== undefined) return { held: true, lease: taken };
        const by = leaseOf(environment, await read(environment));
        // It was let go, or changed hands, between the two calls.
        if (by === undefined) continue;
        if (by.holder !== who) {
          if (new Date(by.expiresAt) > clock.now()) return { held: false, by };
          continue;
        }
        const lease = await renew(by, ttlMs);
        if (lease !== undefined) return { held: true, lease };
      }
    },
    renew,
    async release(lease) {
      await write(lease.environment, 'REMOVE #holder, #until', '#holder = :holder AND #fence = :fence', {
        ':holder': lease.holder,
        ':fence': lease.fence,
      });
    },
    holder,
  };
}

function leaseOf(environment: string, item: LockItem | undefined): Lease | undefined {
  if (item?.holder === undefined || item.until === undefined) return undefined;
  return { environment, holder: item.holder, fence: item.fence, expiresAt: new Date(item.until).toISOString() };
}
