import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { isSettled } from './settled.ts';
import type { FieldSet } from './set.ts';

const entry = (fieldsV1: FieldSet, more: object = {}) => ({
  manager: 'hawser',
  operation: 'Apply',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const object = (fields: object, managedFields?: object[], metadata: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: {
    name: 'x',
    namespace: 'shop',
    ...(managedFields === undefined ? {} : { managedFields, uid: '1' }),
    ...metadata,
  },
  ...fields,
});
const port = 'k:{"port":80,"protocol":"TCP"}';

describe('the same', () => {
  test.each<[string, object, FieldSet, object]>([
    ['values, beside what the API server filled in', { data: { a: '1' } }, { 'f:data': { 'f:a': {} } }, { data: { a: '1', b: '2' }, status: {} }],
    ['one value of several parts', { args: ['a', 'b'] }, { 'f:args': {} }, { args: ['a', 'b'] }],
    ['an empty list that is not stored', { subjects: [] }, { 'f:subjects': {} }, {}],
    ['an item whose key is completed', { ports: [{ port: 80 }] }, { 'f:ports': { [port]: { '.': {}, 'f:port': {} } } }, { ports: [{ port: 80, protocol: 'TCP', nodePort: 3 }] }],
    ['a set', { tags: ['a', 'b'] }, { 'f:tags': { 'v:"a"': {}, 'v:"b"': {} } }, { tags: ['a', 'b'] }],
    ['an amount in another notation', { limits: { cpu: 0.5 } }, { 'f:limits': { 'f:cpu': {} } }, { limits: { cpu: '500m' } }],
  ])('%s', (_, desired, fields, live) => {
    expect(isSettled(object(desired), object(live, [entry(fields)]), 'hawser')).toBe(true);
  }); // prettier-ignore
});

describe('not surely the same', () => {
  const a = { 'f:data': { 'f:a': {} } };
  const [desired, live] = [{ data: { a: '1' } }, { data: { a: '1' } }];
  test.each<[string, Manifest, Manifest]>([
    ['another value', object(desired), object({ data: { a: '2' } }, [entry(a)])],
    ['a field more than ours', object({ data: { a: '1', b: '2' } }), object({ data: { a: '1', b: '2' } }, [entry(a)])],
    ['a field less than ours', object({ data: {} }), object(live, [entry(a)])],
    ['no field left of ours', object({}), object(live, [entry(a)])],
    ['ours is not there any more', object(desired), object({ data: {} }, [entry(a)])],
    ['never applied by us', object(desired), object(live, [entry(a, { manager: 'kubectl' })])],
    ['ours by another verb', object(desired), object(live, [entry(a, { operation: 'Update' })])],
    ['ours through a subresource', object(desired), object(live, [entry(a, { subresource: 'status' })])],
    ['applied in another version', object(desired), object(live, [entry(a, { apiVersion: 'v2' })])],
    ['no managedFields', object(desired), object(live)],
    ['about to be deleted', object(desired), object(live, [entry(a)], { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['items in another order', object({ ports: [{ port: 80 }] }), object({ ports: [{ port: 1 }, { port: 80, protocol: 'TCP' }] }, [entry({ 'f:ports': { [port]: { '.': {}, 'f:port': {} } } })])],
    ['another item', object({ ports: [{ port: 80, protocol: 'UDP' }] }), object({ ports: [{ port: 80, protocol: 'TCP' }] }, [entry({ 'f:ports': { [port]: { '.': {}, 'f:port': {}, 'f:protocol': {} } } })])],
    ['a value that the API server completed', object({ ref: { path: 'a' } }), object({ ref: { path: 'a', version: 'v1' } }, [entry({ 'f:ref': {} })])],
    ['an empty map that once was applied, filled by others', object({ data: { a: '1' } }), object(live, [entry({ 'f:data': {} }), entry(a, { manager: 'other' })])],
    ['null where false is stored', object({ flag: null }), object({ flag: false }, [entry({ 'f:flag': {} })])],
    ['false where nothing is stored', object({ flag: false }), object({}, [entry({ 'f:flag': {} })])],
  ])('%s', (_, wanted, now) => {
    expect(isSettled(wanted, now, 'hawser')).toBe(false);
  }); // prettier-ignore
});

it('reads labels, and not the name', () => {
  const labels = { a: 'b' };
  const live = object({}, [entry({ 'f:metadata': { 'f:labels': { 'f:a': {} } } })], { labels: { a: 'b', c: 'd' } });
  expect(isSettled(object({}, undefined, { labels }), live, 'hawser')).toBe(true);
  expect(isSettled(object({}, undefined, { labels: { a: 'c' } }), live, 'hawser')).toBe(false);
});
