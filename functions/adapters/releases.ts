import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { fail } from '../core/errors.ts';
import type { EnvironmentHead, Releases } from '../core/ports.ts';
import type { AppliedObjects, DriftReport, Release } from '../core/release.ts';
import { calling, isAws } from './aws-errors.ts';
import { closeRelease } from './releases/close.ts';
import * as keys from './releases/item.ts';
import { itemOf, openedRelease, releaseOf, type ReleaseItem } from './releases/item.ts';
import { pack, unpack } from './releases/pack.ts';

/** The records of releases and environments, in one DynamoDB table; `releases/item.ts` says how it is laid out. */
export function releases({ client, table }: { client: DynamoDBClient; table: string }): Releases {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const as = <T>(action: string, answer: Promise<T>): Promise<T> =>
    calling({ action: `dynamodb:${action}`, resource: table }, answer);

  const read = async (Key: { pk: string; sk: string }): Promise<Record<string, unknown> | undefined> =>
    (await as('GetItem', documents.send(new GetCommand({ TableName: table, Key, ConsistentRead: true })))).Item;

  /** Runs one conditional write; false when its condition did not hold. */
  const holds = async (action: string, write: Promise<unknown>): Promise<boolean> => {
    try {
      await write;
      return true;
    } catch (error) {
      if (isAws(error, 'ConditionalCheckFailedException')) return false;
      return as(action, Promise.reject(error as Error));
    }
  };

  const get = async (id: string): Promise<Release | undefined> => {
    const item = await read(keys.releaseKey(id));
    return item === undefined ? undefined : releaseOf(item as ReleaseItem);
  };

  const existing = async (id: string): Promise<Release> => {
    const release = await get(id);
    if (release !== undefined) return release;
    throw fail('ReleaseUnknown', `There is no release ${id}.`, {});
  };

  return {
    async open(request, at) {
      const release = openedRelease(request, at);
      const put = new PutCommand({
        TableName: table,
        Item: itemOf(release),
        ConditionExpression: 'attribute_not_exists(pk)',
      });
      if (await holds('PutItem', documents.send(put))) return { release, created: true };
      return { release: await existing(request.id), created: false };
    },

    get,

    async list(environment, limit) {
      const query = new QueryCommand({
        TableName: table,
        IndexName: keys.INDEX,
        KeyConditionExpression: '#environment = :environment',
        ExpressionAttributeNames: { '#environment': 'environment' },
        ExpressionAttributeValues: { ':environment': environment },
        ScanIndexForward: false,
        Limit: limit,
      });
      const { Items = [] } = await as('Query', documents.send(query));
      return Items.map((item) => releaseOf(item as ReleaseItem));
    },

    async update(id, patch) {
      const set = Object.entries(patch).filter(([, value]) => value !== undefined);
      if (set.length === 0) return (await existing(id)).state === 'open';
      const update = new UpdateCommand({
        TableName: table,
        Key: keys.releaseKey(id),
        UpdateExpression: `SET ${set.map((_, index) => `#f${index} = :f${index}`).join(', ')}`,
        ConditionExpression: '#state = :open',
        ExpressionAttributeNames: {
          '#state': 'state',
          ...Object.fromEntries(set.map(([name], index) => [`#f${index}`, name])),
        },
        ExpressionAttributeValues: {
          ':open': 'open',
          ...Object.fromEntries(set.map(([, value], index) => [`:f${index}`, value])),
        },
      });
      if (await holds('UpdateItem', documents.send(update))) return true;
      await existing(id);
      return false;
    },

    async phase(id, phase) {
      const update = new UpdateCommand({
        TableName: table,
        Key: keys.releaseKey(id),
        UpdateExpression: 'SET #phases.#name = :phase',
        ConditionExpression: '#state = :open',
        ExpressionAttributeNames: { '#state': 'state', '#phases': 'phases', '#name': phase.name },
        ExpressionAttributeValues: { ':open': 'open', ':phase': phase },
      });
      if (!(await holds('UpdateItem', documents.send(update)))) await existing(id);
    },

    close: (id, end) => as('TransactWriteItems', closeRelease(documents, table, id, end)),

    async saveObjects(id, objects) {
      const packed = await pack(`The objects of release ${id}`, objects);
      const write = new TransactWriteCommand({
        TransactItems: [
          {
            Update: {
              TableName: table,
              Key: keys.releaseKey(id),
              UpdateExpression: 'SET #hasObjects = :true',
              ConditionExpression: '#state = :open',
              ExpressionAttributeNames: { '#hasObjects': 'hasObjects', '#state': 'state' },
              ExpressionAttributeValues: { ':true': true, ':open': 'open' },
            },
          },
          { Put: { TableName: table, Item: { ...keys.objectsKey(id), objects: packed } } },
        ],
      });
      try {
        await documents.send(write);
      } catch (error) {
        if (isAws(error, 'TransactionCanceledException') && (await existing(id)).state === 'closed') return;
        await as('TransactWriteItems', Promise.reject(error as Error));
      }
    },

    async objects(id) {
      const item = await read(keys.objectsKey(id));
      return item === undefined ? undefined : unpack<AppliedObjects>(item['objects'] as Uint8Array);
    },

    async head(environment) {
      const [head, drift] = await Promise.all([read(keys.headKey(environment)), read(keys.driftKey(environment))]);
      const { lastGood, node, rejected } = (head ?? {}) as Pick<EnvironmentHead, 'lastGood' | 'node' | 'rejected'>;
      return {
        environment,
        ...(lastGood === undefined ? {} : { lastGood }),
        ...(node === undefined ? {} : { node }),
        ...(rejected === undefined ? {} : { rejected }),
        ...(drift === undefined ? {} : { drift: await unpack<DriftReport>(drift['report'] as Uint8Array) }),
      };
    },

    async saveNode(environment, node) {
      const launchTime = new Date(node.launchTime).toISOString();
      const update = new UpdateCommand({
        TableName: table,
        Key: keys.headKey(environment),
        UpdateExpression: 'SET #node = :node',
        // Boots of one instance are ordered; another instance is what the config says now, whenever it was launched.
        ConditionExpression:
          'attribute_not_exists(#node) OR #node.#instance <> :instance OR #node.#launchTime <= :launchTime',
        ExpressionAttributeNames: { '#node': 'node', '#instance': 'instance', '#launchTime': 'launchTime' },
        ExpressionAttributeValues: {
          ':node': { ...node, launchTime },
          ':instance': node.instance,
          ':launchTime': launchTime,
        },
      });
      await holds('UpdateItem', documents.send(update));
    },

    async saveRejected(environment, rejected) {
      const update = new UpdateCommand({
        TableName: table,
        Key: keys.headKey(environment),
        UpdateExpression: 'SET #rejected = :rejected',
        ExpressionAttributeNames: { '#rejected': 'rejected' },
        ExpressionAttributeValues: { ':rejected': rejected },
      });
      await as('UpdateItem', documents.send(update));
    },

    async saveDrift(environment, report) {
      const put = new PutCommand({
        TableName: table,
        Item: {
          ...keys.driftKey(environment),
          checkedAt: new Date(report.checkedAt).toISOString(),
          report: await pack(`The drift report of ${environment}`, report),
        },
        ConditionExpression: 'attribute_not_exists(checkedAt) OR checkedAt <= :checkedAt',
        ExpressionAttributeValues: { ':checkedAt': new Date(report.checkedAt).toISOString() },
      });
      await holds('PutItem', documents.send(put));
    },
  };
}
